"""Places labels of points so that they do not cover each other: greedy, the most important first.

Sizes are estimated from the number of characters: good enough for labels of places, and the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass

CHARACTER_PX, LINE_PX, GAP_PX = 6.6, 14.0, 10.0
POSITIONS = ("middle right", "middle left", "top right", "bottom right", "top left", "bottom left", "top center", "bottom center")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Return whether two rectangles share area."""
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


def label_box(x: float, y: float, text: str, position: str) -> Box:
    """Return the rectangle of a label at a point, y downwards."""
    width = CHARACTER_PX * len(text)
    vertical, horizontal = position.split()
    left = {"right": x + GAP_PX, "left": x - GAP_PX - width, "center": x - width / 2.0}[horizontal]
    if vertical == "middle":
        top = y - LINE_PX / 2.0
    else:
        top = y - LINE_PX - 3.0 if vertical == "top" else y + 3.0
    return Box(left, top, left + width, top + LINE_PX)


def place_labels(points: list[tuple[float, float, str]], obstacles: list[Box], frame: Box) -> list[str]:
    """Return a position for each label.

    Parameters
    ----------
    points : list of (x, y, text)
        In pixels, y downwards, the most important first.
    obstacles : list of Box
        What labels should not cover, if it can be helped.
    frame : Box
        Labels stay inside, if it can be helped.

    Returns
    -------
    list of str
        Positions as plotly names them.

    Examples
    --------
    >>> place_labels([(0, 0, "west"), (2, 0, "east")], [], Box(-99, -99, 99, 99))
    ['middle right', 'middle left']
    """
    taken: list[Box] = []
    marks = [Box(x - 4, y - 4, x + 4, y + 4) for x, y, _ in points]
    chosen = []
    for index, (x, y, text) in enumerate(points):
        best, best_cost = POSITIONS[0], float("inf")
        for preference, position in enumerate(POSITIONS):
            box = label_box(x, y, text, position)
            cost = 0.1 * preference + 100.0 * sum(box.overlaps(other) for other in taken)
            cost += 30.0 * sum(box.overlaps(mark) for i, mark in enumerate(marks) if i != index) + 3.0 * sum(box.overlaps(other) for other in obstacles)
            cost += 50.0 * (box.left < frame.left or box.right > frame.right or box.top < frame.top or box.bottom > frame.bottom)
            if cost < best_cost:
                best, best_cost = position, cost
        taken.append(label_box(x, y, text, best))
        chosen.append(best)
    return chosen
