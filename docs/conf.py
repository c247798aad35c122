"""Sphinx settings: the pages are Markdown, the order is that of index.md."""

project = "Jingwei 经纬"
author = "the Jingwei authors"
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {"description": "the plan, clause by clause"}
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]
