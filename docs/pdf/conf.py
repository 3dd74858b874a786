"""How Sphinx turns the staged course into one page; `aelib.classroom.pdf` calls it."""

project = "aelib"
author = "the aelib developers"
html_title = "Autoencoders, step by step"
language = "en"

extensions = ["myst_nb", "sphinx-mathjax-offline"]
html_theme = "basic"
html_theme_options = {"nosidebar": True}
html_static_path = ["static"]
html_css_files = ["print.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "friendly"

nb_execution_mode = "off"
nb_mime_priority_overrides = [("*", "application/vnd.jupyter.widget-view+json", None)]
nb_ipywidgets_js = {}

myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
myst_heading_slug_func = "aelib.classroom.book.anchor"
