"""What fingers and keys did, from the lines that the kernel tells of them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.geometry import Point, Rect, Size, from_pixel, scroll_gesture, to_pixel, turned
from actions.types import Action, Click, Drag, LongPress, Scroll, TypeText
from environments.android.gestures import Feel, doubled, read
from environments.android.getevent import Axes, Axis, Events, Lost, Pressed, Stroke, Told, panels
from environments.android.nodes import Node
from environments.android.typed import FieldText, typed
from environments.android.watch import parse_feel, parse_keyboard

SCREEN = Size(1080, 2400)
AXES = Axes(Axis(0, 1079), Axis(0, 2399))
FEEL = Feel.of(420, 0.4)

DESCRIBED = """\
add device 1: /dev/input/event7
  name:     "gpio-keys"
  events:
    KEY (0001): 0072  0073  0074
  input props:
    <none>
could not get driver version for /dev/input/mouse0, Not a typewriter
add device 2: /dev/input/event2
  name:     "fts"
  events:
    KEY (0001): 008f  0145  014a
    ABS (0003): 002f  : value 0, min 0, max 9, fuzz 0, flat 0, resolution 0
                0035  : value 0, min 0, max 1079, fuzz 0, flat 0, resolution 0
                0036  : value 0, min 0, max 2399, fuzz 0, flat 0, resolution 0
                0039  : value 0, min 0, max 65535, fuzz 0, flat 0, resolution 0
  input props:
    INPUT_PROP_DIRECT
add device 3: /dev/input/event3
  name:     "joystick"
  events:
    ABS (0003): 0000  : value 0, min -128, max 127, fuzz 0, flat 0
                0001  : value 0, min -128, max 127, fuzz 0, flat 0
add device 4: /dev/input/event4
  name:     "old panel"
  events:
    KEY (0001): 014a
    ABS (0003): 0000  : value 0, min 20, max 1003, fuzz 0, flat 0
                0001  : value 0, min 20, max 1003, fuzz 0, flat 0
"""


def lines(*events: tuple[float, str], device: str = "/dev/input/event2") -> bytes:
    return "".join(f"[{time:15.6f}] {device}: {event}\n" for time, event in events).encode()


def told(data: bytes, axes: Axes = AXES) -> list[Told]:
    return list(Events({"/dev/input/event2": axes}).feed(data))


def strokes(data: bytes, axes: Axes = AXES) -> list[Stroke]:
    return [t for t in told(data, axes) if isinstance(t, Stroke)]


def touch(x: int, y: int, *, at: float = 1.0, tracking: int = 5) -> list[tuple[float, str]]:
    return [
        (at, f"0003 0039 {tracking:08x}"),
        (at, f"0003 0035 {x:08x}"),
        (at, f"0003 0036 {y:08x}"),
        (at, "0000 0000 00000000"),
    ]


def move(x: int, y: int, *, at: float) -> list[tuple[float, str]]:
    return [(at, f"0003 0035 {x:08x}"), (at, f"0003 0036 {y:08x}"), (at, "0000 0000 00000000")]


def lift(*, at: float) -> list[tuple[float, str]]:
    return [(at, "0003 0039 ffffffff"), (at, "0000 0000 00000000")]


def test_panels_are_found_and_sticks_are_none() -> None:
    assert panels(DESCRIBED) == {
        "/dev/input/event2": Axes(Axis(0, 1079), Axis(0, 2399)),
        "/dev/input/event4": Axes(Axis(20, 1003), Axis(20, 1003)),
    }
    assert panels("") == {}


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_no_text_is_a_panel_by_accident(text: str) -> None:
    assert panels(text) == {}


def test_a_tap() -> None:
    (stroke,) = strokes(lines(*touch(540, 1200), *lift(at=1.07)))
    assert [to_pixel(at.point, SCREEN) for at in stroke.path] == [(540, 1200)]
    assert (stroke.fingers, round(stroke.seconds, 6)) == (1, 0.07)


def test_what_has_not_changed_is_not_told_again() -> None:
    again = [(2.0, "0003 0039 00000006"), (2.0, "0003 0036 00000010"), (2.0, "0000 0000 00000000")]
    first, second = strokes(lines(*touch(540, 1200), *lift(at=1.1), *again, *lift(at=2.1)))
    assert to_pixel(second.path[0].point, SCREEN) == (540, 16)
    assert to_pixel(first.path[0].point, SCREEN) == (540, 1200)


def test_a_touch_whose_place_was_never_told_is_lost() -> None:
    found = told(lines((2.0, "0003 0039 00000006"), (2.0, "0000 0000 00000000"), *lift(at=2.1)))
    assert isinstance(found[-1], Lost)


def test_two_fingers_are_counted() -> None:
    second = [(1.1, "0003 002f 00000001"), *touch(10, 10, at=1.1, tracking=6)]
    first_up = [(1.2, "0003 002f 00000000"), *lift(at=1.2)]
    second_up = [(1.3, "0003 002f 00000001"), *lift(at=1.3)]
    (stroke,) = strokes(lines(*touch(540, 1200), *second, *first_up, *second_up))
    assert (stroke.fingers, stroke.ended) == (2, 1.3)
    assert to_pixel(stroke.path[-1].point, SCREEN) == (540, 1200)


def test_a_panel_of_one_finger_tells_by_its_button() -> None:
    axes = Axes(Axis(20, 1003), Axis(20, 1003))
    down = [(1.0, "0001 014a 00000001"), (1.0, "0003 0000 00000014"), (1.0, "0003 0001 000003eb")]
    report, up = (1.0, "0000 0000 00000000"), [(1.2, "0001 014a 00000000"), (1.2, "0000 0000 00000000")]
    (stroke,) = strokes(lines(*down, report, *up), axes)
    assert to_pixel(stroke.path[0].point, Size(984, 984)) == (0, 983)


def test_dropped_events_lose_the_touch() -> None:
    dropped = [(1.05, "0000 0003 00000000")]
    assert [type(t).__name__ for t in told(lines(*touch(5, 5), *dropped, *lift(at=1.1)))] == ["Began", "Lost"]


def test_keys() -> None:
    volume = lines((1.0, "0001 0073 00000001"), (1.1, "0001 0073 00000000"), device="/dev/input/event7")
    letter = lines((2.0, "0001 001e 00000001"), (2.1, "0001 001e 00000002"), device="/dev/input/event9")
    assert told(volume + letter) == [Pressed(1.0, 0x73, "volume_up"), Pressed(2.0, 0x1E, None)]


@given(cuts=st.lists(st.integers(0, 400), max_size=6))
def test_lines_may_come_in_any_pieces(cuts: list[int]) -> None:
    data = lines(*touch(540, 1200), *move(540, 600, at=1.2), *lift(at=1.3))
    events, edges = Events({"/dev/input/event2": AXES}), sorted({0, len(data), *(c for c in cuts if c < len(data))})
    found = [t for a, b in pairwise(edges) for t in events.feed(data[a:b])]
    assert found == told(data)


@given(st.binary())
def test_any_bytes_are_heard_without_complaint(data: bytes) -> None:
    events = Events({"/dev/input/event2": AXES})
    list(events.feed(data + b"\n" + lines(*touch(1, 1))))


numbers = st.integers(0, 0xFFFFFFFF)
codes = st.sampled_from(("0039", "002f", "0035", "0036", "0000", "0001", "014a", "0003", "0002"))


@given(st.lists(st.tuples(st.sampled_from(("0000", "0001", "0003")), codes, numbers), max_size=40))
def test_any_events_make_strokes_on_the_panel_or_none(events: list[tuple[str, str, int]]) -> None:
    data = lines(*((float(i), f"{kind} {code} {value:08x}") for i, (kind, code, value) in enumerate(events)))
    for stroke in strokes(data):
        assert stroke.path
        assert stroke.seconds >= 0


# ---------------------------------------------------------------- gestures


def gesture(*path: tuple[float, int, int], ended: float, quarters: int = 0, size: Size = SCREEN) -> Action:
    events = [e for n, (at, x, y) in enumerate(path) for e in (touch(x, y, at=at) if n == 0 else move(x, y, at=at))]
    (stroke,) = strokes(lines(*events, *lift(at=ended)))
    return read(stroke, quarters, size, FEEL)


def test_the_gestures_that_android_tells_apart() -> None:
    here = from_pixel(500, 1000, SCREEN)
    assert gesture((1.0, 500, 1000), (1.1, 510, 1010), ended=1.2) == Click(point=here)
    held = gesture((1.0, 500, 1000), ended=1.9)
    assert isinstance(held, LongPress)
    assert (held.point, round(held.seconds, 3)) == (here, 0.9)
    up = gesture((1.0, 500, 1600), (1.2, 505, 800), ended=1.3)
    assert isinstance(up, Scroll)
    assert (up.direction, round(up.amount, 3)) == ("down", 0.333)  # the finger goes up
    left = gesture((1.0, 900, 1600), (1.2, 300, 1600), ended=1.3)
    assert isinstance(left, Scroll)
    assert left.direction == "right"
    carried = gesture((1.0, 500, 1600), (1.6, 500, 800), ended=1.9)
    assert isinstance(carried, Drag)  # it rested first
    assert (carried.start, carried.end) == (from_pixel(500, 1600, SCREEN), from_pixel(500, 800, SCREEN))
    back = gesture((1.0, 2, 1200), (1.2, 500, 1200), ended=1.3)
    assert isinstance(back, Drag)  # a scroll of ours never begins at the edge
    assert isinstance(gesture((1.0, 200, 800), (1.2, 800, 1600), ended=1.3), Drag)
    there_and_back = gesture((1.0, 500, 1000), (1.1, 500, 1400), (1.2, 500, 1000), ended=1.3)
    assert isinstance(there_and_back, Drag)


@given(st.integers(0, 1079), st.integers(0, 2399), st.integers(0, 3), st.sampled_from((SCREEN, Size(720, 1600))))
def test_a_tap_is_on_its_pixel_however_the_screen_is_turned(x: int, y: int, quarters: int, upright: Size) -> None:
    size = upright.turned if quarters % 2 else upright
    tap = gesture((1.0, x, y), ended=1.1, quarters=quarters, size=size)
    assert isinstance(tap, Click)
    pixel = to_pixel(tap.point, size)
    assert pixel in Rect.of(size)
    back = to_pixel(turned(tap.point, -quarters), SCREEN)
    assert abs(back.x - x) <= 1
    assert abs(back.y - y) <= 1


def test_a_quarter_turn_is_androids() -> None:
    """TouchInputMapper: at ROTATION_90 x is what was y, y is what is left of x."""
    assert turned(Point(0.25, 0.125), 1) == Point(0.125, 0.75)
    assert turned(Point(0.25, 0.125), 2) == Point(0.75, 0.875)
    assert turned(Point(0.25, 0.125), 3) == Point(0.875, 0.25)
    assert turned(Point(0.25, 0.125), -1) == turned(Point(0.25, 0.125), 3)


@given(st.sampled_from(("up", "down", "left", "right")), st.floats(0.1, 0.8), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_the_stroke_of_our_own_scroll_is_that_scroll(direction: str, amount: float, x: float, y: float) -> None:
    wanted = Scroll(direction=direction, amount=amount, point=Point(x, y))  # pyright: ignore[reportArgumentType]
    (x1, y1), (x2, y2) = (to_pixel(p, SCREEN) for p in scroll_gesture(wanted.point, wanted.direction, amount))
    again = gesture((1.0, x1, y1), (1.2, x2, y2), ended=1.25)
    assert isinstance(again, Scroll)
    assert again.direction == wanted.direction
    assert abs(again.amount - amount) < 0.01


def test_two_taps_are_one_where_they_are_near() -> None:
    tap = Click(point=Point(0.5, 0.5))
    assert doubled(tap, tap, SCREEN, FEEL) == Click(point=Point(0.5, 0.5), count=2)
    assert doubled(tap, Click(point=Point(0.9, 0.5)), SCREEN, FEEL) is None
    assert doubled(tap, LongPress(point=Point(0.5, 0.5)), SCREEN, FEEL) is None
    assert doubled(Click(point=Point(0.5, 0.5), count=3), tap, SCREEN, FEEL) is None


# ---------------------------------------------------------------- what a phone says of itself


def test_feel_and_keyboard() -> None:
    assert parse_feel("Physical density: 420\nOverride density: 320\n1500\n") == Feel.of(320, 1.5)
    assert parse_feel("Physical density: 420\nnull\n") == parse_feel("") == FEEL
    window = "0: name='ed8c5b2 InputMethod', id=9, frame=[0,84][1080,2400], touchableRegion=[0,1431][1080,2274], x"
    assert parse_keyboard(f"{window}\n  inputType=0x1 imeOptions=0x6\n") == (Rect(0, 1431, 1080, 2274), False)
    for kind in ("0x81", "0x91", "0xe1", "0x12", "0x80081"):
        assert parse_keyboard(f"{window}\n inputType={kind} ")[1]
    for kind in ("0x1", "0x2", "0x21", "0x20001", "0x11"):
        assert not parse_keyboard(f"{window}\n inputType={kind} ")[1]
    assert parse_keyboard("touchableRegion=[0,0][9,9]") == (None, False)


def held(text: str, *, top: int = 100, left: int = 0) -> FieldText:
    rect = Rect(left, top, 500, top + 100)
    return FieldText(text, Node(rect, "EditText", text, "", "app", focused=True, password=False))


@pytest.mark.parametrize(
    ("was", "now", "action"),
    [
        ("", "milk", TypeText(text="milk")),
        ("buy ", "buy milk", TypeText(text="milk")),
        ("buy now", "buy milk now", TypeText(text="milk ")),
        ("aa", "aaa", TypeText(text="a")),
        ("Search apps", "maps", TypeText(text="maps", replace=True)),  # a hint, or what was taken out
        ("teh", "the", TypeText(text="the", replace=True)),
        ("milk", "mil", TypeText(text="mil", replace=True)),
        ("milk", "milk", None),
        ("milk", "", None),
        ("", "hi ..", None),  # an emoji, which a dump doesn't tell
    ],
)
def test_text_is_what_the_field_has_more(was: str, now: str, action: TypeText | None) -> None:
    assert typed(held(was), held(now)) == action


def test_another_field_tells_nothing() -> None:
    assert typed(held(""), held("milk", left=50)) is None
    assert typed(held(""), held("milk", top=900)) is None
    assert typed(held(""), held("milk", top=60)) == TypeText(text="milk")  # it has grown upwards


@given(st.text(alphabet="ab. "), st.text(alphabet="ab. "))
def test_what_is_typed_makes_the_new_text_of_the_old_one(was: str, now: str) -> None:
    action = typed(held(was), held(now))
    if action is None:
        return
    places = range(len(was) + 1)
    made = {action.text} if action.replace else {was[:i] + action.text + was[i:] for i in places}
    assert now in made
