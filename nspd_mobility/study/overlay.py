"""Laying measures over datasets: order, requirements, and the error when two set one key differently."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import Any

from ..errors import DataError, allowed, nearest
from ..params.study import Measure
from ..params.tree import Branch, Leaf, settings


def check_measures(measures: dict[str, Measure], tree: Branch) -> None:
    """Refuse measures that name unknown ones, or require each other in a circle.

    Parameters
    ----------
    measures : dict of str to Measure
    tree : Branch
        The `measures` part of the study file, for the places of errors.
    """
    for name, measure in measures.items():
        for key in ("requires", "excludes", "overrides"):
            for other in getattr(measure, key):
                if other not in measures:
                    where = tree.branch(name)[key].where
                    raise DataError(
                        f"{where}: measure '{name}' {key} '{other}', which does not exist{nearest(other, measures)}; measures are: {allowed(measures)}"
                    )
    for key in ("requires", "overrides"):
        try:
            TopologicalSorter({name: getattr(measure, key) for name, measure in measures.items()}).prepare()
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            where = tree.branch(circle[0]).where
            raise DataError(f"{where}: measures that {key.removesuffix('s')} each other in a circle: {' -> '.join(circle)}; take one {key!r} away") from None


def ordered(chosen: list[str], measures: dict[str, Measure], variant: str, where: str) -> list[str]:
    """Return a variant's measures in the order in which they are laid over: in the order given, overriders after the overridden.

    Raises
    ------
    DataError
        If a measure is unknown, named twice, lacks one that it requires, or is excluded by another.
    """
    for position, name in enumerate(chosen):
        if name not in measures:
            raise DataError(
                f"{where}: variant '{variant}' names measure '{name}', which does not exist{nearest(name, measures)}; measures are: {allowed(measures)}"
            )
        if name in chosen[:position]:
            raise DataError(f"{where}: variant '{variant}' names measure '{name}' twice; take one away")
    for name in chosen:
        for other in measures[name].requires:
            if other not in chosen:
                raise DataError(f"{where}: variant '{variant}' has measure '{name}', which requires '{other}'; add it or take '{name}' away")
        for other in measures[name].excludes:
            if other in chosen:
                raise DataError(f"{where}: variant '{variant}' has measures '{name}' and '{other}', which exclude each other; take one away")
    graph = {name: {other for other in measures[name].overrides if other in chosen} for name in chosen}
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=chosen.index)
        order += ready
        sorter.done(*ready)
    return order


def check_conflicts(order: list[str], measures: dict[str, Measure], overlays: dict[str, Branch], variant: str) -> None:
    """Refuse two measures that set one key differently, unless the later says that it overrides the earlier."""
    seen: dict[str, tuple[str, Leaf]] = {}
    for name in order:
        mine = dict(settings(overlays[name]))
        for path, leaf in mine.items():
            for other_path, (other, other_leaf) in seen.items():
                if _touch(path, other_path) and not _agree(path, leaf, other_path, other_leaf) and other not in measures[name].overrides:
                    raise DataError(
                        f"{leaf.where}: measures '{other}' and '{name}' of variant '{variant}' set '{path}' differently "
                        f"({_shown(other_leaf)} at {other_leaf.where}, {_shown(leaf)} here); let '{name}' say 'overrides: [{other}]' or take one away"
                    )
        seen.update({path: (name, leaf) for path, leaf in mine.items()})


def _touch(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}.") or other.startswith(f"{path}.")


def _agree(path: str, leaf: Leaf, other_path: str, other_leaf: Leaf) -> bool:
    return path == other_path and leaf.value == other_leaf.value


def _shown(leaf: Leaf) -> Any:
    return leaf.value if leaf.value == "(removed)" else repr(leaf.value)
