"""What a file of an experiment may pull into a page: pictures below its folder, known by their bytes, no more."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from dicu_analysis.experiments.result import Figure
from dicu_analysis.report.drawings import png_size, svg_size
from dicu_analysis.report.experiments import _picture, find
from dicu_analysis.report.svg import wrapped

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"><path d="M0 0L1 1" style="fill: url(#p)"/></svg>'


def png(wide: int = 2, high: int = 1) -> bytes:
    """The smallest whole PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + b"\0" * wide for _ in range(high)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def named(svg: str, png: str) -> Figure:
    return Figure(svg=svg, png=png, title="", alt="")


def test_pictures_are_known_by_their_first_bytes() -> None:
    assert png_size(png(3, 4)) == (3.0, 4.0)
    assert svg_size(SVG) == (40.0, 30.0)
    for data in (b"", b"# Changelog", b"\x89PNG", SVG, b"GIF89a" + b"\0" * 40, png()[:20]):
        assert png_size(data) is None
    for data in (b"", png(), b"<html/>", b'<svg viewBox="0 0 1 1"/>', SVG.replace(b"40 30", b"nan 30")):
        assert svg_size(data) is None


@pytest.mark.parametrize(
    "inner",
    [
        b"<script>alert(1)</script>",
        b'<g onload="alert(1)"/>',
        b"<foreignObject/>",
        b'<image href="http://a.b/c.png"/>',
        b'<image xmlns:x="http://www.w3.org/1999/xlink" x:href="file:///etc/passwd"/>',
        b'<use href="other.svg#a"/>',
        b'<rect style="fill: url(http://a.b/c)"/>',
        b"<style>@import 'a.css';</style>",
        b'<a href="javascript:alert(1)"/>',
        b'<set attributeName="href" to="x"/>',
        b'<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
        b'<x:img xmlns:x="http://www.w3.org/1999/xhtml" src="http://a.b/c"/>',
        b'<rect style="fill: URL(http://a.b/c)"/>',
        b"<style>@IMPORT 'a.css';</style>",
        b'<rect style="fill: u\\72l(http://a.b/c)"/>',
        b"<?xml-stylesheet href='http://a.b/c.css'?>",
        b'<image href="data:image/svg+xml,&lt;svg/&gt;"/>',
    ],
)
def test_a_drawing_that_does_anything_is_no_picture(inner: bytes) -> None:
    assert svg_size(SVG.replace(b"<path", inner + b"<path")) is None


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + SVG
    assert svg_size(bomb) is None
    assert (
        svg_size(
            b'<?xml version="1.0" encoding="UTF-16"?>'.decode().encode("utf-16")
            + bomb.decode().encode("utf-16-le")
        )
        is None
    )
    assert svg_size(SVG.replace(b"url(#p)", b"url('#p')")) == (40.0, 30.0)


def test_what_matplotlib_draws_is_a_picture(tmp_path: Path) -> None:
    """With its document type, metadata and clipping; with a raster in it too."""
    from matplotlib.figure import Figure as Drawing

    figure = Drawing(figsize=(2, 1))
    axes = figure.subplots()
    axes.plot([0, 1], label="a")
    axes.imshow([[0, 1], [1, 0]])
    axes.legend()
    figure.savefig(tmp_path / "a.svg")
    assert svg_size((tmp_path / "a.svg").read_bytes()) == (144.0, 72.0)


def test_only_pictures_below_the_folder(tmp_path: Path) -> None:
    """Not by `..`, not by an absolute path, not over a symbolic link to a file or a folder."""
    folder, outside = tmp_path / "a", tmp_path / "outside"
    (folder / "figures").mkdir(parents=True)
    outside.mkdir()
    for place in (folder / "figures", outside):
        (place / "p.png").write_bytes(png())
    (folder / "secret.png").write_text("not a picture")
    (folder / "link.png").symlink_to(outside / "p.png")
    (folder / "linked").symlink_to(outside)
    assert _picture(folder, "k", named("", "figures/p.png"), 0) is not None
    for name in (
        "../outside/p.png",
        str(outside / "p.png"),
        "figures/../../outside/p.png",
        "link.png",
        "linked/p.png",
        "secret.png",
        "figures",
        "",
        "figures/none.png",
        "a" * 5000,
        "a\0b",
    ):
        assert _picture(folder, "k", named("", name), 0) is None, name
        assert _picture(folder, "k", named(name, ""), 0) is None, name


@pytest.mark.parametrize(
    "text", ["[]", "3", "null", '{"schema_version": 1}', "{", '"a"', "[" * 100_000, '{"id": 1}']
)
def test_a_foreign_file_is_left_out_and_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "experiment.json").write_text(text, encoding="utf-8")
    found = find(tmp_path)
    assert not found.experiments
    assert len(found.unreadable) == 1
    assert str(tmp_path / "experiment.json") in found.unreadable[0]


def test_a_long_label_is_set_in_lines_and_leaves_room_for_the_axes() -> None:
    """Property: no line of a label of any length is longer than asked for, and no word is lost."""
    text = "tiếp cận thủ tục trước đây do cấp huyện giải quyết, miền núi"
    lines = wrapped(text, 31).split("\n")
    assert len(lines) > 1
    assert max(map(len, lines)) <= 31
    assert " ".join(lines) == text


def test_a_drawing_is_shown_in_few_colours_and_what_shines_through_as_it_is() -> None:
    import io

    from PIL import Image

    from dicu_analysis.report.experiments import _fewer_colours

    def written(mode: str, colour: tuple[int, ...]) -> bytes:
        made = io.BytesIO()
        Image.new(mode, (40, 30), colour).save(made, format="PNG", compress_level=0)
        return made.getvalue()

    for mode, colour in (("RGB", (200, 30, 30)), ("RGBA", (200, 30, 30, 255))):
        few = _fewer_colours(written(mode, colour), (40.0, 30.0))
        assert len(few) < len(written(mode, colour))
        with Image.open(io.BytesIO(few)) as image:
            assert image.convert("RGB").getpixel((3, 3)) == (200, 30, 30)
    through = written("RGBA", (3, 3, 3, 0))
    assert _fewer_colours(through, (40.0, 30.0)) == through
