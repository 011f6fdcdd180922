"""Where the numbers come from: the manifests of the runs, as a table that lets anybody make them again."""

from __future__ import annotations

from typing import Final

from dicu_analysis.language import Words
from dicu_analysis.load import Run
from dicu_analysis.report.subject import Subject

FINE_WEIGHT: Final = 100
"""Weight of a row up to which single communes have enough rows for rules of governments to be read."""


def table(w: Words, run: Run) -> list[tuple[str, str]]:
    """What the manifest of a run says, line by line."""
    m = run.manifest
    git = m.get("git") or {}
    sha = git.get("sha")
    dirty = git.get("dirty")
    commit = w.t("unknown", "không rõ") if not sha else str(sha)
    if sha and dirty:
        commit += w.t(" with uncommitted changes", " có thay đổi chưa lưu")
    versions = m.get("versions", {})
    machine = m.get("machine", {})
    weight = int(m["weight"])
    lines = [
        (w.t("run", "lần mô phỏng"), f"{m['name']}/{m['run_id']}"),
        (w.t("seed", "hạt giống ngẫu nhiên (seed)"), str(run.config.get("seed", w.t("unknown", "không rõ")))),
        (
            w.t("sample", "mẫu"),
            w.t("every household", "mọi hộ")
            if weight == 1
            else w.t(f"one row stands for {weight:,} households", f"mỗi dòng đại diện {w.num(weight)} hộ"),
        ),
        (w.t("steps", "các bước"), f"{run.labels[0]} \u2013 {run.labels[-1]}"),
        *_history(w, run),
        (w.t("model version", "phiên bản mô hình"), f"dicu {versions.get('dicu')}, commit {commit}"),
        (
            w.t("Python, packages", "Python, gói"),
            ", ".join(f"{k} {v}" for k, v in versions.items() if k != "dicu"),
        ),
        (
            w.t("machine", "máy"),
            ", ".join(str(machine[k]) for k in ("cpu", "cores", "system") if k in machine),
        ),
        (w.t("started, ended", "bắt đầu, kết thúc"), f"{m.get('started')} \u2013 {m.get('ended')}"),
        (w.t("command", "lệnh"), " ".join(str(a) for a in m.get("argv", []))),
        (w.t("SHA-256 of configuration", "SHA-256 của cấu hình"), str(m.get("config_sha256"))),
        (w.t("SHA-256 of final state", "SHA-256 của trạng thái cuối"), str(m.get("state_sha256"))),
        *(
            (w.t(f"SHA-256 of input {k}", f"SHA-256 của đầu vào {k}"), str(v))
            for k, v in m.get("inputs_sha256", {}).items()
        ),
    ]
    return lines


def _history(w: Words, run: Run) -> list[tuple[str, str]]:
    """What was simulated before the record, which is none of it."""
    if run.history is None:
        return []
    return [
        (
            w.t("history", "giai đoạn trước"),
            w.t(
                f"simulated from {run.history} on without a reform and without a record; the first households are of then",
                f"mô phỏng từ {run.history}, không sắp xếp, không ghi lại; các hộ đầu tiên là của thời điểm đó",
            ),
        )
    ]


def warnings(w: Words, subject: Subject) -> list[str]:
    """What makes the pair or the run less trustworthy than it looks."""
    made = []
    runs = [r for pair in subject.pairs for r in pair] or [subject.run]
    if any((r.manifest.get("git") or {}).get("dirty") for r in runs):
        made.append(
            w.t(
                "Some runs were made with uncommitted changes of the source: they cannot be made again from the commit "
                "alone.",
                "Một số lần mô phỏng dùng mã nguồn có thay đổi chưa lưu: không thể tái lập chỉ từ commit.",
            )
        )
    commits = {(r.manifest.get("git") or {}).get("sha") for r in runs}
    if len(commits) > 1:
        made.append(
            w.t(
                f"The runs come from {len(commits)} different commits of the model. If results changed between them, "
                "differences contain that change.",
                f"Các lần mô phỏng đến từ {len(commits)} commit khác nhau của mô hình. Nếu kết quả đã đổi giữa các commit, "
                "chênh lệch chứa cả thay đổi đó.",
            )
        )
    if any(r.manifest["weight"] > FINE_WEIGHT for r in runs):
        weight = runs[0].manifest["weight"]
        made.append(
            w.t(
                f"A coarse sample: one simulated household stands for {weight:,}. Numbers of movers come in such "
                "lumps, small provinces and islands are a handful of rows, and mobile desks react to their luck.",
                f"Mẫu thô: một hộ mô phỏng đại diện cho {w.num(weight)} hộ. Số người di chuyển chỉ thay đổi theo bội số đó; tỉnh "
                "nhỏ và hải đảo chỉ là vài dòng dữ liệu, và số điểm phục vụ hành chính công lưu động dao động theo các yếu tố ngẫu nhiên.",
            )
        )
    return made
