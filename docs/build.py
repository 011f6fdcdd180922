"""Build the site: a small run for the gallery, then Sphinx with warnings as errors, into docs/_build/html.

`uv run --group docs python docs/build.py` (half a minute warm). Relative links and anchors between pages are checked by
the build itself: a broken one is a warning, and a warning is an error.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BUILT = HERE / "_build"


def gallery() -> None:
    """Draw every standard figure of a small world and list them on a page."""
    import dicu

    run = dicu.run("monocentric", out=BUILT / "runs", figures=True)
    drawn = sorted((Path(run.folder) / "figures").rglob("*.svg"))
    if not drawn:
        raise SystemExit(f"{run.folder}: no figures to show")
    target = BUILT / "gallery"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    lines = [
        "# Gallery",
        "",
        "Every standard figure, of the made-up world `monocentric` (`dicu run monocentric`).",
        "",
    ]
    for path in drawn:
        shutil.copy(path, target / path.name)
        words = path.stem.replace("_", " ")
        lines += [f"## {words[0].upper()}{words[1:]}", "", f"![{words}](_build/gallery/{path.name})", ""]
    (HERE / "gallery.md").write_text("\n".join(lines), encoding="utf-8")


def main() -> int:
    """Gallery, then pages."""
    gallery()
    command = ["-b", "html", "-W", "--keep-going", "-q", "-j", "2", str(HERE), str(BUILT / "html")]
    done = subprocess.run([sys.executable, "-m", "sphinx", *command], check=False)
    if done.returncode == 0:
        print(BUILT / "html" / "index.html")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
