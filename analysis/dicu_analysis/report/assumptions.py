"""The assumptions that the answers rest on most, with the values of the run, and what else the run changed.

Which of them matter most is a judgement written down here, made from the formulas; a run cannot rank them. A sweep
that varies them can, and its ranking is then shown beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dicu.scenario.layer_of_country import local_keys, outside
from dicu.scenario.table import ParameterRow, parameter_table
from dicu_analysis.language import MINUS, Text, Words
from dicu_analysis.load import Run, flat
from dicu_analysis.report.saying import between

WHY: Final[dict[str, tuple[Text, Text]]] = {
    "consider.theta_services": (
        Text("How strongly poor services make people think of leaving", "Dịch vụ kém khiến người dân có ý định chuyển đi nhiều đến đâu"),
        Text("No data before 2025 identify it. With this and the two weights below at 0, access could make nobody move; all results on leaving rest on them.", "Không có số liệu trước 2025 để xác định. Nếu giá trị này và hai trọng số dưới bằng 0, mức tiếp cận không thể khiến ai di chuyển; mọi kết quả về rời đi dựa vào chúng."),
    ),
    "choose.beta_commune_administration": (
        Text("Weight of the commune office when a place is chosen", "Trọng số của trụ sở xã khi chọn nơi ở"),
        Text("The same for all services and persons; not estimated.", "Như nhau cho mọi dịch vụ và mọi người; chưa ước lượng."),
    ),
    "choose.beta_district_administration": (
        Text("Weight of former district business when a place is chosen", "Trọng số của thủ tục trước đây do cấp huyện giải quyết khi chọn nơi ở"),
        Text("If people rarely go to an office, both weights are smaller.", "Nếu người dân hiếm khi đến cơ quan, cả hai trọng số đều nhỏ hơn."),
    ),
    "access.half_time_minutes": (
        Text("Travel time at which half of the use of an office is left", "Thời gian đi lại làm mức sử dụng cơ quan còn một nửa"),
        Text("Turns minutes into access. Longer: distance matters less, gains and losses both shrink.", "Quy đổi thời gian đi lại ra mức tiếp cận. Dài hơn: khoảng cách ít quan trọng hơn, cả lợi ích và thiệt hại đều nhỏ đi."),
    ),
    "access.speed_mountain_kmh": (
        Text("Travel speed in the mountains", "Tốc độ đi lại ở miền núi"),
        Text("Ways are straight lines times a detour, not roads; one speed for all.", "Quãng đường là đường chim bay nhân hệ số vòng, không phải đường thật; một tốc độ cho mọi người."),
    ),
    "access.online": (
        Text("Share of administration done on line", "Tỷ lệ thủ tục làm trực tuyến"),
        Text("The more is done on line, the less the seat matters.", "Càng nhiều thủ tục làm trực tuyến, vị trí trụ sở càng ít quan trọng."),
    ),
    "government.disruption": (
        Text("Quality lost at once by a merger of very many units", "Mức giảm chất lượng ngay khi sáp nhập rất nhiều đơn vị"),
        Text("Decides the dip of the first years, not the end.", "Quyết định mức sụt những năm đầu, không phải kết quả cuối."),
    ),
    "government.disruption_half_life_quarters": (
        Text("Quarters in which the disruption halves", "Số quý để sự xáo trộn giảm một nửa"),
        Text("How long the dip lasts.", "Sự xáo trộn kéo dài bao lâu."),
    ),
    "government.staff_legacy_district": (
        Text("Posts of a district before the reform", "Số biên chế mỗi huyện trước khi sắp xếp"),
        Text("Decides how many posts are cut, and so the savings.", "Quyết định số biên chế bị cắt, tức số tiền tiết kiệm."),
    ),
    "government.cost_per_post": (
        Text("Cost of a post", "Chi phí một biên chế"),
        Text("Savings are posts cut times this.", "Tiết kiệm bằng số biên chế cắt nhân giá trị này."),
    ),
    "government.reinvest_share": (
        Text("Share of the savings that is reinvested", "Tỷ lệ tiết kiệm được tái đầu tư"),
        Text("A choice of policy, not a fact.", "Là lựa chọn chính sách, không phải dữ kiện."),
    ),
    "government.satellite_minutes": (
        Text("Travel time from which savings first open satellite desks", "Ngưỡng thời gian đi lại để ưu tiên dùng tiền tiết kiệm mở điểm phục vụ hành chính công vệ tinh"),
        Text("Decides how many far places get an office back; a rule of the model, not a law.", "Quyết định bao nhiêu nơi xa có lại điểm phục vụ; là quy tắc của mô hình, không phải quy định pháp luật."),
    ),
    "government.leavers_retired": (
        Text("Share of those who go that retires early, the rest quits", "Tỷ lệ nghỉ hưu trước tuổi trong số người nghỉ, còn lại là thôi việc"),
        Text("With the ages of officials, decides the mean severance, and so when the merger has paid for itself.", "Cùng với độ tuổi cán bộ, quyết định mức chi bình quân, tức thời gian hoàn vốn của việc sáp nhập."),
    ),
    "government.need": (
        Text("What an office needs after a merger: posts that did the same work before, or those of the official rule", "Nhu cầu biên chế sau sáp nhập: theo khối lượng công việc trước đó hoặc theo quy định về biên chế"),
        Text("By the official rule the merger leaves no office short; by the work most are.", "Theo quy định, không nơi nào thiếu người sau sáp nhập; theo công việc, phần lớn thiếu."),
    ),
    "government.district_to_province": (
        Text("Share of the districts' work that goes to provinces", "Tỷ lệ công việc cấp huyện chuyển lên tỉnh"),
        Text("The larger, the farther people go for what districts did.", "Càng lớn, người dân càng phải đi xa cho việc huyện từng làm."),
    ),
    "housing.rent_elasticity": (
        Text("How fast rents rise with households", "Tiền thuê nhà tăng theo số hộ nhanh đến đâu"),
        Text("The stronger, the sooner towns that grow stop drawing people.", "Càng mạnh, đô thị đang lớn càng sớm ngừng hút người."),
    ),
    "choose.network": (
        Text("Pull of people of one's own origin", "Sức hút của người cùng quê"),
        Text("Makes streams grow by themselves; carries much of who goes where.", "Làm các dòng di cư tự lớn lên; quyết định phần lớn việc ai đi đâu."),
    ),
    "labour.recruit_new": (
        Text("Share of new formal jobs that recruit from afar", "Tỷ lệ việc làm chính thức mới tuyển người từ nơi khác"),
        Text("How many people come per new job is close to this times the share of such offers that are taken (labour.accepted): put in, not found.", "Số người chuyển đến trên mỗi việc làm mới xấp xỉ giá trị này nhân với tỷ lệ lời mời được nhận (labour.accepted): là đầu vào, không phải kết quả."),
    ),
    "consider.lambda0": (
        Text("Base hazard of thinking about a move", "Xác suất cơ sở có ý định chuyển đi"),
        Text("Scales all moves.", "Tỷ lệ với mọi di chuyển."),
    ),
}  # fmt: skip
WHY_ELSEWHERE: Final = {
    "consider.theta_services": Text(
        "No data identify it. With this and the two weights below at 0, access could make nobody move; all results on leaving rest on them.",
        "Không có số liệu để xác định. Nếu giá trị này và hai trọng số dưới bằng 0, mức tiếp cận không thể khiến ai di chuyển; mọi kết quả về rời đi dựa vào chúng.",
    ),
}  # fmt: skip
"""Why it matters where the reason above is one of the country that the package ships."""
OF_THE_COUNTRY: Final = ("world.", "time.start", "time.end", "reform.date")
"""Settings whose defaults are of the country that the package ships; another country has its own."""
STATUSES: Final = {
    "V": Text("a source was read", "đã đọc nguồn"),
    "C": Text("computed from data", "tính từ số liệu"),
    "A": Text("assumption", "giả định"),
    "L": Text("literature, from memory", "tài liệu, theo trí nhớ"),
    "fit": Text("fitted to figures", "hiệu chỉnh theo số liệu"),
    "policy": Text("choice of policy", "lựa chọn chính sách"),
    "design": Text("choice of how to run", "cách chạy mô phỏng"),
}


@dataclass(frozen=True)
class Assumption:
    """One line of the table of assumptions."""

    path: str
    name: str
    value: str
    range: str
    status: str
    why: str


OF_DISTRICTS: Final = ("choose.beta_district_administration", "government.staff_legacy_district")
"""Without effect in a country whose districts do not govern."""


def _known() -> Mapping[str, ParameterRow]:
    return {row.path: row for row in parameter_table()}


def written(w: Words, value: Any) -> str:
    """A value of a configuration in the reader's notation."""
    if isinstance(value, bool):
        return w.t("yes", "có") if value else w.t("no", "không")
    if isinstance(value, int | float):
        text = f"{value:g}" if abs(value) < 1e6 else f"{value:,.0f}"
        text = text.replace("-", MINUS)
        return w.signs(text)
    return str(value)


def most(w: Words, run: Run) -> list[Assumption]:
    """The assumptions that matter most, those of them that this run has."""
    values, known = flat(run.config), _known()
    made = []
    for path, (name, why) in WHY.items():
        if path not in values or path not in known or (path in OF_DISTRICTS and not run.districts_govern):
            continue
        row = known[path]
        made.append(
            Assumption(
                path,
                w.say(name),
                f"{written(w, _local(run, path, values[path]))} {_unit(w, row.unit)}".strip(),
                _range(w, _bounds(run, path, row.range)),
                w.of(STATUSES, row.status),
                w.say(WHY_ELSEWHERE.get(path, why) if run.terms.own else why),
            )
        )
    return made


def _local(run: Run, path: str, value: Any) -> Any:
    """An amount of the model's money in that of the run's country; everything else as it is."""
    if not run.terms.own or path not in local_keys() or not isinstance(value, int | float):
        return value
    return outside(float(value), run.local.factor)


def _bounds(run: Run, path: str, text: str) -> str:
    low, to, high = text.partition(" to ")
    if run.terms.own and " | " in text:
        return ""  # choices may be laws of the country that the package ships
    if not run.terms.own or path not in local_keys() or not to:
        return text
    return " to ".join(f"{outside(float(bound), run.local.factor):g}" for bound in (low, high))


def _unit(w: Words, unit: str) -> str:
    if unit in ("1", "name", "switch"):
        return ""
    return w.of(UNITS, unit)


UNITS: Final = {
    "min": Text("min", "phút"),
    "posts": Text("posts", "biên chế"),
    "M VND/year": Text("M VND/year", "triệu đồng/năm"),
    "quarter": Text("quarters", "quý"),
    "share": Text("(share)", "(tỷ lệ)"),
    "1/quarter": Text("per quarter", "mỗi quý"),
    "years": Text("years", "năm"),
}


def _range(w: Words, text: str) -> str:
    low, to, high = (part.replace("-", MINUS) for part in text.partition(" to "))
    made = between(w, low, high) if to else low
    return w.signs(made)


def changed(run: Run) -> list[tuple[str, str, str]]:
    """Path, value and default of every parameter in which the run departs from the defaults."""
    values, known = flat(run.config), _known()
    made = []
    from dicu.scenario.dump import scalar

    for path, value in values.items():
        if run.terms.own and path.startswith(OF_THE_COUNTRY):
            continue
        if path in known and not isinstance(value, list) and scalar(value) != known[path].default:
            default = known[path].default
            if run.terms.own and path in local_keys():
                value, default = (scalar(_local(run, path, float(v))) for v in (value, default))
                made.append((path, value, default))
                continue
            made.append((path, scalar(value), default))
    return made
