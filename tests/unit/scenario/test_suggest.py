"""Names compared by canonical form, and suggested without regard to accents, case and small slips."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicu.scenario.suggest import canonical, fold, same, suggest, unit_of

PROVINCES = ("An Giang", "Hà Nam", "Hà Nội", "Đà Nẵng", "Hòa Bình", "Thừa Thiên Huế", "Hồ Chí Minh", "Huế")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Hanoi", "Hà Nội"),
        ("Ha Noi", "Hà Nội"),
        ("HÀ NỘI", "Hà Nội"),
        ("Da Nang", "Đà Nẵng"),
        ("Ðà Nẵng", "Đà Nẵng"),  # the Icelandic letter that old fonts show alike
        ("Hoà Bình", "Hòa Bình"),  # the older place of the tone mark
        ("Hue", "Huế"),
        ("Thành phố Huế", "Huế"),
        ("TP.Huế", "Huế"),
        ("Ho Chi Min", "Hồ Chí Minh"),
        ("An-giang", "An Giang"),
        ("Atlantis", ""),
        ("", ""),
        ("?!", ""),
    ],
)
def test_what_was_meant(written: str, meant: str) -> None:
    assert suggest(written, PROVINCES) == meant
    assert suggest(unicodedata.normalize("NFD", written), PROVINCES) == meant


def test_words_that_hold_one_another() -> None:
    assert suggest("theta", ["choose.theta_of_return", "choose.kappa"]) == "choose.theta_of_return"
    assert suggest("half-time", ["lambda0", "half_time_minutes"]) == "half_time_minutes"
    assert suggest("a", ["b", "abc"]) == ""


def test_a_decomposed_name_is_the_same_name_and_another_accent_is_not() -> None:
    assert same("Hue\u0302\u0301", PROVINCES) == ["Huế"]
    assert same("  an   GIANG ", PROVINCES) == ["An Giang"]
    assert same("Hue", PROVINCES) == []
    assert same("Huệ", PROVINCES) == []
    assert same("hà", ["Hà", "HÀ"]) == ["Hà", "HÀ"]  # nothing decides: the caller must ask
    assert same("HÀ", ["Hà", "HÀ"]) == ["HÀ"]


def test_the_first_of_names_equally_near() -> None:
    assert suggest("tan an", ["Tân An", "Tấn An"]) == "Tân An"
    assert suggest("tan an", ["Tấn An", "Tân An"]) == "Tấn An"


@given(st.text(max_size=40))
def test_form_does_not_count(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, text)) == fold(text)
        assert canonical(unicodedata.normalize(form, text)) == canonical(text)
    assert suggest(text, PROVINCES) in ("", *PROVINCES)


CODES = ("001", "002", "003", "004")
NAMES = ("Huế", "Tân Hòa", "Hà Nội", "Tân Hòa")
WHERE = ("Huế", "Kiên Giang", "Hà Nội", "Tây Ninh")


@pytest.mark.parametrize("word", ["003", " 003 ", "Hà Nội", "hà nội", unicodedata.normalize("NFD", "Hà Nội")])
def test_a_unit_by_its_code_or_name(word: str) -> None:
    assert unit_of(word, CODES, NAMES, "commune", WHERE) == 2


def test_several_units_of_a_name_are_listed_with_where_they_lie() -> None:
    with pytest.raises(ValueError, match="have that name") as error:
        unit_of("Tân Hòa", CODES, NAMES, "commune", WHERE)
    assert str(error.value) == (
        "2 communes have that name (got 'Tân Hòa', allowed one code of 002 (Tân Hòa, Kiên Giang), 004 (Tân Hòa, Tây "
        "Ninh))"
    )


def test_an_unknown_unit_is_answered_with_the_one_that_was_meant() -> None:
    with pytest.raises(
        ValueError, match=r"^no commune of that code or name \(got 'Hanoi'; did you mean Hà Nội\)$"
    ):
        unit_of("Hanoi", CODES, NAMES, "commune")
