"""The shell of a page in one file that asks nothing of a network: its security policy, its template, and data and program inside script elements.

Texts of users are untrusted: the templates escape them, and they reach a page's program as JSON only.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template

CONTENT_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"


def read_text(package: str, name: str) -> str:
    """Return a text file that lies in a package."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def page_template(package: str) -> Template:
    """Return the template ``page.html.j2`` of a package: it escapes what it is given, and a name that it lacks is an error.

    The template has ``content_policy`` and ``plotly``, the program that draws the figures.
    """
    from jinja2 import Environment, StrictUndefined
    from plotly.offline import get_plotlyjs

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(content_policy=CONTENT_POLICY, plotly=in_script(get_plotlyjs()))
    return environment.from_string(read_text(package, "page.html.j2"))


def json_in_html(value: Any) -> str:
    r"""Return JSON that stands safely inside a script element, whatever strings it holds.

    Examples
    --------
    >>> json_in_html("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def in_script(text: str) -> str:
    """Return JavaScript that does not end its script element before its end."""
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
