"""Puts what hands do on a desktop together to deeds: clicks, drags, turns of the wheel, texts, combinations of keys.

A button that comes up within `SLOP_PIXELS` of where it went down is a click, further away a drag; clicks that follow
within `DOUBLE_SECONDS` are one with a count, as GTK and Qt have it (400 ms, 5 pixels). Characters are one text until
something else is done; Backspace takes the last one back. What our actions can't say is left out, and told: clicks with
keys held, drags with another button, keys that compose characters in a way that isn't known here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from actions.geometry import Direction, Pixel, Point, Rect, from_pixel, scroll_share
from actions.keys import MODIFIERS
from actions.types import Action, Click, Drag, LongPress, PressKeys, Scroll, TypeText
from environments.desktop import accents
from environments.watching import Deed, Frame

SLOP_PIXELS = 5.0
DOUBLE_SECONDS = 0.4
HOLD_SECONDS = 1.0
"""A button that is down for so long without moving is a long press."""
TURN_SECONDS = 0.6
"""Notches of the wheel that follow within this time are one scroll."""
TEXT_SECONDS = 2.0
"""After so long without a key a text is told."""
LONGEST = 10.0

BUTTONS: Mapping[int, Literal["left", "middle", "right"]] = MappingProxyType({1: "left", 2: "middle", 3: "right"})
WHEEL: Mapping[int, Direction] = MappingProxyType({4: "up", 5: "down", 6: "left", 7: "right"})
"""Buttons 6 and 7 are what X calls the horizontal wheel."""
SILENT = ("shift", "ctrl", "capslock", "numlock", "scrolllock")
"""Keys that do nothing by themselves; what they make of other keys is in these."""
STANDING = ("super", "alt")
"""Keys that do something where they are pressed and let go alone."""

NO_TEXT = "what is typed is left out"
COMPOSED = "a text with composed characters is left out: which those are is not told"
UNKNOWN = "a key that this project has no name for is left out"
HELD = "a click with keys held is left out"
OTHER_DRAG = "a drag with another button than the left one is left out"
OUTSIDE = "what is done beside the recorded monitor is left out"
OWN = "what is done in this terminal is left out"
NOT_SEEN = "something is left out: there is no picture of the screen before it"


@dataclass(frozen=True, slots=True)
class Event:
    """What the listener tells: a button or a key, down or up. `x`, `y`: pixels of the whole desktop; `time`: seconds of
    the X server's clock; `own`: in the terminal that records."""

    kind: Literal["press", "release", "down", "up"]
    time: float
    x: int
    y: int
    own: bool = False
    button: int = 0
    code: int = 0
    key: str | None = None
    text: str = ""
    accent: str = ""
    composes: bool = False
    """The last four as `keymap.Meaning` has them; `code` is the key itself, whatever the layout."""


def acts(event: Event) -> bool:
    """Whether a program may do something by it: not by a key that comes up, or a modifier that goes down."""
    match event.kind:
        case "press" | "release":
            return True
        case "down":
            return event.key not in (*SILENT, *STANDING)
        case "up":
            return event.key in STANDING


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, the screen before it and whether that shows what the deed before led to, and when it was by this
    machine's clock; `area`: where the monitor lies."""

    event: Event
    shown: Frame | None
    seen: bool
    at: float
    area: Rect


@dataclass(slots=True)
class _Text:
    first: Happened
    last: float
    written: str = ""
    accent: str = ""
    """It waits for the next key; where that writes nothing, neither does the accent."""
    composed: bool = False
    """It holds characters that aren't known here."""

    def write(self, event: Event) -> None:
        waiting, self.accent = self.accent, ""
        if event.composes:
            self.composed = True
        elif waiting:
            both = accents.together(waiting, event.text, event.accent)
            self.written += both or ""
            self.composed |= both is None
        else:
            self.written += event.text
            self.accent = event.accent

    def takes_back(self) -> bool:
        """Backspace: the waiting accent, or the last character. False where neither is there."""
        if not (self.accent or self.written):
            return False
        if self.accent:
            self.accent = ""
        else:
            self.written = self.written[:-1]
        return True


@dataclass(slots=True)
class _Turn:
    """Of the wheel, some notches in one direction."""

    first: Happened
    direction: Direction
    last: float
    notches: int = 1


@dataclass(slots=True)
class _Tap:
    """A click that may be the first of a double one."""

    first: Happened
    click: Click
    last: float


@dataclass(slots=True)
class Hands:
    """`text`: whether what is typed is kept; `notch_pixels`: how far one notch of the wheel scrolls."""

    text: bool
    notch_pixels: int
    _pending: _Text | _Turn | _Tap | None = None
    _pressed: Happened | None = None
    _held: dict[int, str] = field(default_factory=dict[int, str])
    """Modifiers that are down, by the codes of their keys: a layout that changes meanwhile may call them otherwise."""
    _alone: Happened | None = None
    """A modifier that went down, with nothing after it so far."""
    _notes: tuple[str, ...] = ()
    _told: set[str] = field(default_factory=set[str])

    def take(self, happened: Happened) -> Iterator[Deed | str]:
        """One event more: what has come to be by it."""
        match happened.event.kind:
            case "press":
                yield from self._press(happened)
            case "release":
                yield from self._release(happened)
            case "down":
                yield from self._down(happened)
            case "up":
                yield from self._up(happened)

    def rest(self, now: float) -> Iterator[Deed | str]:
        """Nothing more has happened up to now."""
        match self._pending:
            case _Tap(last=last) if now - last > DOUBLE_SECONDS:
                yield from self._settle()
            case _Turn(last=last) if now - last > TURN_SECONDS:
                yield from self._settle()
            case _Text(last=last) if now - last > TEXT_SECONDS:
                yield from self._settle()
            case _:
                pass

    def end(self) -> Iterator[Deed | str]:
        """It is over."""
        yield from self._settle()

    # ------------------------------------------------------------ the pointer

    def _press(self, happened: Happened) -> Iterator[Deed | str]:
        self._alone = None
        if happened.event.button in WHEEL:
            yield from self._turned(happened, WHEEL[happened.event.button])
        elif happened.event.button in BUTTONS and self._pressed is None:
            self._pressed = happened

    def _turned(self, happened: Happened, direction: Direction) -> Iterator[Deed | str]:
        turn = self._pending
        on = isinstance(turn, _Turn) and turn.direction == direction and happened.at - turn.last <= TURN_SECONDS
        if isinstance(turn, _Turn) and on and self._share(turn, turn.notches + 1) < 1:
            turn.notches += 1
            turn.last = happened.at
            return
        yield from self._settle()
        if (why := self._withheld(happened)) is not None:
            yield from self._leave_out(why)
        else:
            self._pending = _Turn(happened, direction, happened.at)

    def _share(self, turn: _Turn, notches: int) -> float:
        return scroll_share(turn.direction, notches * self.notch_pixels, turn.first.area.size)

    def _release(self, happened: Happened) -> Iterator[Deed | str]:
        down = self._pressed
        if down is None or down.event.button != happened.event.button:
            return
        self._pressed = None
        pending = self._pending
        action = _gesture(down, happened)
        if (why := self._withheld(down)) is not None or action is None:
            yield from self._settle()
            yield from self._leave_out(why or OTHER_DRAG)
            return
        if isinstance(action, Click) and isinstance(pending, _Tap) and _follows(pending, down, action):
            pending.click = action.model_copy(update={"point": pending.click.point, "count": pending.click.count + 1})
            pending.last = happened.at
            return
        yield from self._settle()
        if isinstance(action, Click):
            self._pending = _Tap(down, action, happened.at)
        else:
            yield self._deed(action, down, happened.at - down.at)

    # ------------------------------------------------------------ keys

    def _down(self, happened: Happened) -> Iterator[Deed | str]:
        event = happened.event
        modifier = event.key in (*SILENT, *STANDING)
        if modifier and event.key is not None:
            self._alone = happened if event.key in STANDING and not self._held else None
            self._held[event.code] = event.key
            return
        self._alone = None
        if event.own:
            yield from self._settle()
            yield from self._leave_out(OWN)
        elif self._is_held("ctrl", "alt", "super"):
            yield from self._together(happened)
        elif event.text or event.accent or event.composes:
            yield from self._written(happened)
        elif event.key == "backspace" and isinstance(self._pending, _Text) and self._pending.takes_back():
            self._pending.last = happened.at
        elif event.key is not None:
            yield from self._together(happened)

    def _written(self, happened: Happened) -> Iterator[Deed | str]:
        if not self.text:
            yield from self._settle()
            yield from self._leave_out(NO_TEXT)
            return
        if not isinstance(self._pending, _Text):
            yield from self._settle()
            self._pending = _Text(happened, happened.at)
        self._pending.write(happened.event)
        self._pending.last = happened.at

    def _together(self, happened: Happened) -> Iterator[Deed | str]:
        """A key with the modifiers that are held."""
        yield from self._settle()
        key = happened.event.key
        if key is None:
            yield from self._leave_out(UNKNOWN)
            return
        held = [name for name in MODIFIERS if self._is_held(name)]
        if happened.shown is None:
            yield from self._leave_out(NOT_SEEN)
        else:
            yield self._deed(PressKeys(keys=(*held, key)), happened, 0.0)

    def _up(self, happened: Happened) -> Iterator[Deed | str]:
        key = self._held.pop(happened.event.code, None)
        down = self._alone
        if key is None or down is None or down.event.code != happened.event.code:
            return
        self._alone = None
        yield from self._settle()
        if happened.event.own or down.shown is None:
            yield from self._leave_out(OWN if happened.event.own else NOT_SEEN)
        else:
            yield self._deed(PressKeys(keys=(key,)), down, happened.at - down.at)

    def _is_held(self, *modifiers: str) -> bool:
        return any(name in modifiers for name in self._held.values())

    # ------------------------------------------------------------ deeds

    def _settle(self) -> Iterator[Deed | str]:
        """What was waited with is over."""
        pending, self._pending = self._pending, None
        match pending:
            case _Tap():
                yield self._deed(pending.click, pending.first, pending.last - pending.first.at)
            case _Turn():
                amount = self._share(pending, pending.notches)
                scroll = Scroll(direction=pending.direction, amount=amount, point=_point(pending.first))
                yield self._deed(scroll, pending.first, pending.last - pending.first.at)
            case _Text():
                if pending.composed or pending.first.shown is None:
                    yield from self._leave_out(COMPOSED if pending.composed else NOT_SEEN)
                elif pending.written:
                    yield self._deed(TypeText(text=pending.written), pending.first, pending.last - pending.first.at)
            case None:
                pass

    def _deed(self, action: Action, first: Happened, seconds: float) -> Deed:
        assert first.shown is not None
        notes, self._notes = self._notes, ()
        return Deed(action, first.shown, max(seconds, 0.0), first.seen, notes)

    def _withheld(self, happened: Happened) -> str | None:
        """Why what the pointer does there is left out, if it is."""
        if happened.event.own:
            return OWN
        if happened.shown is None:
            return NOT_SEEN
        if Pixel(happened.event.x, happened.event.y) not in happened.area:
            return OUTSIDE
        return HELD if self._is_held(*MODIFIERS) else None

    def _leave_out(self, why: str) -> Iterator[str]:
        """Told to the person once, and noted with the next deed each time; the person's own terminal is nobody's
        business."""
        if why != OWN:
            note = why.replace(" is ", " was ", 1)
            if note not in self._notes:
                self._notes = (*self._notes, note)
        if why not in self._told:
            self._told.add(why)
            yield why


def _gesture(down: Happened, up: Happened) -> Action | None:
    """What one press of a button was; None for what no action says."""
    seconds = up.at - down.at
    far = math.dist((down.event.x, down.event.y), (up.event.x, up.event.y)) > SLOP_PIXELS
    left = down.event.button == 1
    if far:
        start, end = _point(down), _point(up)
        return Drag(start=start, end=end, seconds=min(max(seconds, 0.01), LONGEST)) if left else None
    if left and seconds >= HOLD_SECONDS:
        return LongPress(point=_point(down), seconds=min(seconds, LONGEST))
    return Click(point=_point(down), button=BUTTONS[down.event.button])


def _follows(tap: _Tap, down: Happened, click: Click) -> bool:
    """Whether a click is one more of the same."""
    near = math.dist((tap.first.event.x, tap.first.event.y), (down.event.x, down.event.y)) <= SLOP_PIXELS
    return near and tap.click.button == click.button and tap.click.count < 3 and down.at - tap.last <= DOUBLE_SECONDS


def _point(happened: Happened) -> Point:
    area, event = happened.area, happened.event
    x = min(max(event.x, area.left), area.right - 1)
    y = min(max(event.y, area.top), area.bottom - 1)
    return from_pixel(x - area.left, y - area.top, area.size)
