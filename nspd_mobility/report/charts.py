"""What all charts share: palette, axes, layout, and the helpers that make plotly figures as plain data.

The palette is that of Okabe and Ito (2008, Color universal design), which stays apart for colour-blind readers; variants also
differ in dash and symbol, so that a grey print can be read.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .content import Figure
from .context import Context, FloatArray
from .texts import LANGUAGES, Text

INK, MUTED, LINE, PAPER = "#1d2a33", "#52616b", "#dfe5e8", "rgba(0,0,0,0)"
FONT = "'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
NORM_COLOUR = "#8a1c3c"
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#4b4b4b", "#7a0177", "#a6611a")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash", "dot")
_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "cross", "star", "triangle-down", "hexagon")
MAX_POINTS = 400


def escape(text: str) -> str:
    """Return a text that plotly shows as it stands: plotly reads a little markup in its labels."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def label(text: Text) -> Text:
    """Return a text of a study, safe as a label, in both languages."""
    return {language: escape(text[language]) for language in LANGUAGES}


def colour(context: Context, variant: str) -> str:
    """Return the colour of a variant, the same in all charts."""
    return _COLOURS[context.variants.index(variant) % len(_COLOURS)]


def dash(context: Context, variant: str) -> str:
    """Return the dash of a variant's lines."""
    return _DASHES[context.variants.index(variant) % len(_DASHES)]


def symbol(context: Context, variant: str) -> str:
    """Return the symbol of a variant's points."""
    return _SYMBOLS[context.variants.index(variant) % len(_SYMBOLS)]


def faded(colour_code: str, share: float) -> str:
    """Return a colour with an opacity.

    Examples
    --------
    >>> faded("#0072b2", 0.2)
    'rgba(0,114,178,0.2)'
    """
    red, green, blue = (int(colour_code[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:g})"


def axis(title: Text | None = None, **settings: Any) -> dict[str, Any]:
    """Return an axis with the house's lines and a title."""
    base: dict[str, Any] = {
        "gridcolor": LINE,
        "linecolor": "#9fb0ba",
        "zerolinecolor": "#9fb0ba",
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": "#9fb0ba",
        "automargin": True,
        "ticklabeloverflow": "allow",
        "tickangle": 0,
        "tickfont": {"size": 12, "color": MUTED},
        "fixedrange": False,
    }
    if title is not None:
        base["title"] = {"text": title, "font": {"size": 12.5, "color": INK}, "standoff": 8}
    return base | settings


def time_axis(title: Text | None = None, **settings: Any) -> dict[str, Any]:
    """Return an axis of clock time."""
    return axis(title, **({"type": "date"} | settings))


def figure(data: list[dict[str, Any]], height: int, **layout: Any) -> Figure:
    """Return a figure with the house's layout; keywords are plotly's."""
    base: dict[str, Any] = {
        "height": height,
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "font": {"family": FONT, "size": 12.5, "color": INK},
        "margin": {"l": 56, "r": 16, "t": 34, "b": 48},
        "hoverlabel": {"font": {"family": FONT, "size": 12.5}, "align": "left"},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "font": {"size": 12.5}},
        "dragmode": "zoom",
        "showlegend": True,
    }
    return {"data": data, "layout": base | layout}


def norm_line(value: float, text: Text) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a vertical line for a norm, and its label."""
    line = {"type": "line", "x0": value, "x1": value, "yref": "paper", "y0": 0, "y1": 1, "line": {"color": NORM_COLOUR, "width": 1.5, "dash": "dot"}}
    note = {
        "x": value,
        "y": 1,
        "yref": "paper",
        "yanchor": "top",
        "xanchor": "left",
        "xshift": 4,
        "text": text,
        "showarrow": False,
        "font": {"size": 11.5, "color": NORM_COLOUR},
        "bgcolor": "rgba(255,255,255,0.8)",
    }
    return line, note


def rounded(values: Any, decimals: int = 3) -> list[float | None]:
    """Return numbers for JSON, without a flood of digits; what is not finite becomes null."""
    return [round(float(value), decimals) if np.isfinite(value) else None for value in np.asarray(values, dtype=np.float64)]


def thinned(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return at most 400 points of a curve, its ends among them."""
    if x.size <= MAX_POINTS:
        return x, y
    kept = np.unique(np.linspace(0, x.size - 1, MAX_POINTS).round().astype(np.int64))
    return x[kept], y[kept]
