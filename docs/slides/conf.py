"""How Sphinx turns the staged decks into slides; `aelib.classroom.slides` calls it."""

project = "aelib"
author = "the aelib developers"
language = "en"

extensions = ["myst_parser", "sphinx-mathjax-offline", "sphinx_revealjs"]
html_title = "Autoencoders, step by step"
revealjs_static_path = ["static", "../book/static"]
revealjs_style_theme = "white"
revealjs_css_files = ["deck.css"]
revealjs_js_files = ["deck.js", "explorers.js"]
revealjs_script_conf = {
    "width": 1280,
    "height": 720,
    "margin": 0.05,
    "hash": True,
    "center": False,
    "transition": "none",
    "slideNumber": "c/t",
    "controls": True,
}
revealjs_script_plugins = [
    {"src": "revealjs/plugin/notes/notes.js", "name": "RevealNotes"}
]

myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
# The lines of a derivation stand under each other.
mathjax3_config = {"chtml": {"displayAlign": "left", "displayIndent": "1em"}}
