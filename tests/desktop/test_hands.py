"""What hands do, put together without a desktop: any events at all, and what keys write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.geometry import Point, Rect
from actions.types import Click, Drag, PressKeys, Scroll, TypeText
from environments.desktop import hands
from environments.desktop.accents import ACCENTS, together
from environments.desktop.hands import Event, Hands, Happened
from environments.desktop.keymap import NAMES, canonical
from environments.desktop.keysyms import character, keysyms
from environments.watching import Deed, Frame

AREA = Rect(100, 0, 500, 300)
FRAME = Frame(np.zeros((300, 400, 3), np.uint8), 0.0, 0.1, 0.0)

KINDS = st.sampled_from(["press", "release", "down", "up"])
KEYS = st.sampled_from([None, "a", "enter", "backspace", "ctrl", "shift", "alt", "super", "capslock", "f4", "space"])
TEXTS = st.one_of(
    st.sampled_from(["", "a", " ", "\u0301", "\u0308", "漢"]), st.characters(exclude_categories=["Cs", "Cc"])
)
EVENTS = st.builds(
    Event,
    kind=KINDS,
    time=st.floats(0, 3),
    x=st.integers(-50, 700),
    y=st.integers(-50, 400),
    own=st.booleans(),
    button=st.integers(0, 12),
    code=st.integers(8, 12),
    key=KEYS,
    text=TEXTS,
    accent=st.sampled_from(["", *ACCENTS]),
    composes=st.booleans(),
)


def told(events: list[Event], *, text: bool = True, shown: Frame | None = FRAME) -> Iterator[Deed | str]:
    made = Hands(text=text, notch_pixels=60)
    now = 0.0
    for event in events:
        now += event.time
        yield from made.rest(now)
        yield from made.take(Happened(event, shown, True, now, AREA))
    yield from made.end()


def deeds(*events: Event) -> list[Deed]:
    return [t for t in told(list(events)) if isinstance(t, Deed)]


@given(st.lists(EVENTS, max_size=40), st.booleans(), st.sampled_from([FRAME, None]))
def test_any_events_are_deeds_or_words(events: list[Event], text: bool, shown: Frame | None) -> None:
    found = list(told(events, text=text, shown=shown))
    actions = [t.action for t in found if isinstance(t, Deed)]
    assert shown is not None or not actions
    assert text or not any(isinstance(a, TypeText) for a in actions)
    said = [t for t in found if isinstance(t, str)]
    assert len(said) == len(set(said))


@given(st.lists(EVENTS.map(lambda e: replace(e, own=True)), max_size=40))
def test_nothing_of_the_own_terminal_is_kept(events: list[Event]) -> None:
    assert not [t for t in told(events) if isinstance(t, Deed)]


def key(text: str, *, composes: bool = False) -> Event:
    return Event("down", 0.1, 0, 0, key=text, text=text, composes=composes)


@given(st.text(st.sampled_from("abc é漢😀"), min_size=1, max_size=12))
def test_characters_are_one_text(text: str) -> None:
    (deed,) = deeds(*(key(c) for c in text))
    assert deed.action == TypeText(text=text)


def dead(accent: str) -> Event:
    return Event("down", 0.1, 0, 0, accent=accent)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ([dead("acute"), key("e")], "é"),
        ([dead("diaeresis"), key("U")], "Ü"),
        ([dead("circumflex"), key(" ")], "^"),
        ([dead("acute"), key(" ")], "'"),
        ([dead("grave"), dead("grave"), key("a")], "`a"),
        ([key("a"), dead("tilde")], "a"),
        ([key("a"), dead("tilde"), Event("down", 0.1, 0, 0, key="backspace"), key("b")], "ab"),
        ([key("ก"), key("\u0e34"), key("\u0e48")], "กิ่"),  # signs that stand above are no dead keys
    ],
)
def test_accents_stand_on_their_letters(typed: list[Event], text: str) -> None:
    (deed,) = deeds(*typed)
    assert deed.action == TypeText(text=text)


def test_accents_are_put_on_as_libx11_does_or_not_at_all() -> None:
    """Of all pairs of its table (libx11-data)."""
    table = Path("/usr/share/X11/locale/en_US.UTF-8/Compose").read_text("utf-8")
    pairs = re.findall(r'^<dead_(\w+)>\s+<(\w+)>\s*:\s*"((?:\\.|[^"])+)"', table, re.MULTILINE)
    keysym = {name: value for value, name in NAMES.items()}
    known = 0
    for accent, name, escaped in pairs:
        if accent not in ACCENTS:
            continue
        found = re.fullmatch(r"U([0-9A-Fa-f]{4,6})", name)
        text = chr(int(found[1], 16)) if found else character(keysym.get(name, 0))
        other = name.removeprefix("dead_") if name.startswith("dead_") else ""
        if text or other in ACCENTS:
            both = together(accent, text, other)
            assert both in (None, re.sub(r"\\(.)", r"\1", escaped)), (accent, name)
            known += both is not None
    assert known > 250


def test_an_accent_on_something_else_spoils_the_text() -> None:
    found = list(told([key("a"), dead("acute"), key("x"), key("b")]))
    assert found == [hands.COMPOSED]


def test_backspace_takes_back_what_was_typed_and_no_more() -> None:
    back = Event("down", 0.1, 0, 0, key="backspace")
    assert [d.action for d in deeds(key("a"), key("b"), back, back, back)] == [PressKeys(keys=("backspace",))]
    assert [d.action for d in deeds(key("a"), back, key("c"))] == [TypeText(text="c")]


def button(kind: str, number: int, x: int, y: int, after: float = 0.05) -> Event:
    return Event(kind, after, x, y, button=number)  # pyright: ignore[reportArgumentType]


def click(x: int, y: int, after: float = 0.1, number: int = 1) -> list[Event]:
    return [button("press", number, x, y, after), button("release", number, x, y)]


def test_clicks_belong_together_by_time_place_and_button() -> None:
    counts = [
        (click(200, 100) + click(203, 102), [2]),
        (click(200, 100) * 4, [3, 1]),
        (click(200, 100) + click(200, 100, after=0.5), [1, 1]),
        (click(200, 100) + click(220, 100), [1, 1]),
        (click(200, 100) + click(200, 100, number=3), [1, 1]),
    ]
    for events, expected in counts:
        found = [d.action for d in deeds(*events)]
        assert [a.count for a in found if isinstance(a, Click)] == expected


def test_what_lies_beside_the_monitor_is_left_out() -> None:
    found = list(told([*click(50, 100), *click(600, 100), *click(100, 0), *click(499, 299)]))
    assert [t for t in found if isinstance(t, str)] == [hands.OUTSIDE]
    assert [d.action.point for d in found if isinstance(d, Deed) and isinstance(d.action, Click)] == [
        Point(0.5 / 400, 0.5 / 300),
        Point(399.5 / 400, 299.5 / 300),
    ]


def test_a_drag_ends_within_the_monitor() -> None:
    (deed,) = deeds(button("press", 1, 200, 100), button("release", 1, 900, -5, 0.5))
    assert isinstance(deed.action, Drag)
    assert deed.action.end == Point(399.5 / 400, 0.5 / 300)


def test_a_long_turn_of_the_wheel_is_several_scrolls() -> None:
    """One is at most as long as the screen."""
    found = [d.action for d in deeds(*(button("press", 5, 200, 100) for _ in range(12)))]
    assert all(isinstance(a, Scroll) and a.direction == "down" for a in found)
    assert sum(round(a.amount * 300 / 60) for a in found if isinstance(a, Scroll)) == 12


def test_a_key_that_composes_spoils_the_text_and_nothing_else() -> None:
    found = list(told([key("a"), key("", composes=True), key("'"), key("e"), Event("down", 0.1, 0, 0, key="enter")]))
    assert [t for t in found if isinstance(t, str)] == [hands.COMPOSED]
    (deed,) = [t for t in found if isinstance(t, Deed)]
    assert deed.action == PressKeys(keys=("enter",))
    assert deed.notes == ("a text with composed characters was left out: which those are is not told",)


@given(st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc"]))
def test_what_a_keysym_writes_is_what_it_was_looked_up_for(text: str) -> None:
    assert [character(keysym) for keysym in keysyms(text)] == [text] * len(keysyms(text))


@given(st.integers(0, 0x1FFFFFF))
def test_any_keysym_is_one_character_or_none(keysym: int) -> None:
    assert len(character(keysym)) <= 1
    canonical(keysym)
