"""Fingers on the simulated phone's screen: what a tap, a long press and a swipe do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.geometry import Rect
from environments.phone.display import Display
from environments.phone.parts import Part
from environments.phone.system import STATUS_DP

if TYPE_CHECKING:
    from environments.phone.phone import Phone

HOLD_SECONDS = 0.4
"""From here on a touch is a long one (Android: ViewConfiguration.getLongPressTimeout, 400 ms)."""
SLOP_DP = 8
"""A finger that moves less than this has not moved (Android: ViewConfiguration.TOUCH_SLOP, 8 dp)."""
FAR_DP = 90
"""How far a system gesture goes at least."""
EDGE_DP = 20
"""Where system gestures begin."""


class Touch:
    """Finds what lies under a finger in the display's layout, and acts on it."""

    def __init__(self, phone: Phone, display: Display) -> None:
        self._phone = phone
        self._display = display

    def tap(self, x: float, y: float) -> str | None:
        """A short touch. Returns the label of what was hit, None where nothing was."""
        part = self._at(x, y)
        label = None if part is None else _label(part)
        self._phone.log.add("tap", x=x, y=y, hit=label, inside=(x, y) in Rect.of(self._phone.size))
        if part is not None:
            self._act(part, x, y)
        self._phone.hostile.touched(x, y)
        return label

    def press(self, x: float, y: float, seconds: float) -> str | None:
        """A long touch; what knows no long touch takes it for a short one, as on Android."""
        part = self._at(x, y)
        label = None if part is None else _label(part)
        self._phone.log.add("press", x=x, y=y, seconds=seconds, hit=label, inside=(x, y) in Rect.of(self._phone.size))
        if part is None:
            return None
        if part.on_hold is not None and seconds >= HOLD_SECONDS:
            part.on_hold()
            self._phone.changed()
        else:
            self._act(part, x, y)
        return label

    def swipe(self, x1: float, y1: float, x2: float, y2: float, seconds: float) -> None:
        """A finger moves; what lies beneath follows it by the same distance. At the edges it is a system gesture."""
        self._phone.log.add("swipe", start=[x1, y1], end=[x2, y2], seconds=seconds)
        across, down = x2 - x1, y2 - y1
        slop = self._display.style().dp(SLOP_DP)
        if abs(across) < slop and abs(down) < slop:
            if seconds >= HOLD_SECONDS:
                self.press(x1, y1, seconds)
            else:
                self.tap(x1, y1)
        elif not self._phone.awake:
            return
        elif self._phone.locked:
            if -down >= self._display.style().dp(FAR_DP) and abs(down) > abs(across):
                self._phone.keyguard.lift()
        elif not self._gesture(x1, y1, across, down):
            for part in reversed(self._display.reachable()):
                if part.on_swipe is not None and (x1, y1) in part.visible and part.on_swipe(across, down):
                    break
        self._phone.changed()

    def _at(self, x: float, y: float) -> Part | None:
        """The uppermost thing there that a touch does something to."""
        if not self._phone.awake:
            return None
        for part in reversed(self._display.reachable()):
            if (part.on_tap or part.on_hold or part.field) and (x, y) in part.visible:
                return part
        return None

    def _act(self, part: Part, x: float, y: float) -> None:
        if part.field is not None:
            end = len(part.field.value)
            self._phone.fields.take(part.field.id, end if part.caret_at is None else part.caret_at(x, y))
        elif part.on_tap is not None:
            part.on_tap()
        self._phone.changed()

    def _gesture(self, x: float, y: float, across: float, down: float) -> bool:
        """Home from the lower edge, back from the sides, the notifications from the status bar."""
        style, screen = self._display.style(), Rect.of(self._phone.size)
        edge, far = style.dp(EDGE_DP), style.dp(FAR_DP)
        if self._phone.dialog is not None:
            return False
        if y < style.dp(STATUS_DP) and down >= far and down > abs(across) and not self._phone.shade.down:
            self._phone.shade.pull()
            return True
        if y >= screen.bottom - edge and -down >= far:
            self._phone.home()
            return True
        inward = across if x < edge else -across if x >= screen.right - edge else 0
        front = self._phone.front is not self._phone.launcher or self._phone.recents_shown
        if inward >= far and abs(across) > abs(down) and (front or self._phone.shade.down):
            self._phone.back()
            return True
        return False


def _label(part: Part) -> str | None:
    if part.node is not None:
        return part.node.label or None
    return part.field.id if part.field is not None else None
