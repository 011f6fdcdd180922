"""Words of the model, each written once: what things are called in tables, in the codebook and on pages.

The position of a word in its table is its code in arrays of the model. Codes that kernels compile in are named below
their table.
"""

from __future__ import annotations

from typing import Final, NamedTuple

MEMBER: Final = "ensemble.member"
"""Key of the member of the ensemble of fitted parameter sets that a run is of."""


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
    "work": Word(
        "led to a formal job that was offered", "a formal job offered", "được nhận việc làm chính thức"
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
REASON_WORK: Final = 7

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


class PolicyWord(NamedTuple):
    """What a policy is called in a sentence and as a label, in English and in Vietnamese."""

    en: str
    vi: str
    label_en: str
    label_vi: str


POLICY_WORDS: Final[dict[str, PolicyWord]] = {
    "none": PolicyWord(
        "no reform",
        "không sắp xếp",
        "No reform",
        "Không sắp xếp",
    ),
    "actual": PolicyWord(
        "the merger",
        "việc sáp nhập",
        "Merger",
        "Sắp xếp",
    ),
    "actual_with_satellites": PolicyWord(
        "the merger with satellite desks from the first day",
        "việc sáp nhập kèm các điểm phục vụ hành chính công vệ tinh ngay từ ngày đầu",
        "Merger with satellite desks",
        "Sắp xếp, kèm điểm phục vụ vệ tinh",
    ),
    "relabel": PolicyWord(
        "new borders on paper only (same offices, staff and money)",
        "chỉ đổi địa giới trên giấy (giữ nguyên trụ sở, biên chế, ngân sách)",
        "New borders on paper",
        "Địa giới mới trên giấy",
    ),
    "random": PolicyWord(
        "a random merger to the same number of units",
        "sáp nhập ngẫu nhiên với cùng số đơn vị",
        "Random mergers",
        "Sáp nhập ngẫu nhiên",
    ),
    "standard": PolicyWord(
        "a merger by the standards of population and area",
        "sáp nhập theo tiêu chuẩn dân số và diện tích",
        "By the standards",
        "Theo tiêu chuẩn",
    ),
    "optimised": PolicyWord(
        "a merger optimised for travel and standards",
        "sáp nhập tối ưu về thời gian đi lại và tiêu chuẩn",
        "Optimised",
        "Tối ưu",
    ),
    "actual_except_sparse_mountains": PolicyWord(
        "the merger except in sparse mountains",
        "việc sáp nhập trừ vùng núi thưa dân",
        "Merger except sparse mountains",
        "Sắp xếp, trừ vùng núi thưa dân",
    ),
    "actual_in_half": PolicyWord(
        "the merger in a random half of the new provinces",
        "việc sáp nhập ở một nửa số tỉnh mới chọn ngẫu nhiên",
        "Merger in half of the provinces",
        "Sắp xếp ở một nửa số tỉnh",
    ),
    "table": PolicyWord(
        "a reform by the user's own table",
        "phương án theo bảng của người dùng",
        "The user's table",
        "Bảng của người dùng",
    ),
}
"""Policies that `dicu.reform.policies` knows how to make."""

LEVER_WORDS: Final[dict[str, tuple[str, str]]] = {
    "relabel": ("new names", "tên mới"),
    "pool_budgets": ("pooled budgets", "gộp ngân sách"),
    "close_offices": ("closed offices", "đóng trụ sở"),
    "cut_staff": ("posts cut", "cắt biên chế"),
    "move_services": ("services moved", "chuyển thủ tục"),
    "open_satellites": ("satellite desks", "điểm phục vụ vệ tinh"),
}
LEVERS: Final = tuple(LEVER_WORDS)
"""What a reform may change besides borders, in English and in Vietnamese."""
