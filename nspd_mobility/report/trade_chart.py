"""The trade between navigation and salt as one picture: waiting to the right, salt upwards, water loss as the size of a point."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..appraisal.waterway import FREIGHT
from .charts import INK, NORM_COLOUR, axis, colour, faded, figure, label, rounded, symbol
from .content import Figure
from .context import Context
from .texts import LANGUAGES, number, say

WAIT, SALT, LOSS = ("wait_mean", FREIGHT), ("salt_to_canal_per_day_kg", ""), ("water_loss_mean_m3_s", "")
KG_PER_T = 1000.0
_SMALLEST_PX, _LARGEST_PX = 8.0, 22.0


def trade_picture(context: Context, variants: list[str]) -> Figure:
    """Return one point per variant with intervals in both directions."""
    waits = {v: context.mean(v, *WAIT) for v in variants}
    salts = {v: context.mean(v, *SALT) for v in variants}
    losses = {v: context.mean(v, *LOSS)[0] for v in variants}
    most = max(max(losses.values()), 1e-9)
    data: list[dict[str, Any]] = []
    for variant in variants:
        shade, title = colour(context, variant), label(context.title(variant))
        (wait, wait_half), (salt, salt_half) = waits[variant], salts[variant]
        size = max(_SMALLEST_PX, _LARGEST_PX * (max(losses[variant], 0.0) / most) ** 0.5)  # the area is the water
        loss = number(losses[variant], 1)
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": {lang: f"{title[lang]} ({loss[lang]} m³/s)" for lang in LANGUAGES},
                "x": rounded([wait], 2),
                "y": rounded([salt / KG_PER_T], 1),
                "error_x": {"type": "data", "array": rounded([wait_half], 2), "thickness": 1.3, "width": 4, "color": shade},
                "error_y": {"type": "data", "array": rounded([salt_half / KG_PER_T], 1), "thickness": 1.3, "width": 4, "color": shade},
                "marker": {"symbol": symbol(context, variant), "size": round(size, 1), "color": faded(shade, 0.75), "line": {"color": INK, "width": 1}},
                "hovertemplate": {lang: f"%{{x:.1f}} min, %{{y:,.0f}} t<extra>{title[lang]}: {loss[lang]} m³/s</extra>" for lang in LANGUAGES},
            }
        )
    norm = {"type": "line", "x0": 30, "x1": 30, "yref": "paper", "y0": 0, "y1": 1, "line": {"color": NORM_COLOUR, "width": 1.5, "dash": "dot"}}
    note = {
        "x": 30, "y": 0.01, "yref": "paper", "xanchor": "left", "yanchor": "bottom", "xshift": 4, "text": say("chart.norm"), "showarrow": False,
        "font": {"size": 11.5, "color": NORM_COLOUR},
    }  # fmt: skip
    layout = {
        "xaxis": axis(say("trade_off.wait_axis"), range=_range([(w, h) for w, h in waits.values()])),
        "yaxis": axis(say("trade_off.salt_axis"), range=_range([(s / KG_PER_T, h / KG_PER_T) for s, h in salts.values()]), tickformat=",.0f"),
        "shapes": [norm],
        "annotations": [note],
        "hovermode": "closest",
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.2, "yanchor": "top", "font": {"size": 12.5}, "itemsizing": "constant"},
        "margin": {"l": 64, "r": 16, "t": 16, "b": 48},
    }
    return figure(data, 420 + 22 * len(variants), **layout)


def _range(values: list[tuple[float, float]]) -> list[float]:
    """Return the ends of an axis from 0: room for the intervals, though not for one that dwarfs the means."""
    means = [mean for mean, _ in values]
    reach = max(mean + (half if np.isfinite(half) else 0.0) for mean, half in values)
    low = min(0.0, *means)
    return [round(1.2 * low, 2), round(1.08 * max(min(reach, 1.5 * max(means)), 1.1 * max(means), 1e-6), 2)]
