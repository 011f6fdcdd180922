"""Words of the model, each written once: what things are called in tables, in the codebook and on pages.

The position of a word in its table is its code in arrays of the model. Codes that kernels compile in are named below
their table.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Word(NamedTuple):
    """One word: what the codebook says of it, and its short name on pages in English and in Vietnamese."""

    text: str
    en: str
    vi: str

    @property
    def names(self) -> tuple[str, str]:
        """The short names, English first."""
        return self.en, self.vi


SERVICE_WORDS: Final[dict[str, Word]] = {
    "commune_administration": Word(
        "the commune's own administration, at the commune seat", "commune office", "trụ sở xã"
    ),
    "district_administration": Word(
        "what the district used to do: at its seat before, at the commune seat after",
        "former district business",
        "thủ tục trước đây do cấp huyện giải quyết",
    ),
    "health": Word("health care", "health care", "y tế"),
    "education": Word("schools", "schools", "trường học"),
    "water": Word("clean water", "clean water", "nước sạch"),
}
SERVICES: Final = tuple(SERVICE_WORDS)
"""Services whose access people weigh, in the order of every array by service.

A new one needs its weight ``choose.beta_<name>`` and a line in `dicu.government.services.Services.fill`.
"""

TERRAIN_WORDS: Final[dict[str, Word]] = {
    "plain": Word("plain", "plains", "đồng bằng"),
    "mountain": Word("mountain or highland", "mountains", "miền núi"),
    "island": Word("island", "islands", "hải đảo"),
}
TERRAINS: Final = tuple(TERRAIN_WORDS)
PLAIN: Final = 0
MOUNTAIN: Final = 1
ISLAND: Final = 2

REASON_WORDS: Final[dict[str, Word]] = {
    "chance": Word(
        "no single term tipped", "no single reason tipped it", "không có lý do riêng lẻ nào quyết định"
    ),
    "income": Word("higher income net of rents tipped", "higher income", "thu nhập cao hơn"),
    "services": Word("better services tipped", "better services", "dịch vụ tốt hơn"),
    "network": Word(
        "more of one's own people tipped", "people of the same origin there", "có người cùng quê ở đó"
    ),
    "home": Word("led back home", "went back home", "trở về quê"),
    "shock": Word(
        "would not have been considered without a shock", "a disaster or loss", "thiên tai hoặc biến cố"
    ),
    "family": Word(
        "joined a partner or a child", "joined a partner, child or parent", "theo vợ chồng, con hoặc cha mẹ"
    ),
}
REASONS: Final = tuple(REASON_WORDS)
"""Why a household moved: the largest term without which staying would have won."""
REASON_CHANCE: Final = 0
REASON_INCOME: Final = 1
REASON_SERVICES: Final = 2
REASON_NETWORK: Final = 3
REASON_HOME: Final = 4
REASON_SHOCK: Final = 5
REASON_FAMILY: Final = 6

STAGES: Final = ("young adult", "children", "other", "elderly")
"""Stages of life of a household."""

SCOPES: Final = ("within a district", "between districts", "between provinces")
"""How far a move goes, on the map before the reform."""
RESIDENCE_SCOPES: Final = ("same place", "within a commune", *SCOPES)
"""Where somebody lived five years before."""

MOVE_KINDS: Final = ("whole", "split", "partner", "follow")
"""Everybody moved; one adult founded a household; one moved to a partner; the family followed a child."""

SEXES: Final = ("male", "female")
SKILLS: Final = ("unskilled", "skilled")
WORKS: Final = ("agriculture", "other")
"""As a household's type has it; `dicu.population.columns.SECTORS` has more."""
