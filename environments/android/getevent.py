"""What fingers and keys do on a phone, from the lines of `getevent`: strokes, and presses of keys.

Form: system/core/toolbox/getevent.c of the Android Open Source Project; numbers: include/uapi/linux/
input-event-codes.h; contacts: Documentation/input/multi-touch-protocol.rst, by slots; of panels without them the first
finger only, where they tell BTN_TOUCH. Panels don't turn with the picture: places are of the upright phone. A value
that hasn't changed since the contact before is not told again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from actions.geometry import Point, Size, from_pixel
from actions.types import ButtonName

DESCRIBE = "getevent -p"
LISTEN = "getevent -t"

SYN, KEY, ABS = 0, 1, 3
REPORT, MT_REPORT, DROPPED = 0, 2, 3
TOUCH = 0x14A
X, Y, SLOT, MT_X, MT_Y, TRACKING = 0x00, 0x01, 0x2F, 0x35, 0x36, 0x39
BUTTONS: Mapping[int, ButtonName] = MappingProxyType(
    {
        28: "enter",
        102: "home",
        114: "volume_down",
        115: "volume_up",
        116: "power",
        139: "menu",
        158: "back",
        172: "home",
        0x244: "recents",
        254: "recents",
    }
)
"""Linux's codes and ours, as frameworks/base/data/keyboards/Generic.kl has them; 254 is what older phones send."""

_DEVICE = re.compile(r"add device \d+: (/dev/input/\S+)")
_AXIS = re.compile(r"\b([0-9a-f]{4})\s*: value -?\d+, min (-?\d{1,10}), max (-?\d{1,10})")
_EVENT = re.compile(
    r"\[\s*(\d{1,12}\.\d{1,9})\] (/dev/input/\S+): ([0-9a-f]{4}) ([0-9a-f]{4}) ([0-9a-f]{8})\s*", re.ASCII
)


class Axis(NamedTuple):
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Axes:
    """The places that a panel tells apart."""

    across: Axis
    down: Axis

    def point(self, x: int, y: int) -> Point:
        """Of the upright phone. A value outside the range, as some panels send at the edge, is the edge."""
        (left, right), (top, bottom) = self.across, self.down
        size = Size(right - left + 1, bottom - top + 1)
        return from_pixel(min(max(x, left), right) - left, min(max(y, top), bottom) - top, size)


def panels(text: str) -> dict[str, Axes]:
    """The touch panels in what `DESCRIBE` prints, by their paths. Never raises."""
    found: dict[str, Axes] = {}
    heads = [*_DEVICE.finditer(text)]
    for head, after in pairwise([*heads, None]):
        assert head is not None
        block = text[head.end() : after.start() if after else len(text)]
        axes = {int(code, 16): Axis(int(low), int(high)) for code, low, high in _AXIS.findall(block)}
        for x, y in ((MT_X, MT_Y), (X, Y)):
            # A stick has axes 0 and 1 too, and no touch; a mouse has none.
            touched = x == MT_X or re.search(rf"\b{TOUCH:04x}\b", block)
            if x in axes and y in axes and touched and axes[x].high > axes[x].low and axes[y].high > axes[y].low:
                found.setdefault(head[1], Axes(axes[x], axes[y]))
    return found


class At(NamedTuple):
    """Where the finger was, when by the phone's clock."""

    time: float
    point: Point


@dataclass(frozen=True, slots=True)
class Began:
    """A finger has come down, after none was there. `time` by the phone's clock."""

    time: float


@dataclass(frozen=True, slots=True)
class Stroke:
    """From the first finger down to the last one up. `path` is the first finger's, never empty."""

    path: tuple[At, ...]
    fingers: int
    ended: float

    @property
    def began(self) -> float:
        return self.path[0].time

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key has come down; `button` None for one that no phone of ours has."""

    time: float
    code: int
    button: ButtonName | None


@dataclass(frozen=True, slots=True)
class Lost:
    """The kernel has dropped events: what was under way is not known."""


Told = Began | Stroke | Pressed | Lost


@dataclass(slots=True)
class _Contact:
    x: int | None = None
    y: int | None = None
    down: bool = False


@dataclass(slots=True)
class _Panel:
    """One touch panel between two reports."""

    axes: Axes
    slots: dict[int, _Contact] = field(default_factory=dict[int, _Contact])
    slot: int = 0
    plain: bool = True
    """It has no slots."""
    reported: int = 0
    """Without slots: how many contacts this report has told so far."""
    path: list[At] = field(default_factory=list[At])
    first: int | None = None
    fingers: int = 0
    begun: bool = False

    @property
    def contact(self) -> _Contact:
        return self.slots.setdefault(self.slot, _Contact())


class Events:
    """Reads the lines of `LISTEN`. `axes`: what `panels` found; touches of other devices are left out."""

    def __init__(self, axes: Mapping[str, Axes]) -> None:
        self._panels = {path: _Panel(a) for path, a in axes.items()}
        self._rest = ""

    def feed(self, data: bytes) -> Iterator[Told]:
        """What has come to be by this piece of output; a line that is cut waits for its end."""
        lines = (self._rest + data.decode("ascii", "replace")).split("\n")
        self._rest = lines.pop()[-1000:]
        for line in lines:
            if found := _EVENT.fullmatch(line):
                when, path, *numbers = found.groups()
                kind, code, value = (int(n, 16) for n in numbers)
                yield from self._event(float(when), path, kind, code, value - (1 << 32) if value >> 31 else value)

    def _event(self, time: float, path: str, kind: int, code: int, value: int) -> Iterator[Told]:
        panel = self._panels.get(path)
        if kind == KEY and (code < 0x100 or code in BUTTONS):
            if value == 1:
                yield Pressed(time, code, BUTTONS.get(code))
        elif panel is None:
            return
        elif kind == ABS:
            _moved(panel, code, value)
        elif kind == KEY and code == TOUCH and panel.plain:
            panel.contact.down = value != 0
        elif kind == SYN and code == MT_REPORT:
            panel.reported += 1
        elif kind == SYN and code == REPORT:
            yield from _report(panel, time)
        elif kind == SYN and code == DROPPED:
            self._panels[path] = _Panel(panel.axes)
            yield Lost()


def _moved(panel: _Panel, code: int, value: int) -> None:
    match code:
        case 0x2F:
            panel.slot = value
        case 0x39:
            panel.plain = False
            panel.contact.down = value >= 0
        case 0x00 | 0x35 if not panel.reported:
            panel.contact.x = value
        case 0x01 | 0x36 if not panel.reported:
            panel.contact.y = value
        case _:
            pass


def _report(panel: _Panel, time: float) -> Iterator[Told]:
    """What the report that ends here makes of the fingers."""
    reported, panel.reported = panel.reported, 0
    down = [number for number, contact in panel.slots.items() if contact.down]
    if down and not panel.begun:
        panel.begun, panel.path, panel.first, panel.fingers = True, [], down[0], 0
        yield Began(time)
    panel.fingers = max(panel.fingers, len(down), reported if down else 0)
    if panel.first in down:
        contact = panel.slots[panel.first]
        if contact.x is not None and contact.y is not None:
            panel.path.append(At(time, panel.axes.point(contact.x, contact.y)))
    if panel.begun and not down:
        panel.begun, panel.first = False, None
        # Without a place there is no stroke: the panel has not told it since the listening began.
        yield Stroke(tuple(panel.path), panel.fingers, time) if panel.path else Lost()
