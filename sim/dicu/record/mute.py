"""A recorder for processes that look on while another one writes."""

from __future__ import annotations

from dicu.record.recorder import Recorder


def _nothing(*_: object, **__: object) -> None:
    """Write nothing."""


class Mute(Recorder):
    """Takes whatever a `Recorder` takes, and writes nothing."""

    def __init__(self) -> None:
        pass

    national = places = flows = moves = households = movers = five_year = _nothing
    districts = cities = urban_places = governments = lineage = plugin = _nothing
    go_on = finish = close = _nothing  # type: ignore[assignment]


__all__ = ["Mute"]
