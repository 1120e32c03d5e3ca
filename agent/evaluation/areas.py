"""Areas in unit floats, as scoring rules ask about them. Edges belong to an area, as in every rule quoted here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from actions.geometry import Area, Point


def contains(area: Area, point: Point) -> bool:
    return area[0] <= point.x <= area[2] and area[1] <= point.y <= area[3]


def any_contains(areas: Iterable[Area], point: Point) -> bool:
    return any(contains(area, point) for area in areas)


def grown(area: Area, factor: float) -> Area:
    """With sides `factor` times as long around the same centre, beyond the screen if need be."""
    left, top, right, bottom = area
    x, y = (factor - 1) * (right - left) / 2, (factor - 1) * (bottom - top) / 2
    return left - x, top - y, right + x, bottom + y


def grown_on_screen(area: Area, factor: float) -> Area:
    """As AITW's rule grows its boxes: the left upper corner stays on the screen and the sides keep their new length,
    so a box at the left or upper edge moves inwards; a side is at most as long as the screen's.

    Source: google-research/google-research, android_in_the_wild/action_matching.py,
    `_resize_annotation_bounding_boxes`.
    """
    left, top, right, bottom = area
    across, down = right - left, bottom - top
    left, top = max(0.0, left - (factor - 1) * across / 2), max(0.0, top - (factor - 1) * down / 2)
    return left, top, left + min(1.0, factor * across), top + min(1.0, factor * down)


def overlap(a: Area, b: Area, *, least: float = 0.0) -> float:
    """Intersection over union. Each area counts as at least `least`; 0 where both are empty."""
    across = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    down = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    both = max(extent(a), least) + max(extent(b), least) - across * down
    return across * down / both if both > 0 else 0.0


def extent(area: Area) -> float:
    return (area[2] - area[0]) * (area[3] - area[1])


def center(area: Area) -> Point:
    """The place of the screen that is nearest to the area's centre."""
    x, y = (area[0] + area[2]) / 2, (area[1] + area[3]) / 2
    return Point(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))


def outline_contains(outline: Sequence[Point], point: Point) -> bool:
    """Whether a ray to the right crosses the outline an odd number of times."""
    inside = False
    for a, b in zip(outline, (*outline[-1:], *outline[:-1]), strict=True):
        if (a.y > point.y) != (b.y > point.y) and point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x:
            inside = not inside
    return inside
