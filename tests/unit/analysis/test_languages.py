"""A third language is one file: it has every sentence it claims to have, and a page in it holds no English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dicu.scenario.languages import HERE, SHORT, WRITTEN, Language, codes, language
from dicu_analysis.language import Words
from dicu_analysis.sentences import english, numbered

TABLES = [code for code in codes() if code not in WRITTEN]


def table(**sentences: str) -> Language:
    """A small one; keys with an underscore for a space."""
    said = {key.replace("_", " "): text for key, text in sentences.items()}
    return Language("xx", "x", ",", " ", "{month} {year}", ("m",) * 12, {}, {}, False, said)


def test_there_is_a_third_language() -> None:
    assert "nb" in TABLES


@pytest.mark.parametrize("code", TABLES)
def test_a_complete_language_has_every_sentence(code: str) -> None:
    """Those that the source says, read from it: a sentence added without a translation fails here by name."""
    told = language(code)
    missing = [text for text in english() if text not in told.sentences]
    assert not (told.complete and missing), f"{HERE / code}.yaml lacks {missing}"


@pytest.mark.parametrize("code", TABLES)
def test_a_translation_fills_in_and_spaces_as_its_sentence_does(code: str) -> None:
    for said, own in language(code).sentences.items():
        assert set(re.findall(r"\{\d+\}", said)) == set(re.findall(r"\{\d+\}", own)), said
        assert (said[0] == " ", said[-1] == " ") == (own[0] == " ", own[-1] == " "), said


def test_sentences_are_read_from_the_source() -> None:
    found = english()
    assert len(found) > 400
    assert "{1} people leave the countryside for towns: {2} {3}. {4}" in found, "of an f-string"
    assert "Skip to the answer" in found, "of a template"
    assert "health care" in found, "of the vocabulary"
    assert numbered("{} of {}") == "{1} of {2}"


def test_what_is_filled_in_may_turn_round() -> None:
    t = Language(
        "xx", "x", ",", " ", "", ("m",) * 12, {}, {}, False, {"{1} towns of the {2}": "{2}: {1} byer"}
    )
    assert t.said("34 towns of the country") == "country: 34 byer"
    assert t.said("34 villages of the country") == "34 villages of the country", "English where it has none"


def test_a_scrap_does_not_translate_a_sentence_by_halves() -> None:
    """ "{1} to {2}" is no pattern for every sentence with a "to" in it."""
    t = Language("xx", "x", ",", " ", "", ("m",) * 12, {}, {}, False, {"{1} to {2}": "{1} til {2}"})
    assert sum(map(str.isalpha, "to")) < SHORT
    assert t.said("3 to 5") == "3 til 5"
    long = f"Those who went {'far ' * 20}to town"
    assert t.said(long) == long


def test_the_longest_sentence_wins() -> None:
    t = table(**{"{1}_pairs": "{1} par", "Mean_of_{1}_pairs": "Snitt av {1} par"})
    assert t.said("Mean of 3 pairs") == "Snitt av 3 par"


def test_numbers_and_days_are_written_as_the_language_does() -> None:
    w = Words("nb")
    assert w.num(1234.5, 1) == "1\u00a0234,5"
    assert w.num(-0.04, 1) == "0,0"
    assert w.pct(12.0) == "12\u00a0%"
    assert w.day_of("2020Q1") == "1. januar 2020"
    assert w.period("2020Q1") == "første kvartal 2020"
    assert w.people(1_240_000) == "1,2 millioner mennesker"


@pytest.mark.parametrize(
    ("key", "wrong", "message"),
    [
        ("months", "months: [a]\n", "months: 1 of them"),
        ("name", "", "keys"),
        ("sentences", 'sentences: {"{1} of x": "{2} x"}\n', "fills in what the sentence has"),
    ],
)
def test_a_wrong_table_is_refused(
    key: str, wrong: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = {
        "name": "name: X\n",
        "months": f"months: [{', '.join('m' * 12)}]\n",
        "sentences": "sentences: {a: b}\n",
        "rest": 'decimal: ","\ngroup: " "\nday: "{month}"\nsizes: {}\nmarket: {}\ncomplete: false\n',
    } | {key: wrong}
    (tmp_path / "xx.yaml").write_text("".join(text.values()))
    monkeypatch.setattr("dicu.scenario.languages.HERE", tmp_path)
    language.cache_clear()
    with pytest.raises(ValueError, match=message):
        language("xx")
    language.cache_clear()
