"""Puts what fingers and keys do together to deeds: double taps, texts, and what is better left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from actions.geometry import Rect, Size, to_pixel, turned
from actions.types import Action, Button, Click, LongPress
from environments.android import gestures
from environments.android.gestures import DOUBLE_SECONDS, Feel
from environments.android.getevent import Pressed, Stroke
from environments.android.state import QUARTERS
from environments.android.typed import FieldText, typed
from environments.watching import Context, Deed, Frame

REST_SECONDS = 0.4
"""After so long without a touch the focused field is asked what it holds."""

LOCKED = "the phone is locked: touches are left out, a PIN is typed there"
HIDDEN = "what is typed into a password field is left out"
NO_TEXT = "what is typed is left out"
AS_TAPS = "what was typed is recorded as touches of keys: the phone did not tell in time what the field held"
KEYBOARD = "a keyboard is plugged in: its keys are left out"
NOT_SEEN = "a touch is left out: there is no picture of the screen before it"


@dataclass(frozen=True, slots=True)
class PhoneContext(Context):
    """Also where the keys are, None while there are none, and whether a password is typed on them."""

    keyboard: Rect | None = None
    password: bool = False
    size: Size | None = None
    """In the pixels that `input` counts in."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A stroke, the screen before it, and when it ended by this machine's clock."""

    stroke: Stroke
    shown: Frame | None
    seen: bool
    ended: float


@dataclass(frozen=True, slots=True)
class Key:
    pressed: Pressed
    shown: Frame | None
    seen: bool


@dataclass(slots=True)
class Run:
    """Touches of keys, one after another, and what the field held before them and after `upto` of them."""

    before: FieldText | None
    secret: bool
    touches: list[Touched] = field(default_factory=list[Touched])
    after: FieldText | None = None
    upto: int = 0


class Hands:
    """`known`: what is in front, asked after a moment (waited for), or as it was last known; `held`: asks what the
    focused field holds, None where that can't be told."""

    def __init__(
        self,
        feel: Feel,
        known: Callable[[float], Context],
        *,
        text: bool,
        held: Callable[[], FieldText | None],
    ) -> None:
        self._feel = feel
        self._known = known
        self._text = text
        self._ask = held
        self._held: FieldText | None = None
        self._asked = False
        """Since the last touch."""
        self._tapped: tuple[Deed, float] | None = None
        """A tap that may be the first of a double one, and when it ended."""
        self._run: Run | None = None
        self._notes: tuple[str, ...] = ()
        self._told: set[str] = set()
        self._ended = 0.0

    # ------------------------------------------------------------ what comes in

    def touched(self, touch: Touched) -> Iterator[Deed | str]:
        shown, self._asked = touch.shown, False
        before, self._ended = self._ended, touch.ended
        if shown is None:
            yield NOT_SEEN
            return
        if touch.stroke.fingers > 1:
            yield from self._settle()
            yield f"a gesture of {touch.stroke.fingers} fingers is left out"
            return
        action = self._action(touch, shown)
        # What was in front is perhaps not known yet: then keys that have come up meanwhile may write a password.
        keys = self._on_keys(touch, shown, shown.context)
        sure = shown.context.asked >= before or (keys and self._run is not None)
        late = shown.context if sure else self._known(touch.ended)
        if shown.context.locked and isinstance(action, Click | LongPress):
            yield from self._once(LOCKED)
        elif keys or (_is_secret(late) and self._on_keys(touch, shown, late)):
            yield from self._tap_over()
            self._run = self._run or Run(self._held, secret=False)
            self._run.secret |= _is_secret(shown.context) or _is_secret(late)
            self._run.touches.append(touch)
            self._held = None
        else:
            yield from self._typed()
            self._held = None
            yield from self._gesture(touch, shown, action)

    def pressed(self, key: Key) -> Iterator[Deed | str]:
        self._asked = False
        yield from self._settle()
        self._held = None
        if key.pressed.button is None:
            yield from self._once(KEYBOARD)
        elif key.shown is None:
            yield NOT_SEEN
        else:
            yield self._deed(Button(name=key.pressed.button), key.shown, 0.0, key.seen)

    def rest(self, seconds: float) -> Iterator[Deed | str]:
        """Nobody has touched the phone for so long."""
        if seconds > DOUBLE_SECONDS:
            yield from self._tap_over()
        if seconds > REST_SECONDS:
            self._look_at_field()

    def end(self) -> Iterator[Deed | str]:
        """It is over."""
        self._look_at_field()
        yield from self._settle()

    # ------------------------------------------------------------ gestures

    def _gesture(self, touch: Touched, shown: Frame, action: Action) -> Iterator[Deed | str]:
        tapped, self._tapped = self._tapped, None
        if tapped is not None:
            deed, ended = tapped
            both = None
            if isinstance(deed.action, Click) and touch.ended - touch.stroke.seconds - ended <= DOUBLE_SECONDS:
                both = gestures.doubled(deed.action, action, _size(shown), self._feel)
            if both is not None:
                self._tapped = Deed(both, deed.shown, deed.seconds, deed.seen, deed.notes), touch.ended
                return
            yield deed
        deed = self._deed(action, shown, touch.stroke.seconds, touch.seen)
        if isinstance(action, Click):
            self._tapped = deed, touch.ended
        else:
            yield deed

    def _tap_over(self) -> Iterator[Deed | str]:
        if self._tapped is not None:
            deed, self._tapped = self._tapped[0], None
            yield deed

    def _settle(self) -> Iterator[Deed | str]:
        yield from self._tap_over()
        yield from self._typed()

    def _action(self, touch: Touched, shown: Frame) -> Action:
        return gestures.read(touch.stroke, _quarters(shown), _size(shown), self._feel)

    def _deed(self, action: Action, shown: Frame, seconds: float, seen: bool) -> Deed:
        notes, self._notes = self._notes, ()
        return Deed(action, shown, seconds, seen, notes)

    def _once(self, said: str) -> Iterator[str]:
        if said not in self._told:
            self._told.add(said)
            yield said

    # ------------------------------------------------------------ keys

    def _look_at_field(self) -> None:
        """Once after each touch, while there are keys: what the field holds before the next text, and after this."""
        now = self._known(0.0)
        keys = isinstance(now, PhoneContext) and now.keyboard is not None and not now.password
        if self._asked or not self._text or not (keys or self._run) or (self._run and self._run.secret):
            return
        self._asked = True
        self._held = self._ask()
        if self._held is not None and self._held.node.password:
            self._held = None
            if self._run is not None:
                self._run.secret = True
        if self._run is not None and self._held is not None:
            self._run.after, self._run.upto = self._held, len(self._run.touches)

    def _on_keys(self, touch: Touched, shown: Frame, context: Context) -> bool:
        if not isinstance(context, PhoneContext) or context.keyboard is None:
            return False
        first = turned(touch.stroke.path[0].point, _quarters(shown))
        return to_pixel(first, _size(shown)) in context.keyboard

    def _typed(self) -> Iterator[Deed | str]:
        """The touches of keys are over: the text, where the field told it, else each touch."""
        run, self._run = self._run, None
        if run is None:
            return
        if run.secret or not self._text:
            said = HIDDEN if run.secret else NO_TEXT
            self._notes = (*self._notes, said.replace("is", "was", 1))
            yield from self._once(said)
            return
        text = typed(run.before, run.after) if run.before is not None and run.after is not None else None
        first = run.touches[0]
        rest = run.touches
        if text is not None and first.shown is not None:
            last = run.touches[run.upto - 1]
            began = first.ended - first.stroke.seconds
            yield self._deed(text, first.shown, last.ended - began, first.seen)
            rest = run.touches[run.upto :]
        elif run.before is None or run.after is None:
            yield from self._once(AS_TAPS)
        for touch in rest:
            if touch.shown is not None:
                yield self._deed(self._action(touch, touch.shown), touch.shown, touch.stroke.seconds, touch.seen)


def _is_secret(context: Context) -> bool:
    return isinstance(context, PhoneContext) and context.password


def _quarters(shown: Frame) -> int:
    return QUARTERS.index(shown.context.rotation)


def _size(shown: Frame) -> Size:
    """In the pixels that `input` counts in; the picture's, where the phone doesn't tell."""
    told = shown.context.size if isinstance(shown.context, PhoneContext) else None
    return told or Size(shown.array.shape[1], shown.array.shape[0])
