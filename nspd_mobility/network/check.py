"""Checks of a network dataset: what is wrong, what is odd, and what rests on too little.

Reading a dataset refuses what can't be used at all. These checks look further, one function per question, and report findings
in place of stopping at the first. What counts as plausible is a wide band around the locks of the Low Countries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..codes import Quality
from ..errors import allowed, nearest
from ..params.build import build
from ..params.lock import ChamberParams
from ..params.tree import Leaf, leaves
from ..params.waterway import NetworkParams
from .dataset import Dataset
from .railway_file import read_railway
from .waterway import FairwayNetwork, read_fairways

NODE_GAP_M = 300.0  # a stretch's line may end this far from its node: a lock complex is some hundreds of metres wide
LOW_WATER_M_NAP = -1.0  # mean low water is -1.78 at Vlissingen and -1.90 at Terneuzen; a sill above -1 is a slip of the datum
LENGTH_M = (20.0, 600.0)
WIDTH_M = (4.0, 75.0)
SILL_M_NAP = (-25.0, 0.0)
_KEY = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found."""

    level: Level
    message: str
    where: str


def _quantities(dataset: Dataset) -> Iterator[tuple[str, Leaf]]:
    """Yield the numbers among the dataset's values: words and file names have no source of their own."""
    for path, leaf in leaves(dataset.values):
        if isinstance(leaf.value, int | float) and not isinstance(leaf.value, bool):
            yield path, leaf


def check_sources(dataset: Dataset, network: FairwayNetwork) -> list[Finding]:
    """Find sources that are named but not described, and described but not named."""
    findings, used = [], set()
    places = [(path, leaf.source, leaf.where) for path, leaf in leaves(dataset.values) if leaf.source]
    for what, frame in (("node", network.nodes), ("stretch", network.stretches)):
        places += [(f"{what} '{i}'", str(source), str(dataset.folder)) for i, source in frame["source"].items()]
    for path, source, where in places:
        used.add(source)
        if _KEY.fullmatch(source) and source not in dataset.sources:
            hint = nearest(source, dataset.sources)
            findings.append(
                Finding("error", f"{path}: source '{source}' is not under 'sources'{hint}; describe it there, or use one of: {allowed(dataset.sources)}", where)
            )
    if "railway" in dataset.tree:
        railway = read_railway(dataset.folder, dataset.tree).plan
        used |= {str(source) for frame in (*railway.tables.values(), railway.changes) for source in frame["source"]}
    for source in sorted(set(dataset.sources) - used):
        findings.append(Finding("note", f"source '{source}' is named by no value; remove it, or keep it if a file rests on it", dataset.tree.where))
    return findings


def check_quality(dataset: Dataset) -> list[Finding]:
    """Find numbers without quality or source, and estimates and assumptions without a band."""
    findings = []
    for path, leaf in _quantities(dataset):
        if leaf.quality is None:
            findings.append(Finding("warning", f"{path}: has no quality; write one of: {allowed(q.word for q in Quality)}", leaf.where))
        elif leaf.quality >= Quality.ESTIMATE and leaf.low is None:
            findings.append(Finding("note", f"{path}: is an {leaf.quality.word} without low and high; give the band that it may lie in", leaf.where))
        if not leaf.source:
            findings.append(Finding("warning", f"{path}: has no source; name a key of 'sources'", leaf.where))
    return findings


def check_connected(network: FairwayNetwork) -> list[Finding]:
    """Find nodes without a stretch, and parts of the network that can't be reached from the rest."""
    import networkx as nx

    findings = [Finding("warning", f"node '{i}' has no stretch; join it, or remove it", "nodes") for i in sorted(nx.isolates(network.graph))]
    parts = sorted((sorted(part) for part in nx.connected_components(network.graph) if len(part) > 1), key=len, reverse=True)
    for part in parts[1:]:
        findings.append(Finding("error", f"nodes {allowed(part)} can't be reached from '{parts[0][0]}'; add the stretch that joins them", "fairways"))
    return findings


def check_drawing(network: FairwayNetwork) -> list[Finding]:
    """Find stretches whose line ends far from its nodes."""
    findings = []
    for end in ("from_node", "to_node"):
        ends = network.stretches[[end, f"{end}_gap_m"]]
        for stretch, node, gap in ends.itertuples(name=None):
            if gap > NODE_GAP_M:
                findings.append(
                    Finding("warning", f"stretch '{stretch}': its line ends {gap:.0f} m from node '{node}'; draw it from from_node to to_node", "fairways")
                )
    return findings


def check_locks(params: NetworkParams, network: FairwayNetwork) -> list[Finding]:
    """Find locks with parameters but no node, nodes without parameters, and locks that miss a side."""
    findings = []
    nodes = {str(i) for i in network.nodes.index[network.nodes["kind"] == "lock"]}
    locks = set(params.waterway.locks)
    for lock in sorted(locks - nodes):
        where = "values.waterway.locks"
        findings.append(Finding("error", f"lock '{lock}' is not a node of kind lock{nearest(lock, nodes)}; locks there: {allowed(nodes) or 'none'}", where))
    for lock in sorted(nodes - locks):
        findings.append(Finding("error", f"node '{lock}' is a lock without parameters; add it under values.waterway.locks", "nodes"))
    for lock in sorted(nodes & locks):
        approaches = network.through(lock)
        if not approaches.sea or not approaches.canal:
            side = "canal" if approaches.sea else "sea"
            findings.append(Finding("error", f"lock '{lock}' has no stretch on its {side} side; a lock needs a stretch of kind canal and another", "fairways"))
    return findings


def check_chambers(params: NetworkParams) -> list[Finding]:
    """Find chambers of an implausible size."""
    findings = []
    for lock, complex_ in params.waterway.locks.items():
        for name, chamber in complex_.chambers.items():
            where = f"values.waterway.locks.{lock}.chambers.{name}"
            findings += [Finding("warning", message, where) for message in _odd_sizes(chamber, params.waterway.canal_level_m_nap)]
    return findings


def _odd_sizes(chamber: ChamberParams, canal_level_m_nap: float) -> Iterator[str]:
    bands = (("length_m", chamber.length_m, LENGTH_M), ("width_m", chamber.width_m, WIDTH_M), ("sill_m_nap", chamber.sill_m_nap, SILL_M_NAP))
    for key, value, (low, high) in bands:
        if not low <= value <= high and not (key == "sill_m_nap" and value <= -1000):
            yield f"{key} is {value:g}, outside {low:g} to {high:g}; check the value and its unit"
    if chamber.length_m < chamber.width_m:
        yield f"length_m {chamber.length_m:g} is less than width_m {chamber.width_m:g}; exchange them"
    if chamber.gate_width_m > chamber.width_m:
        yield f"gate_width_m {chamber.gate_width_m:g} is more than width_m {chamber.width_m:g}; the gate limits the beam, the chamber is at least as wide"
    if chamber.sill_m_nap > LOW_WATER_M_NAP:
        yield f"sill_m_nap {chamber.sill_m_nap:g} lies above mean low water ({LOW_WATER_M_NAP:g}); the lock would run dry, check the datum"
    if chamber.sill_m_nap > canal_level_m_nap - chamber.keel_clearance_m:
        yield f"sill_m_nap {chamber.sill_m_nap:g} leaves no water above the sill at canal level {canal_level_m_nap:g}; check the datum"
    area = chamber.length_m * chamber.width_m
    if chamber.levelling_area_m2 and not 0.5 * area <= chamber.levelling_area_m2 <= 2 * area:
        yield f"levelling_area_m2 {chamber.levelling_area_m2:g} is far from length times width, {area:g}; check it"


def check_cross_sections(params: NetworkParams, network: FairwayNetwork) -> list[Finding]:
    """Find stretches that name a cross section which the canal's parameters lack."""
    known = list(params.waterway.canal.cross_sections)
    findings = []
    for stretch, name in network.stretches["cross_section"].items():
        if name and name not in known:
            text = f"stretch '{stretch}': cross_section '{name}' is unknown{nearest(str(name), known)}; allowed are: {allowed(known) or 'none'}"
            findings.append(Finding("error", text, "fairways"))
    return findings


def check_tide(dataset: Dataset, params: NetworkParams) -> list[Finding]:
    """Find a file of constituents that is not there."""
    name = params.waterway.tide.constituents
    if (dataset.folder / name).is_file():
        return []
    return [Finding("error", f"the tide's file {name!r} is not in the dataset; files there: {allowed(dataset.files())}", "values.waterway.tide.constituents")]


def check_railway(dataset: Dataset, params: NetworkParams, network: FairwayNetwork) -> list[Finding]:
    """Find tracks that no train reaches, and count what rests on an estimate or an assumption."""
    if params.railway is None:
        return []
    bridges = [str(i) for i in network.nodes.index[network.nodes["kind"] == "bridge"]]
    railway = read_railway(dataset.folder, dataset.tree, bridges, params.railway.built())
    reached = {state[0] for many in railway.hops.values() for hop in many.values() for state in hop[1]} | {state[0] for state in railway.hops}
    buffers = set(railway.nodes.index[railway.nodes["kind"] == "buffer"])  # a headshunt leads nowhere
    ends = zip(railway.sections.index, railway.sections["from_node"], railway.sections["to_node"], strict=True)
    unused = [str(section) for section, *nodes in ends if section not in reached and not buffers.intersection(nodes)]
    findings = [Finding("warning", f"section '{i}' lies between no two places; join it, or remove it", "railway") for i in unused]
    for name in ("sections", "nodes", "places", "crossings"):
        frame = getattr(railway, name)
        findings += [
            Finding("error", f"source '{key}' of the {name} is not under 'sources'; describe it there", "railway")
            for key in sorted(set(frame["source"]) - {*dataset.sources, ""})
        ]
        weak = frame["quality"].isin([Quality.ESTIMATE.word, Quality.ASSUMPTION.word])
        if weak.any():
            findings.append(Finding("note", f"{int(weak.sum())} of {len(frame)} {name} of the railway rest on an estimate or an assumption", "railway"))
    return findings


def check_network(dataset: Dataset) -> list[Finding]:
    """Run all checks of a network dataset, errors first.

    Raises
    ------
    DataError
        If the values or the fairways can't be read at all.
    """
    params = build(NetworkParams, dataset.values, "values")
    network = read_fairways(dataset.folder, dataset.tree)
    findings = [
        *check_sources(dataset, network),
        *check_quality(dataset),
        *check_connected(network),
        *check_drawing(network),
        *check_locks(params, network),
        *check_chambers(params),
        *check_cross_sections(params, network),
        *check_tide(dataset, params),
        *check_railway(dataset, params, network),
    ]
    order = {"error": 0, "warning": 1, "note": 2}
    return sorted(findings, key=lambda finding: order[finding.level])
