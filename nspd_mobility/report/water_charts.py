"""The chart of salinity by day, and the water balance of a variant as flows."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..appraisal.water import day_lengths_s
from ..params.water import CANAL_PLACE
from .charts import axis, colour, dash, figure, label, rounded, symbol, time_axis
from .content import Figure
from .context import Context
from .lock_frames import clock
from .texts import LANGUAGES, say

FLOWS = ("inflow_m3", "lock_loss_m3", "flushing_m3", "spill_m3", "shortage_m3")


def flows_m3_s(context: Context, variant: str, lock: str) -> dict[str, Any]:
    """Return the flows of the water balance over the measured days (m³/s), by replication; `spare` is what lockages leave."""
    rows = context.counted("water")
    rows = rows[(rows["variant"] == variant) & (rows["lock"] == lock)]
    rows = rows.assign(length_s=day_lengths_s(rows) * rows["weight"])
    keys = rows["replication"]
    seconds = rows["length_s"].groupby(keys).sum()
    found = {name: ((rows[name] * rows["weight"]).groupby(keys).sum() / seconds).to_numpy(dtype=np.float64) for name in FLOWS}
    return found | {"spare": found["inflow_m3"] - found["lock_loss_m3"] - found["flushing_m3"]}


def places(context: Context, lock: str) -> list[str]:
    """Return the places of the canal whose salinity is known, in the order of the run; the mean of the canal is none."""
    rows = context.table("salinity")
    return [str(place) for place in rows.loc[rows["lock"] == lock, "place_id"].unique() if place != CANAL_PLACE]


def salinity(context: Context, lock: str, place: str) -> Figure:
    """Return the salinity of a place at the end of each day, a line per variant, mean over replications."""
    rows = context.table("salinity")
    rows = rows[(rows["lock"] == lock) & (rows["place_id"] == place)]
    data: list[dict[str, Any]] = []
    for variant in context.variants:
        title, is_first = label(context.title(variant)), True
        of_variant = rows[rows["variant"] == variant]
        for name, of_period in of_variant.groupby("period", sort=False):
            period = context.facts["periods"][name]
            last_s = period["warm_up_s"] + period["measure_s"] + period["drain_s"]
            mean = of_period.groupby("day_s")["salinity_kg_m3"].mean()
            ends = np.minimum(mean.index.to_numpy(dtype=np.float64) + 86_400.0, last_s)
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines+markers",
                    "name": title,
                    "legendgroup": variant,
                    "showlegend": is_first,
                    "x": clock(period, ends),
                    "y": rounded(mean.to_numpy(), 2),
                    "line": {"color": colour(context, variant), "dash": dash(context, variant), "width": 2},
                    "marker": {"symbol": symbol(context, variant), "size": 7},
                    "hovertemplate": {lang: f"%{{x|%-d %b %H:%M}}: %{{y:.2f}} kg/m³<extra>{title[lang]}</extra>" for lang in LANGUAGES},
                }
            )
            is_first = False
    layout = {
        "xaxis": time_axis(say("water.day_axis"), tickformat="%-d %b<br>%H:%M", nticks=8),
        "yaxis": axis(say("water.salinity_axis"), rangemode="tozero"),
        "hovermode": "closest",
    }
    return figure(data, 330, **layout)
