"""Corrections of kinds and links: what the rank of a name and a resolution say, and nothing else changes."""

from __future__ import annotations

import unicodedata
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from dicu.world import corrections, facts
from dicu.world.corrections import correct, kind_of_name
from dicu.world.gazetteer import Gazetteer, GazetteerError
from dicu.world.world import World


@pytest.mark.parametrize(
    ("full", "kind"),
    [
        ("Phường 5", "ward"),
        ("Xã Phương Trà", "commune"),
        ("Thị trấn Ngọc Lặc", "township"),
        ("thi tran Ngoc Lac", "township"),
        (unicodedata.normalize("NFD", "Phường Việt Hòa"), "ward"),
        ("Đặc khu Kiên Hải", "special zone"),
        ("Trà Vinh", ""),
        ("Phường", ""),
        ("", ""),
    ],
)
def test_the_rank_says_the_kind(full: str, kind: str) -> None:
    assert kind_of_name(full) == kind


def test_every_kind_of_the_source_follows_its_name(gazetteer: Gazetteer) -> None:
    corrected, repairs = correct(gazetteer)
    for units in (corrected.legacy, corrected.new):
        said = units["full"].map(kind_of_name)
        assert ((said == "") | (said == units["kind"])).all()
    kinds = dict(zip(corrected.legacy["code"], corrected.legacy["kind"], strict=True))
    assert [kinds[c] for c in ("27046", "27076", "15061")] == ["ward", "ward", "township"]
    # 05860 and 16732 are wards in the list of reclassified communes, 26080 by its name alone; 13363 is a commune in
    # resolution 1674/NQ-UBTVQH15
    assert [kinds[c] for c in ("05860", "16732", "26080", "13363")] == ["ward"] * 3 + ["commune"]
    counted = Counter(repair.kind for repair in repairs)
    assert counted == {"kind contradicts the name": 7, "link denied by a resolution": 3}


def test_nothing_else_changes(gazetteer: Gazetteer) -> None:
    corrected, _ = correct(gazetteer)
    for old, new in ((gazetteer.legacy, corrected.legacy), (gazetteer.new, corrected.new)):
        pd.testing.assert_frame_equal(old.drop(columns="kind"), new.drop(columns="kind"))
        assert (old["kind"] != new["kind"]).sum() in (3, 4)
    assert (corrected.links.groupby("legacy")["default"].sum() == 1).all(), "each keeps one default"
    assert len(gazetteer.links) - len(corrected.links) == 3
    again, repairs = correct(corrected_kinds_only(corrected, gazetteer))
    assert [r for r in repairs if r.kind == "kind contradicts the name"] == []
    assert len(again.links) == len(corrected.links)


def corrected_kinds_only(corrected: Gazetteer, source: Gazetteer) -> Gazetteer:
    return Gazetteer(
        corrected.legacy,
        corrected.new,
        source.districts,
        source.legacy_provinces,
        source.new_provinces,
        source.links,
    )


def test_a_statement_that_does_not_fit_the_source_is_refused(
    gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated = facts.stated_links()
    for change, message in (
        ({"legacy": "99999"}, "no such unit"),
        ({"new": "00004"}, "stated as a part, which the source does not have"),
        ({"belongs": "no"}, "one other remains"),  # the commune would belong nowhere
    ):
        wrong = stated.head(1).assign(**change)
        monkeypatch.setattr(corrections.facts, "stated_links", lambda wrong=wrong: wrong)
        with pytest.raises(GazetteerError, match=message):
            correct(gazetteer)


def test_wards_of_the_largest_city_are_urban(viet_nam: World) -> None:
    """The kinds reach the places: wards and townships are urban but those that became so since the world's year."""
    kind = viet_nam.legacy_communes.kind[viet_nam.legacy_commune]
    changed = viet_nam.country.own("urban_changes")
    later = set(changed.loc[changed["date"].astype(str) >= f"{viet_nam.year}-07", "place"].astype(str))
    since = np.array([str(key) in later for key in viet_nam.place_key.tolist()])
    assert np.array_equal(viet_nam.urban[~since], np.isin(kind, ["ward", "township"])[~since])
    assert 100 < since.sum() < 1000
    assert not viet_nam.urban[since].all()
    people = np.bincount(viet_nam.new_commune, viet_nam.residents)
    of = dict(zip(viet_nam.new_communes.code.tolist(), people.tolist(), strict=True))
    assert of["31108"] == 22_980 * 96_484_000 // 113_700_255  # Kien Hai
    keys = set(viet_nam.place_key.tolist())
    assert 248802215 in keys, "Trung Mon is part of Minh Xuan, as resolution 1684 says"
    assert 2803628087 not in keys, "no part of Thu Thua is in Nhut Tao"
