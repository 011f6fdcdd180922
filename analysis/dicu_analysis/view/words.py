"""Words of the view that its script writes, in both languages; those of the templates stand in the templates."""

from __future__ import annotations

from typing import Final

from dicu_analysis.language import SERVICES, Text, Words
from dicu_analysis.view.values import Measure

KINDS: Final = {
    "ward": Text("ward", "phường"),
    "commune": Text("commune", "xã"),
    "township": Text("township", "thị trấn"),
    "island district": Text("island district", "huyện đảo"),
    "special zone": Text("special zone", "đặc khu"),
    "municipality": Text("city", "thành phố"),
    "province": Text("province", "tỉnh"),
}
SHOWS: Final = {
    "change": Text("change by the reform", "thay đổi do sắp xếp"),
    "with": Text("with the reform", "có sắp xếp"),
    "without": Text("without it", "nếu không sắp xếp"),
}
LAYERS: Final = {
    "province_new": Text("provinces, new borders", "tỉnh, địa giới mới"),
    "province_old": Text("provinces, old borders", "tỉnh, địa giới cũ"),
    "commune_new": Text("communes, new borders", "xã, địa giới mới"),
    "commune_old": Text("communes, old borders", "xã, địa giới cũ"),
}
SCRIPT: Final = {
    "title": Text("dicu: what the reform does, place by place", "dicu: tác động của việc sắp xếp, theo từng nơi"),
    "index": Text("index points", "điểm chỉ số"),
    "percent": Text("%", "%"),
    "persons": Text("persons", "người"),
    "rate": Text("per 1,000 residents a year", "trên 1.000 dân mỗi năm"),
    "minutes": Text("minutes", "phút"),
    "better": Text("better", "tốt hơn"),
    "worse": Text("worse", "kém đi"),
    "more": Text("more", "nhiều hơn"),
    "less": Text("fewer", "ít hơn"),
    "unsure": Text("direction not sure", "chưa rõ tăng hay giảm"),
    "unsure_long": Text(
        "direction not sure: the 95% interval over {n} pairs of runs contains 0.",
        "chưa rõ tăng hay giảm: khoảng tin cậy 95% qua {n} cặp mô phỏng chứa 0.",
    ),
    "sure": Text("sure", "chắc chắn"),
    "sure_long": Text(
        "The 95% interval over {n} pairs of runs leaves out 0.", "Khoảng tin cậy 95% qua {n} cặp mô phỏng không chứa 0."
    ),
    "same": Text("no change at all", "hoàn toàn không đổi"),
    "slight": Text("less than is shown here", "nhỏ hơn mức hiển thị"),
    "few": Text(
        "{n} pair(s) of runs only: how sure this is cannot be said.", "Chỉ có {n} cặp mô phỏng: không thể nói chắc đến đâu."
    ),
    "unknown": Text("unknown", "không rõ"),
    "none": Text("no value", "không có giá trị"),
    "found": Text("{n} found", "{n} kết quả"),
    "nothing": Text("Nothing found. Try fewer letters.", "Không tìm thấy. Hãy thử ít chữ hơn."),
    "before_2025": Text("old borders", "địa giới cũ"),
    "now_in": Text("now in", "nay thuộc"),
    "made_of": Text("Made of", "Hợp thành từ"),
    "became": Text("It became part of", "Nay thuộc"),
    "in": Text("in", "thuộc"),
    "what_changed": Text("What changes here", "Thay đổi ở đây"),
    "way": Text("The way to the office", "Thời gian đến trụ sở"),
    "way_text": Text(
        "From the map and assumed speeds, mean of residents, one way: {a} min to the old commune seat, {b} min to the new "
        "one; {c} min to the former district seat, whose work is now done at the new commune seat.",
        "Theo bản đồ và tốc độ giả định, trung bình theo dân cư, một lượt: {a} phút đến trụ sở xã cũ, {b} phút đến trụ sở "
        "mới; {c} phút đến trụ sở huyện cũ, nay thủ tục của huyện được giải quyết tại trụ sở xã mới.",
    ),
    "measure": Text("measure", "chỉ tiêu"),
    "difference": Text("difference", "chênh lệch"),
    "interval": Text("95% interval", "khoảng tin cậy 95%"),
    "how_sure": Text("how sure", "mức chắc chắn"),
    "neighbours": Text("Against its neighbours", "So với các nơi lân cận"),
    "its_province": Text("its province", "cả tỉnh"),
    "this_place": Text("this place", "nơi này"),
    "over_time": Text("Over time", "Theo thời gian"),
    "date": Text("date", "thời điểm"),
    "on_map": Text("Show on the map", "Xem trên bản đồ"),
    "print": Text("Print this page", "In trang này"),
    "place": Text("place", "nơi"),
    "residents": Text("residents in the sources: {n}", "dân số theo nguồn: {n}"),
    "all_of_country": Text("the whole period after the reform", "cả giai đoạn sau khi sắp xếp"),
    "rows_shown": Text("{a} of {b} rows; the CSV has all.", "{a} trên {b} dòng; tệp CSV có đủ."),
    "selected": Text("Choose a place on the map, in the table or by the search.", "Chọn một nơi trên bản đồ, trong bảng hoặc qua ô tìm kiếm."),
    "sample": Text(
        "One row of the sample stands for {n} households: populations and moves of one commune are a handful of rows.",
        "Một dòng của mẫu đại diện cho {n} hộ: dân số và di cư của một xã chỉ là vài dòng dữ liệu.",
    ),
    "numbers": Text("The numbers", "Xem số liệu"),
    "sliders": Text("What if other values are assumed?", "Nếu giả định các giá trị khác thì sao?"),
    "sliders_text": Text(
        "Emulators stand for runs that were not made: polynomials fitted to {n} points of this sweep. Their error is twice the root mean square at points left out of the fit one by one. The difference is from no reform, at the end.",
        "Mô hình thay thế đại diện cho các lần mô phỏng chưa chạy: đa thức khớp với {n} điểm của nhóm kịch bản này. Sai số là hai lần căn trung bình bình phương tại các điểm lần lượt bị bỏ ra khi khớp. Chênh lệch so với không sắp xếp, vào cuối kỳ.",
    ),
    "sampled": Text("run: {a} to {b}", "đã chạy: từ {a} đến {b}"),
    "not_run": Text("outside of what was run", "ngoài phạm vi đã chạy"),
    "emulator_unsure": Text("smaller than the error", "nhỏ hơn sai số"),
    "emulator_error": Text("error", "sai số"),
    "listed": Text("Places found", "Các nơi tìm thấy"),
}  # fmt: skip


def measure_name(w: Words, measure: Measure) -> str:
    """What a measure is called in a menu."""
    if measure.key.startswith("access_"):
        service = w.of(SERVICES, measure.key.removeprefix("access_"))
        return w.t(f"access: {service}", f"mức tiếp cận: {service}")
    return w.t("residents", "dân số") if measure.key == "persons" else w.t("net migration", "di cư thuần")


def measure_family(measure: Measure) -> str:
    """Which classes a map of it has: "access", "persons" or "net"."""
    return "access" if measure.key.startswith("access_") else measure.key
