"""The registry of sections: the page is what is registered here, in this order.

A section is one function of a `Context` that returns blocks. It names the result tables that it needs, and is left out of a
run that has not got them. To add one, write a module in `chapters` and import it in `chapters/__init__.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .content import Block, Section
from .context import Context
from .texts import say

Build = Callable[[Context], list[Block]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered section; its title is the message ``<key>.title``."""

    key: str
    needs: tuple[str, ...]
    build: Build


SECTIONS: dict[str, Entry] = {}


def section(key: str, needs: tuple[str, ...] = ()) -> Callable[[Build], Build]:
    """Register a function as a section.

    Parameters
    ----------
    key : str
        Anchor in the page and first part of the keys of its messages.
    needs : tuple of str
        Result tables that it reads.
    """

    def register(build: Build) -> Build:
        if key in SECTIONS:
            raise ValueError(f"section {key} is registered twice")
        SECTIONS[key] = Entry(key, needs, build)
        return build

    return register


def build_sections(context: Context) -> list[Section]:
    """Return the sections that the run has tables for, in order of registration."""
    built = []
    for entry in SECTIONS.values():
        if all(context.has(table) for table in entry.needs):
            blocks = entry.build(context)
            if blocks:
                built.append(Section(entry.key, say(f"{entry.key}.title"), blocks))
    return built
