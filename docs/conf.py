"""How Sphinx makes a site of these pages: `make docs`. Every warning is a fault; so is a link that leads nowhere."""

import re

project = "asterisk-acd"
html_title = "asterisk-acd"
extensions = ["myst_parser"]

# The pages are written to be read in the repository as well: plain Markdown, relative links, headings as anchors.
myst_heading_anchors = 3
nitpicky = True
# What is shown is typed as it stands.
smartquotes = False

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["print.css", "tables.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {"navigation_with_keys": True}


def setup(app):  # type: ignore[no-untyped-def]  # Sphinx calls it
    """What is included from the README links to the repository's files, which are no pages: their names are enough."""
    app.connect("include-read", _without_links_to_files)


def _without_links_to_files(app, path, parent, content):  # type: ignore[no-untyped-def]
    content[0] = re.sub(r"\[([^]]+)\]\((?!#|https?:)[^)]+\)", r"`\1`", content[0])
