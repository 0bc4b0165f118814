"""Settings of Sphinx for the book."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

project = "pellucid"
author = "pellucid"
root_doc = "index"
language = "en"
locale_dirs = ["locales"]
gettext_compact = False
gettext_auto_build = True
exclude_patterns = ["locales", "_lab"]

extensions = [
    "myst_parser",
    "formulas",
    "experiment_directive",
    "spoken",
    "api_links",
    "branches",
    "chinese_search",
]
myst_enable_extensions = ["dollarmath", "deflist", "fieldlist", "attrs_inline"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
default_role = "code"
python_maximum_signature_line_length = 88
python_display_short_literal_types = True
add_module_names = False
toc_object_entries_show_parents = "hide"
highlight_language = "python"
pygments_style = "tango"
pygments_dark_style = "github-dark"
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]

html_theme = "furo"
html_title = "pellucid"
html_static_path = [str(HERE / "static")]
templates_path = [str(HERE / "templates")]
html_css_files = ["book.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_show_search_summary = False  # it would fetch pages, which no browser does from a folder
html_domain_indices = False
html_use_index = False  # the search knows all names
html_math_renderer = "mathml"
html_last_updated_fmt = None
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "languages.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0a5ca8",
        "color-brand-content": "#0a5ca8",
    },
    "dark_css_variables": {
        "color-brand-primary": "#7ab8f5",
        "color-brand-content": "#7ab8f5",
    },
}
