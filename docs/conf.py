"""Sphinx: Markdown pages through MyST, the API reference from docstrings."""

from __future__ import annotations

import importlib.metadata

project = "adcore"
release = version = importlib.metadata.version("adcore")
copyright = "the adcore authors"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["README.md"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = False
napoleon_preprocess_types = False

html_theme = "furo"
html_title = f"adcore {release}"
html_show_sphinx = False
