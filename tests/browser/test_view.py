"""The view as a browser shows it: every page at both widths and in both languages, offline, by keyboard, printed."""

from __future__ import annotations

import importlib.resources
import json
from pathlib import Path
from typing import Any

import pytest

from briefs import brief

DESK, PHONE = 1280, 390
PAGES = ("answer", "compare", "map", "place", "who", "money", "assumptions", "data")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHOWN = "[...document.querySelectorAll('.page')].filter(p => !p.hidden).map(p => p.dataset.page)"
AXE = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@pytest.fixture(scope="session")
def view(tmp_path_factory) -> Path:
    """Of a sweep that also varied a parameter, so that there are sliders."""
    more = "  grid: {choose.theta: [0.3, 0.4, 0.5, 0.6]}\n"
    return brief(tmp_path_factory.mktemp("view"), more) / "view.html"


def soon(page: Any, expression: str) -> Any:
    """The value of an expression once it is true; what the browser does in its own time."""
    answer = page.send(
        "Runtime.evaluate",
        expression=f"(async () => {{ for (let k = 0; k < 400; k++) {{ const v = ({expression}); "
        "if (v) return v instanceof Node ? true : v; await new Promise(r => setTimeout(r, 25)); } return null; })()",
        awaitPromise=True,
        returnByValue=True,
    )
    assert "exceptionDetails" not in answer, answer
    value = answer["result"].get("value")
    assert value, f"never true: {expression}"
    return value


def show(page: Any, view: Path, address: str, width: int) -> None:
    page.send("Page.navigate", url="about:blank")  # else only the part after # would change
    page.open(f"{view.as_uri()}#{address}", width)
    soon(page, "document.documentElement.dataset.ready === 'yes'")


def type_in(page: Any, text: str) -> None:
    page.ask("document.getElementById('find').focus()")
    page.send("Input.insertText", text=text)


def press(page: Any, key: str, code: int) -> None:
    for kind in ("keyDown", "keyUp"):
        page.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_every_page_is_shown_alone_fits_and_asks_for_nothing(page, view, width) -> None:
    show(page, view, "lang=vi", width)
    for code in ("vi", "en"):
        page.ask(f"document.querySelector('[data-lang={code}]').click()")
        assert page.ask("document.documentElement.lang") == code
        for name in PAGES:
            page.ask(f"document.querySelector('#pages [data-page={name}]').click()")
            assert soon(page, f"JSON.stringify({SHOWN}) === '[\"{name}\"]'")
            assert page.ask(OVERFLOW) == 0, (name, code)
            tops = "[...document.querySelectorAll('h1')].filter(h => h.getClientRects().length).length"
            assert page.ask(tops) == 1, (name, code)
    soon(page, "document.querySelector('#legend li') && Bokeh.documents[0].is_idle")
    assert [a for a in page.asked_for() if not a.startswith(("data:", "blob:", view.as_uri()))] == []
    assert page.complaints() == []


@pytest.mark.parametrize(("width", "code"), [(DESK, "en"), pytest.param(PHONE, "vi", marks=pytest.mark.slow)])
def test_axe_finds_nothing(page, view, width, code) -> None:
    first = None
    # what the report has too is looked at by test_axe at both widths
    for name in PAGES if width == DESK else ("answer", "compare", "map", "place", "assumptions"):
        address = f"page={name}&lang={code}"
        show(page, view, address if name != "place" else f"{address}&place=01", width)
        if name == "map":
            soon(page, "document.querySelector('#legend li')")
        if name == "place":
            soon(page, "document.querySelector('#print')")
        page.ask((importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text() + "; 1")
        options = json.dumps({"runOnly": {"type": "tag", "values": AXE}, "resultTypes": ["violations"]})
        answer = page.send(
            "Runtime.evaluate",
            expression=f"axe.run(document, {options}).then(r => JSON.stringify(r))",
            awaitPromise=True,
            returnByValue=True,
        )
        found = json.loads(answer["result"]["value"])
        first = first or found["testEngine"]["name"]
        wrong = [
            (r["id"], n["html"][:120], n["failureSummary"]) for r in found["violations"] for n in r["nodes"]
        ]
        assert wrong == [], name
    assert first == "axe-core"


def test_search_needs_no_diacritics_and_the_keyboard_alone_opens_a_place(page, view) -> None:
    show(page, view, "lang=en", DESK)
    assert page.ask("fold('Trường Sa, Đà Nẵng')") == "truong sa, da nang"
    name = page.ask("P.layers.commune_new.names[0]")
    type_in(page, page.ask(f"fold({json.dumps(name)})"))
    assert soon(page, "find.getAttribute('aria-expanded') === 'true'")
    press(page, "Enter", 13)
    assert name in soon(page, "(document.querySelector('h1.name') || {}).textContent")
    assert "place=" in page.ask("location.hash")
    assert soon(page, "document.querySelectorAll('#my-place tbody tr').length > 5")


def test_an_address_says_what_is_shown_and_a_place_leads_to_the_map(page, view) -> None:
    show(page, view, "page=answer&lang=en", DESK)
    code = page.ask("P.layers.commune_old.codes[3]")
    show(page, view, f"place={code}&of=old&date=2025&lang=en", DESK)
    assert page.ask(SHOWN) == ["place"]
    assert page.ask("P.dates[S.date]") == "2025Q4"
    assert soon(page, "document.querySelector('#print')")
    page.ask("document.querySelector('#my-place .buttons a').click()")
    assert soon(page, "S.page === 'map' && plot && plot.chosen && plot.chosen.data.xs.length > 0")
    assert page.ask("S.layer") == "commune_old"


def test_the_map_hides_the_sign_that_is_not_sure_and_follows_the_slider(page, view) -> None:
    show(page, view, "page=map&lang=en", DESK)
    soon(page, "document.querySelector('#legend li') && Bokeh.documents[0].is_idle")
    wrong = soon(
        page,
        "(async () => { const v = await seen(), fill = plot.units.data.fill; return [order.filter((k, j) => "
        "(fill[j] === P.colours.within) !== (v.value[k] !== null && v.rows[k].sure !== 1)).length, order.length]; })()",
    )
    assert wrong[0] == 0
    assert wrong[1] > 5
    before = page.ask("JSON.stringify(plot.units.data.fill)")
    page.ask("control.date.value = 0; control.date.dispatchEvent(new Event('input', {bubbles: true})); 1")
    assert soon(page, f"JSON.stringify(plot.units.data.fill) !== {json.dumps(before)}")
    page.ask("document.getElementById('map-rows').open = true")
    assert soon(
        page, "document.querySelectorAll('#map-table tbody tr').length === P.layers[S.layer].codes.length"
    )


def test_the_numbers_of_a_page_are_those_of_the_tables(page, view) -> None:
    """What the script reads back is what the analysis says, at the last date."""
    from dicu_analysis.view.options import options
    from dicu_analysis.view.values import layers

    show(page, view, "page=answer&lang=en", DESK)
    for layer in layers(options(view.parent).first):
        for key, parts in layer.values.items():
            scale = {"persons": 1.0, "net": 10.0}.get(key, 10.0 if key.startswith("minutes") else 1000.0)
            got = soon(
                page,
                f"(async () => {{ const of = await values('{layer.key}', '{key}'); return P.layers['{layer.key}'].codes"
                ".map((_, k) => of(P.dates.length - 1, k).own); })()",
            )
            told = [None if v == -(2**31) else v / scale for v in parts["with"][-1].tolist()]
            assert got == pytest.approx(told)


def test_a_place_is_printed_on_a_page_or_two(page, view) -> None:
    show(page, view, "place=01&lang=vi", DESK)
    soon(page, "document.querySelector('#print')")
    printed = page.pdf()
    assert printed.startswith(b"%PDF")
    assert 1 <= printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 3


def test_sliders_say_nothing_outside_of_what_was_run(page, view) -> None:
    show(page, view, "page=assumptions&lang=en", DESK)
    move = (
        "(v => { const s = document.getElementById('slider-0'); s.value = v; "
        "s.dispatchEvent(new Event('input')); return 1; })"
    )
    told = "[...document.querySelectorAll('#emulated tbody td:first-of-type')].map(td => td.textContent)"
    page.ask(f"{move}(0.45)")
    inside = page.ask(told)
    assert len(inside) > 2
    assert "outside of what was run" not in inside
    assert page.ask("document.getElementById('slider-0').max") > "0.6", (
        "the slider spans what the parameter allows"
    )
    page.ask(f"{move}(0.9)")
    assert set(page.ask(told)) == {"outside of what was run"}
    assert page.ask("document.getElementById('emulated').className") == "outside"


def test_what_is_seen_is_saved_as_picture_and_numbers_and_pointing_tells_a_place(page, view) -> None:
    show(page, view, "page=map&lang=en", DESK)
    soon(page, "document.querySelector('#legend li') && Bokeh.documents[0].is_idle")
    page.ask("window.saved = []; save = (name, blob) => saved.push([name, blob]); 1")
    page.ask("document.getElementById('save-png').click(); document.getElementById('save-csv').click()")
    soon(page, "saved.length === 2")
    names, heads = soon(
        page,
        "(async () => { const s = saved.sort((a, b) => a[0] < b[0] ? -1 : 1), t = await Promise.all(s.map(([, b]) => "
        "b.text())); return [s.map(([n]) => n.split('.').pop()), t.map(x => x.slice(0, 40))]; })()",
    )
    assert names == ["csv", "png"]
    assert heads[0].lstrip("\ufeff").startswith("borders,code,name,province,date")
    assert "PNG" in heads[1]
    middle = "(b => [b.x + b.width / 2, b.y + b.height / 2])"
    box = page.ask(f"{middle}(document.getElementById('plot').getBoundingClientRect())")
    page.send("Input.dispatchMouseEvent", type="mouseMoved", x=box[0], y=box[1])
    assert soon(page, "document.querySelector('#pointed a')")
    for kind in ("mousePressed", "mouseReleased"):
        page.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)
    assert soon(page, "S.place && location.hash.includes('place=')")
