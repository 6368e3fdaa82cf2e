"""What a page is made of: blocks without any markup, which the template turns into HTML.

A section returns blocks; it knows texts, numbers and figures, and nothing of HTML or CSS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .texts import Text

Figure = dict[str, Any]
"""A plotly figure as plain data; a dict with exactly the keys nl and en stands for a value by language."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph: lead, text, note or warning."""

    kind: ClassVar[str] = "prose"
    text: Text
    role: str = "text"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section."""

    kind: ClassVar[str] = "heading"
    text: Text


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    kind: ClassVar[str] = "bullets"
    items: Sequence[Text]


@dataclass(frozen=True, slots=True)
class Tile:
    """One large figure: what, the figure with its unit, the interval, and a word with its tone (good, bad, open)."""

    name: Text
    value: Text
    detail: Text
    word: Text
    tone: str = "open"


@dataclass(frozen=True, slots=True)
class Tiles:
    """A row of large figures."""

    kind: ClassVar[str] = "tiles"
    tiles: Sequence[Tile]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; `detail` stands below it in small print, `tone` gives a verdict its mark."""

    text: Text
    detail: Text | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows under an optional heading row; the first cell of each row is its header."""

    rows: Sequence[Sequence[Cell]]
    heading: Text | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption; `style` is figures (a unit, then numbers to the right), numbers, values, words, or pairs (a name and its value)."""

    kind: ClassVar[str] = "table"
    caption: Text
    head: Sequence[Text]
    groups: Sequence[Rows]
    style: str = "figures"
    notes: Sequence[Text] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the figures that a reader chooses from."""

    label: Text
    figure: Figure


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, with a selector where it has more than one figure.

    `alt` says what the chart shows to who can't see it, `note` how to read it. `min_width` is the width in pixels below which
    the chart scrolls sideways in its own frame.
    """

    kind: ClassVar[str] = "chart"
    key: str
    title: Text
    alt: Text
    choices: Sequence[Choice]
    note: Text | None = None
    select: Text | None = None
    min_width: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """Small charts beside each other."""

    kind: ClassVar[str] = "grid"
    charts: Sequence[Chart]
    columns: int = 2


@dataclass(frozen=True, slots=True)
class Key:
    """A colour and what it stands for; a hatched one is marked so."""

    name: Text
    colour: str
    is_hatched: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """A legend that several charts share."""

    kind: ClassVar[str] = "keys"
    keys: Sequence[Key]


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that a reader opens."""

    kind: ClassVar[str] = "fold"
    summary: Text
    blocks: Sequence[Any]


Block = Prose | Heading | Bullets | Tiles | Table | Chart | Grid | Keys | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page."""

    key: str
    title: Text
    blocks: Sequence[Block] = field(default_factory=tuple)

    @property
    def charts(self) -> list[Chart]:
        """All charts of the section, in order."""
        return list(_charts(self.blocks))


def _charts(blocks: Sequence[Any]) -> list[Chart]:
    found: list[Chart] = []
    for block in blocks:
        if isinstance(block, Chart):
            found.append(block)
        elif isinstance(block, Grid):
            found.extend(block.charts)
        elif isinstance(block, Fold):
            found.extend(_charts(block.blocks))
    return found
