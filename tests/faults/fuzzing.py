"""Damage to valid input, at random from a seed: bytes, tokens and lines; and what a fuzzed reader did."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

BYTES = (
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"\t",
    b"\r",
    b"\x1a",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\n",
    b" ",
)
WORDS = (
    "", "0", "-1", "1e400", "-0.0", ".nan", ".inf", "1_000", "0b11", "0o17", "0x1F", "010", "٣", "４２", "−1", "1,5",
    "1 000", "null", "~", "true", "yes", "NO", "2025-07-01", "2025Q3", "2025Q9", "2019-04", "1e-320", "9" * 30,
    "9" * 5000, "Huế", "Hue\u0302\u0301", "Hanoi", "none", "[]", "{}", "[1, [2]]", "{a: 1}", "&a 1", "*a", "!!int 3",
    "!!python/object:os.system x", "!!binary aGk=", "!!null x", '"\\U00110000"', '"\\ud800"', '"a\\nb"', "'", '"',
    "|", ">", "- 1", "? a", "a: b", "#", "%", "@x", "`", "<<", "../../etc/passwd", "/dev/zero", "x" * 5000, "NaN",
    "\u200b", "a\u0301" * 50, "🙂", "-", ":", ",", ";", "=",
)  # fmt: skip
"""What stands in files that something or somebody has damaged, or that were meant to do harm."""


@dataclass
class Tally:
    """What became of the inputs; ``crashes`` hold the number of the input and a traceback, or what was wrong."""

    n: int = 0
    accepted: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    crashes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.n} inputs: {self.accepted} accepted, {self.refused} refused, {len(self.crashes)} crashes, "
            f"{self.seconds:.0f} s (slowest {self.slowest:.1f} s)"
        )


def run[T](inputs: Iterable[T], accepts: Callable[[T], bool]) -> Tally:
    """Give each input to a reader; ``accepts`` says whether it was taken, and raises where something is wrong."""
    tally = Tally()
    for number, given in enumerate(inputs):
        start = time.perf_counter()
        tally.n += 1
        try:
            taken = accepts(given)
        except Exception:  # whatever a reader lets out is what is looked for
            tally.crashes.append(f"input {number}: {given!r:.2000}\n{traceback.format_exc()[-3000:]}")
        else:
            tally.accepted += taken
            tally.refused += not taken
        spent = time.perf_counter() - start
        tally.seconds += spent
        tally.slowest = max(tally.slowest, spent)
    return tally


def damage_bytes(raw: bytes, rng: Random) -> bytes:
    """Flip a bit, cut, double, insert or overwrite some bytes, or store the text in another encoding."""
    at, to = sorted((rng.randrange(len(raw) + 1), rng.randrange(len(raw) + 1)))
    match rng.randrange(7):
        case 0 if raw:
            i = rng.randrange(len(raw))
            return raw[:i] + bytes([raw[i] ^ (1 << rng.randrange(8))]) + raw[i + 1 :]
        case 1:
            return raw[:at]
        case 2:
            return raw[:at] + raw[to:]
        case 3:
            return raw[:to] + raw[at:to] + raw[to:]
        case 4:
            return raw[:at] + rng.choice(BYTES) + raw[at:]
        case 5:
            return raw[:at] + rng.randbytes(rng.randrange(1, 6)) + raw[at:]
    text = raw.decode(errors="replace")
    return text.encode(
        rng.choice(("utf-16", "utf-16-le", "utf-32", "latin-1", "utf-7", "utf-8-sig")), "replace"
    )


def damage_lines(text: str, rng: Random, indent: tuple[str, ...] = ("", " ", "  ", "\t")) -> str:
    """Drop, double, swap or move a line, or change how it begins."""
    lines = text.split("\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(5):
        case 0:
            del lines[i]
        case 1:
            lines.insert(j, lines[i])
        case 2:
            lines[i], lines[j] = lines[j], lines[i]
        case 3:
            lines[i] = rng.choice(indent) + lines[i].lstrip()
        case _:
            lines.insert(i, rng.choice(WORDS))
    return "\n".join(lines)
