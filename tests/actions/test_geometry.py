"""Coordinates survive every way through the project within a pixel."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import ParseError
from actions.geometry import (
    Box,
    Pixel,
    Point,
    Rect,
    Size,
    Space,
    from_model,
    from_pixel,
    scroll_gesture,
    scroll_pixels,
    scroll_share,
    smart_resize,
    to_model,
    to_pixel,
)

sides = st.integers(1, 8000)
sizes = st.builds(Size, sides, sides)
screens = st.builds(Size, st.integers(200, 4000), st.integers(200, 4000))
spaces: st.SearchStrategy[Space] = st.sampled_from(("thousand", "999", "unit", "absolute"))
units = st.floats(0, 1)
points = st.builds(Point, units, units)


@given(size=sizes, data=st.data())
def test_every_pixel_survives_as_a_point(size: Size, data: st.DataObject) -> None:
    pixel = Pixel(data.draw(st.integers(0, size.width - 1)), data.draw(st.integers(0, size.height - 1)))
    assert to_pixel(from_pixel(*pixel, size), size) == pixel


@given(point=points, size=sizes)
def test_a_point_always_lies_on_the_screen(point: Point, size: Size) -> None:
    assert to_pixel(point, size) in Rect.of(size)


@given(
    screen=screens,
    turned=st.booleans(),
    factor=st.sampled_from([28, 32]),
    budget=st.integers(64, 16384),
    data=st.data(),
)
def test_what_a_model_points_at_is_hit_within_its_own_grid(
    screen: Size, turned: bool, factor: int, budget: int, data: st.DataObject
) -> None:
    """Model numbers → point → pixel → point → model numbers: the way out and back is off by at most one pixel of the
    screen, or by one unit of the model's own grid where that is coarser."""
    size = screen.turned if turned else screen
    seen = smart_resize(size, factor=factor, min_pixels=factor * factor * 4, max_pixels=factor * factor * budget)
    space: Space = data.draw(spaces)
    x, y = data.draw(
        {
            "thousand": st.tuples(st.integers(0, 1000), st.integers(0, 1000)),
            "999": st.tuples(st.integers(0, 999), st.integers(0, 999)),
            "unit": st.tuples(units, units),
            "absolute": st.tuples(st.integers(0, seen.width), st.integers(0, seen.height)),
        }[space]
    )
    point = from_model(x, y, space=space, seen=seen)
    pixel = to_pixel(point, size)
    again = from_pixel(*pixel, size)
    assert abs(again.x - point.x) * size.width <= 1
    assert abs(again.y - point.y) * size.height <= 1
    back = to_model(point, space=space, seen=seen)
    assert back == pytest.approx((x, y), abs=5e-5 if space == "unit" else 0)


@given(point=points, size=screens, space=spaces)
def test_a_point_written_for_a_model_is_read_back(point: Point, size: Size, space: Space) -> None:
    seen = smart_resize(size, factor=28, min_pixels=56 * 56, max_pixels=1280 * 28 * 28)
    x, y = to_model(point, space=space, seen=seen)
    again = from_model(x, y, space=space, seen=seen)
    grid = {
        "thousand": (1000, 1000),
        "999": (999, 999),
        "unit": (10_000, 10_000),
        "absolute": (seen.width, seen.height),
    }[space]
    assert abs(again.x - point.x) <= 0.5001 / grid[0]
    assert abs(again.y - point.y) <= 0.5001 / grid[1]


SEEN = Size(672, 1484)


@pytest.mark.parametrize("x", [float("nan"), float("inf"), -float("inf"), 1021, -21, 1e300, -1])
def test_gross_overshoot_is_refused(x: float) -> None:
    if x == -1:  # a small overshoot is the edge
        assert from_model(x, 500, space="thousand", seen=SEEN) == Point(0, 0.5)
        return
    with pytest.raises(ParseError, match="outside the picture"):
        from_model(x, 500, space="thousand", seen=SEEN)
    with pytest.raises(ParseError, match="outside the picture"):
        from_model(500, x, space="thousand", seen=SEEN)


def test_the_far_edge_is_the_last_pixel() -> None:
    assert to_pixel(from_model(1000, 1000, space="thousand", seen=SEEN), Size(1080, 2400)) == Pixel(1079, 2399)
    assert to_pixel(from_model(1010, 1003, space="thousand", seen=SEEN), Size(1080, 2400)) == Pixel(1079, 2399)
    assert to_pixel(from_model(999, 999, space="999", seen=SEEN), Size(1080, 2400)) == Pixel(1079, 2399)
    assert from_model(999, 0, space="999", seen=SEEN) == Point(1, 0)
    assert to_model(Point(1, 0), space="999", seen=SEEN) == (999, 0)
    assert to_pixel(from_model(672, 1484, space="absolute", seen=SEEN), Size(1080, 2400)) == Pixel(1079, 2399)


def test_absolute_coordinates_scale_each_axis_by_itself() -> None:
    # 1080x2400 is seen as 672x1484: 1.607 across, 1.617 down
    assert to_pixel(from_model(336, 742, space="absolute", seen=SEEN), Size(1080, 2400)) == Pixel(540, 1200)


@given(point=points, direction=st.sampled_from(["up", "down", "left", "right"]), amount=st.floats(0.01, 1))
def test_a_finger_moves_against_what_it_reveals(point: Point, direction: str, amount: float) -> None:
    start, end = scroll_gesture(point, direction, amount)  # type: ignore[arg-type]
    across = {"down": start.y - end.y, "up": end.y - start.y, "right": start.x - end.x, "left": end.x - start.x}
    assert across[direction] == pytest.approx(min(amount, 0.84))
    for p in (start, end):
        assert 0.0799 <= p.x <= 0.9201
        assert 0.0799 <= p.y <= 0.9201


@given(amount=st.floats(0.01, 1), size=screens, direction=st.sampled_from(["up", "left"]))
def test_scroll_amounts_survive_as_pixels(amount: float, size: Size, direction: str) -> None:
    pixels = scroll_pixels(direction, amount, size)  # type: ignore[arg-type]
    assert scroll_share(direction, pixels, size) == pytest.approx(amount, abs=0.5 / 200)  # type: ignore[arg-type]


@given(
    size=sizes,
    left=st.integers(-50, 5000),
    top=st.integers(-50, 5000),
    width=st.integers(0, 5000),
    height=st.integers(0, 5000),
    count=st.integers(1, 12),
)
def test_parts_of_a_rect_cover_it_without_gap_or_overlap(
    size: Size, left: int, top: int, width: int, height: int, count: int
) -> None:
    rect = Rect(left, top, left + width, top + height)
    for parts in (list(rect.columns(count)), list(rect.rows(count))):
        assert len(parts) == count
        assert sum(p.width * p.height for p in parts) == rect.width * rect.height
    inside = rect.clipped(Rect.of(size))
    if inside.width and inside.height:
        assert rect.box(size).center in Box(0, 0, 1, 1)
        assert inside.clipped(rect) == inside


def test_bad_values_are_refused() -> None:
    for bad in (-0.1, 1.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="validation error"):
            Point(bad, 0.5)
    with pytest.raises(ValueError, match="at least 1 pixel"):
        Size(0, 5)
    with pytest.raises(ValueError, match="left <= right"):
        Box(0.5, 0, 0.4, 1)
    with pytest.raises(ValueError, match="200 times"):
        smart_resize(Size(1, 300), factor=28, min_pixels=1, max_pixels=10**6)


ROOT = Path(__file__).parents[2]
SIDES = {"width", "height", "w", "h", "side"}


def side_maths(source: str) -> list[int]:
    """Lines that multiply or divide by something named as a width or a height."""

    def is_side(node: ast.AST) -> bool:
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        return name.lower() in SIDES or name.lower().endswith(("_width", "_height"))

    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Mult | ast.Div | ast.FloorDiv)
        and (is_side(node.left) or is_side(node.right))
    ]


def test_the_search_for_side_maths_finds_it() -> None:
    assert side_maths("x = point.x * size.width\ny = 3 / h\nz = 2 * total") == [1, 2]


def test_only_geometry_multiplies_by_a_width_or_height() -> None:
    files = [p for folder in ("actions", "environments", "prompts", "agent") for p in (ROOT / folder).rglob("*.py")]
    assert len(files) > 20
    found = [
        f"{p.relative_to(ROOT)}:{line}"
        for p in files
        if p != ROOT / "actions" / "geometry.py"
        for line in side_maths(p.read_text())
    ]
    assert not found
