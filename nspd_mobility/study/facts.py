"""What readers of a run need to know of the study, without the study's files: the content of ``run.json``."""

from __future__ import annotations

from typing import Any

from ..engine.period import Period
from ..network.railway_file import read_railway
from ..tables.schemas import SCHEMA_VERSION
from .definition import Study, Variant, plain
from .store import code_hash, versions


def run_facts(study: Study, variants: list[Variant], seed: int, replications: int, version: str) -> dict[str, Any]:
    """Return the facts of a run as plain data.

    Parameters
    ----------
    study : Study
    variants : list of Variant
        The grid: one per scenario, year and variant.
    seed, replications : int
    version : str
        Version of the program.
    """
    definition = study.params
    names = list(dict.fromkeys(v.name for v in variants))
    return {
        "schema_version": SCHEMA_VERSION,
        "study": study.name,
        "study_source": study.source,
        "title": plain(definition.title or study.name),
        "question": plain(definition.question),
        "scenarios": {v.scenario: plain(definition.scenarios[v.scenario].title or v.scenario) for v in variants},
        "years": {str(v.year): {} for v in variants},
        "variants": {
            name: {
                "title": plain(definition.variants[name].title or name),
                "measures": {m: plain(definition.measures[m].title or m) for m in definition.variants[name].measures},
            }
            for name in names
        },
        "reference": definition.reference if definition.reference in names else names[0],
        "key_indicators": {key: indicator.margin for key, indicator in definition.key_indicators.items()},
        "saturation": definition.saturation.model_dump(),
        "periods": {period.name: _period(period) for period in study.periods()},
        "chosen_day": _chosen_day(study),
        "seed": seed,
        "replications": replications,
        "own_ships": [name for name in names if all(has_own_ships(v) for v in variants if v.name == name)],
        "locks": _locks(variants),
        "dangerous_goods": _dangerous_goods(variants),
        "inventory": _inventory(variants, definition.reference),
        "sources": {**study.demand.sources, **study.network.sources},
        "datasets": {
            "network": {"name": study.network.name, "title": study.network.titles, "licence": study.network.licence},
            "demand": {"name": study.demand.name, "title": study.demand.titles, "licence": study.demand.licence},
        },
        "map": _map(study),
        **({"railway": _railway(study)} if any(v.params.demand.railway is not None for v in variants) else {}),
        "program": {"version": version, "code": code_hash(), **versions()},
        "data_hash": study.data_hash,
    }


def has_own_ships(variant: Variant) -> bool:
    """Say whether all ships are the user's own: then nothing of the variant is drawn, and every replication is the same."""
    return bool(variant.params.demand.waterway.ships_file)


def _chosen_day(study: Study) -> str:
    """Return the day that the report draws: the study's where it is measured, else the first measured day."""
    wanted, periods = study.params.chosen_day, study.periods()
    is_measured = wanted is not None and any(p.start <= wanted < p.end_of_measured for p in periods)
    return wanted if wanted is not None and is_measured else periods[0].start


def _period(period: Period) -> dict[str, Any]:
    return {
        "start": period.start,
        "epoch": period.epoch.isoformat(),
        "warm_up_s": period.warm_up_s,
        "measure_s": period.measure_s,
        "drain_s": period.drain_s,
        "weight_days": period.weight_days,
        "year_factor": period.year_factor,
    }


def _locks(variants: list[Variant]) -> dict[str, Any]:
    """Return the chambers of every lock per variant: what the report draws."""
    found: dict[str, Any] = {}
    for variant in variants:
        for lock, params in variant.params.network.waterway.locks.items():
            chambers = {name: {"length_m": c.length_m, "width_m": c.width_m, "sill_m_nap": c.sill_m_nap} for name, c in params.chambers.items()}
            found.setdefault(lock, {}).setdefault(variant.name, chambers)
    return found


def _dangerous_goods(variants: list[Variant]) -> dict[str, Any]:
    """Return the distances of ships with 0, 1, 2 and more cones at every lock per variant: what the invariants check."""
    found: dict[str, Any] = {}
    for variant in variants:
        for lock, params in variant.params.network.waterway.locks.items():
            goods = params.dangerous_goods
            rule = {"distances_m": [0.0, goods.one_cone_m, goods.two_cones_m, goods.three_cones_m], "alone_from": goods.alone_from}
            found.setdefault(lock, {}).setdefault(variant.name, rule)
    return found


def _inventory(variants: list[Variant], reference: str) -> list[dict[str, Any]]:
    """Return the values of the reference, and of the others what differs from it."""
    base = next((v for v in variants if v.name == reference), variants[0])
    rows: list[dict[str, Any]] = []
    seen: dict[str, Any] = {}
    for variant in [base, *[v for v in variants if v is not base and v.scenario == base.scenario and v.year == base.year]]:
        for value in variant.inventory():
            if seen.setdefault(value.path, value.value) == value.value and variant is not base:
                continue
            rows.append(
                {
                    "variant": variant.name,
                    "path": value.path,
                    "value": value.value,
                    "unit": value.unit,
                    "low": value.low,
                    "high": value.high,
                    "source": value.source,
                    "quality": value.quality.word,
                }
            )
    return rows


def _map(study: Study) -> dict[str, Any]:
    """Return nodes and lines of the fairways for drawing."""
    network = study.fairways
    lines = network.lines
    nodes = {
        str(i): {
            "name": row["name"],
            "title": _title(row),
            "kind": row["kind"],
            "country": row["country"],
            "lon": row["lon_deg"],
            "lat": row["lat_deg"],
        }
        for i, row in network.nodes.iterrows()
    }
    stretches = {
        str(i): {key: row[key] for key in ("name", "kind", "country", "length_m", "from_node", "to_node")}
        | {"title": _title(row)}
        | _kilometres(row)
        | {"line": lines[str(i)]}
        for i, row in network.stretches.iterrows()
    }
    return {"nodes": nodes, "stretches": stretches}


def _title(row: Any) -> dict[str, str]:
    """Return the name of a node or stretch in Dutch and English."""
    return {"nl": row["name"], "en": row["name_en"] or row["name"]}


def _railway(study: Study) -> dict[str, Any]:
    """Return the places of the railway, those of measures too, for drawing."""
    plan = read_railway(study.network.folder, study.network.tree).plan
    table = plan.tables["places"]
    return {"places": {str(i): {"name": row["name"], "lon": float(row["lon_deg"]), "lat": float(row["lat_deg"])} for i, row in table.iterrows()}}


def _kilometres(stretch: Any) -> dict[str, Any]:
    """Return the fairway route of a stretch and its kilometres, where they are known."""
    known = {key: stretch.get(key) for key in ("km_begin", "km_end")}
    if any(value is None or value != value for value in known.values()):
        return {}
    return {"route": str(stretch.get("route") or ""), **{key: float(value) for key, value in known.items()}}
