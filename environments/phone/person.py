"""A person at the simulated phone: fingers and keys, told by the kernel as they move and taking their real time.

Places are pixels of the screen as it is now. What a finger does to the screen happens when a phone does it: a tap at
its end, a long press while the finger is still down.
"""

from __future__ import annotations

import itertools
import time

from actions.geometry import Pixel, from_pixel, to_pixel, turned
from environments.android.keycodes import BUTTONS as KEY_CODES
from environments.phone import panel as kernel
from environments.phone.keyboard import SYMBOLS, Keys
from environments.phone.panel import BTN_TOUCH, EV_ABS, EV_KEY, POSITION_X, POSITION_Y, SLOT, TOUCH, TRACKING_ID
from environments.phone.phone import Phone
from environments.phone.touch import HOLD_SECONDS

MOVE_SECONDS = 0.016
"""How often a panel tells where a finger is."""

_BUTTONS = {code: name for name, code in KEY_CODES.items()}


class Person:
    """Uses one phone, one thing after another. `seconds` are how long a finger stays."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self._contacts = itertools.count(1)

    def tap(self, x: float, y: float, *, seconds: float = 0.06) -> None:
        self._down(x, y)
        time.sleep(seconds)
        self._up()
        with self.phone.lock:
            self.phone.tap(x, y)

    def press(self, x: float, y: float, *, seconds: float = 0.7) -> None:
        self._down(x, y)
        time.sleep(min(seconds, HOLD_SECONDS))
        with self.phone.lock:
            self.phone.press(x, y, seconds)
        time.sleep(max(0.0, seconds - HOLD_SECONDS))
        self._up()

    def swipe(self, x1: float, y1: float, x2: float, y2: float, *, seconds: float = 0.3, hold: float = 0.0) -> None:
        """`hold`: how long the finger rests before it moves."""
        self._down(x1, y1)
        time.sleep(hold)
        steps = max(2, round(seconds / MOVE_SECONDS))
        for step in range(1, steps + 1):
            time.sleep(seconds / steps)
            self._move(x1 + (x2 - x1) * step / steps, y1 + (y2 - y1) * step / steps)
        self._up()
        with self.phone.lock:
            self.phone.swipe(x1, y1, x2, y2, seconds + hold)

    def pinch(self, x: float, y: float, *, reach: float, seconds: float = 0.2) -> None:
        """Two fingers, at first together; no app of this phone makes anything of it."""
        self._down(x, y)
        self._down(x, y + 1, slot=1)
        time.sleep(seconds)
        self._move(x, y - reach)
        self._move(x, y + reach, slot=1)
        self._up(slot=1)
        self._up()

    def key(self, name: str, *, seconds: float = 0.05) -> None:
        """One of the names in `panel.KEYS`."""
        code = kernel.KEYS[name]
        self.phone.panel.tell(kernel.BUTTONS, (EV_KEY, code, 1))
        time.sleep(seconds)
        self.phone.panel.tell(kernel.BUTTONS, (EV_KEY, code, 0))
        with self.phone.lock:
            self.phone.key(next(number for number, button in _BUTTONS.items() if button == name))

    def touch(self, name: str) -> None:
        """Tap the middle of what has this id, text or description."""
        self.tap(*self.find(name))

    def find(self, name: str) -> Pixel:
        """Where it is; `LookupError` where it isn't."""
        with self.phone.lock:
            for node in self.phone.nodes():
                if name in (node.resource_id, node.text, node.description):
                    return node.rect.center
        raise LookupError(f"nothing on the screen is called {name!r}")

    def type(self, text: str, *, pause: float = 0.05) -> None:
        """On the on-screen keyboard, key by key. `LookupError` for a character that it hasn't."""
        for c in text:
            self._turn_to(c)
            self.touch({" ": "key_space", "\n": "key_enter"}.get(c, f"key_{c}"))
            time.sleep(pause)

    def _turn_to(self, c: str) -> None:
        """The page and the case that a character is on."""
        if c in " ,.\n":
            return
        if any(c in row for row in SYMBOLS) != self._keys.symbols:
            self.touch("key_page")
        if not self._keys.symbols and c.isupper() != self._keys.capital:
            self.touch("key_shift")

    @property
    def _keys(self) -> Keys:
        with self.phone.lock:
            return self.phone.fields.keys

    # ------------------------------------------------------------ fingers

    def _down(self, x: float, y: float, *, slot: int = 0) -> None:
        contact = (EV_ABS, TRACKING_ID, next(self._contacts))
        first = [(EV_KEY, BTN_TOUCH, 1)] if slot == 0 else []
        self.phone.panel.tell(TOUCH, (EV_ABS, SLOT, slot), contact, *first, *self._at(x, y))

    def _move(self, x: float, y: float, *, slot: int = 0) -> None:
        self.phone.panel.tell(TOUCH, (EV_ABS, SLOT, slot), *self._at(x, y))

    def _up(self, *, slot: int = 0) -> None:
        last = [(EV_KEY, BTN_TOUCH, 0)] if slot == 0 else []
        self.phone.panel.tell(TOUCH, (EV_ABS, SLOT, slot), (EV_ABS, TRACKING_ID, -1), *last)

    def _at(self, x: float, y: float) -> list[tuple[int, int, int]]:
        """Where the panel feels it: the panel doesn't turn with the picture."""
        size = self.phone.size
        shown = from_pixel(min(max(int(x), 0), size.width - 1), min(max(int(y), 0), size.height - 1), size)
        felt = to_pixel(turned(shown, -self.phone.rotation), self.phone.panel.axes)
        return [(EV_ABS, POSITION_X, felt.x), (EV_ABS, POSITION_Y, felt.y)]
