"""How the site is built: Sphinx with MyST and furo; `uv run --group docs python docs/build.py`."""

from __future__ import annotations

from pathlib import Path

import dicu

project = "dicu"
author = "the founders of dicu"
version = release = dicu.__version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.intersphinx"]
intersphinx_mapping = {}
exclude_patterns = ["_build", "README.md", "figures", "experiments/figures"]
source_suffix = {".md": "markdown"}
root_doc = "index"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4

napoleon_google_docstring = False
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
# numpy's own names of arrays are long, and no other project's site is read while this one is built
nitpicky = False

html_theme = "furo"
html_title = f"dicu {version}"
html_static_path = ["_static"] if Path(__file__).with_name("_static").is_dir() else []
html_theme_options = {"sidebar_hide_name": False}
