"""How Sphinx turns the staged course into a site; `aelib.classroom.book` calls it."""

project = "aelib"
author = "the aelib developers"
html_title = "Autoencoders, step by step"
language = "en"

extensions = ["myst_nb", "sphinx-mathjax-offline"]
html_theme = "sphinx_book_theme"
html_static_path = ["static"]
html_css_files = ["book.css"]
html_js_files = ["accessible.js", "explorers.js", "search.js"]
html_copy_source = False
html_theme_options = {
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "use_fullscreen_button": False,
    "article_header_start": ["toggle-primary-sidebar.html"],
    "navbar_persistent": [],  # the sidebar has the search
}

# The notebooks come executed; what was stored is what is shown.
nb_execution_mode = "off"
# A still picture, not a widget that nobody answers; and no script from elsewhere.
nb_mime_priority_overrides = [("*", "application/vnd.jupyter.widget-view+json", None)]
nb_ipywidgets_js = {}

myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
# A heading's anchor is the one that JupyterLab gives it: links work in both.
myst_heading_slug_func = "aelib.classroom.book.anchor"
