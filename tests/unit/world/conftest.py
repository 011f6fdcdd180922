"""The real country, built once for all tests of this folder (about 5 s)."""

from __future__ import annotations

import pytest

from dicu.world.gazetteer import Gazetteer, read_gazetteer
from dicu.world.repairs import Mended, mend
from dicu.world.viet_nam import build_viet_nam
from dicu.world.world import World


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return read_gazetteer()


@pytest.fixture(scope="session")
def mended(gazetteer: Gazetteer) -> Mended:
    return mend(gazetteer)


@pytest.fixture(scope="session")
def viet_nam() -> World:
    return build_viet_nam(2019)
