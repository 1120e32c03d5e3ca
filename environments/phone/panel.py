"""The simulated phone's touch panel and its keys as Linux has them: events of devices, for whoever listens.

What `input` injects is not told here, as on a real phone: it goes past the kernel. Names and numbers:
include/uapi/linux/input-event-codes.h; contacts by the protocol of slots, Documentation/input/multi-touch-protocol.rst.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import NamedTuple

from actions.geometry import Size

EV_SYN, EV_KEY, EV_ABS = 0, 1, 3
SYN_REPORT, BTN_TOUCH = 0, 0x14A
SLOT, POSITION_X, POSITION_Y, TRACKING_ID = 0x2F, 0x35, 0x36, 0x39
SLOTS = 10

KEYS: Mapping[str, int] = MappingProxyType(
    {"volume_down": 114, "volume_up": 115, "power": 116, "back": 158, "home": 172, "recents": 0x244, "enter": 28}
)
"""By our own names. A phone of today has the first three; others had some of the rest."""


class Device(NamedTuple):
    path: str
    name: str


BUTTONS = Device("/dev/input/event0", "sim-keys")
TOUCH = Device("/dev/input/event2", "sim-touchscreen")
DEVICES = (BUTTONS, TOUCH)


class Event(NamedTuple):
    """`time`: seconds of the monotonic clock, as `getevent` asks the kernel for them."""

    time: float
    device: Device
    type: int
    code: int
    value: int


class Panel:
    """Tells its listeners of events. `axes`: how many places it tells apart across and down, of the upright phone."""

    def __init__(self, axes: Size) -> None:
        self.axes = axes
        self._listeners: list[queue.Queue[Event]] = []
        self._lock = threading.Lock()

    @property
    def heard(self) -> bool:
        """Whether anyone listens."""
        return bool(self._listeners)

    @contextmanager
    def listening(self) -> Generator[queue.Queue[Event]]:
        events: queue.Queue[Event] = queue.Queue()
        with self._lock:
            self._listeners.append(events)
        try:
            yield events
        finally:
            with self._lock:
                self._listeners.remove(events)

    def tell(self, device: Device, *told: tuple[int, int, int]) -> None:
        """Events of one moment, and the report that ends them."""
        now = time.monotonic()
        with self._lock:
            for event in (*told, (EV_SYN, SYN_REPORT, 0)):
                for listener in self._listeners:
                    listener.put(Event(now, device, *event))

    def ranges(self) -> Sequence[tuple[int, int]]:
        """The axes of the touch panel and their highest values; all begin at 0."""
        x, y = self.axes.width - 1, self.axes.height - 1
        return (SLOT, SLOTS - 1), (POSITION_X, x), (POSITION_Y, y), (TRACKING_ID, 65535)
