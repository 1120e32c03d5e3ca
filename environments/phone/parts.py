"""What is laid out: parts, which picture, accessibility nodes and hits all come from.

A screen is a tree of widgets made anew from an app's state whenever that changes. `Widget.place` lays one out in an
area and hands parts to a `Layout`. Sizes are in dp (1/160 inch) and text in sp, as on Android.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from actions.geometry import Rect
from environments.phone.canvas import Canvas
from environments.phone.nodes import Node
from environments.phone.text import Face
from environments.phone.theme import Theme

if TYPE_CHECKING:
    from environments.phone.text_field import Field

Handler = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Focus:
    """The text field that is typed into, and its selection (both ends are the same where there is only a caret)."""

    field: str
    caret: int
    anchor: int

    @property
    def selection(self) -> tuple[int, int]:
        return min(self.caret, self.anchor), max(self.caret, self.anchor)


@dataclass(frozen=True, slots=True)
class Style:
    """What every widget needs to know: colours, the size of a dp, the focus, how far lists are scrolled."""

    theme: Theme
    density: int
    font_scale: float
    focus: Focus | None
    scrolls: dict[str, int]
    """Pixels by "package/list"; a list that is not here stands at its start (or its end, where it grows there)."""

    def dp(self, n: float) -> int:
        return round(n * self.density / 160)

    def face(self, sp: float, *, bold: bool = False) -> Face:
        return Face(max(6, round(sp * self.font_scale * self.density / 160)), bold)


@dataclass(slots=True)
class Part:
    """One laid out thing. `rect` may reach beyond `visible`; only what lies within that is seen and hit."""

    rect: Rect
    visible: Rect
    paint: Callable[[Canvas], None] | None = None
    node: Node | None = None
    on_tap: Handler | None = None
    on_hold: Handler | None = None
    on_swipe: Callable[[float, float], bool] | None = None
    """Gets the finger's way in pixels (x, y); says whether it was for this part."""
    field: Field | None = None
    caret_at: Callable[[float, float], int] | None = None
    """In a field: which place in the text lies there."""
    modal: bool = False
    """Nothing beneath can be reached or is seen by an accessibility service."""
    covers: bool = False
    """It fills the screen, so that nothing beneath needs to be painted."""


@dataclass(slots=True)
class Layout:
    """Collects parts from bottom to top. `package` and `clip` hold for what is added."""

    clip: Rect
    package: str = ""
    parts: list[Part] = field(default_factory=list[Part])

    def add(
        self,
        rect: Rect,
        paint: Callable[[Canvas], None] | None = None,
        *,
        on_tap: Handler | None = None,
        on_hold: Handler | None = None,
        field: Field | None = None,
        **node: str | bool,
    ) -> Part:
        """A part; with keywords of `Node` it is also an accessibility node. Clickable is what can be tapped."""
        visible = rect.clipped(self.clip)
        part = Part(rect, visible, paint, on_tap=on_tap, on_hold=on_hold, field=field)
        if node and visible.width and visible.height:
            clickable = on_tap is not None or on_hold is not None or field is not None
            part.node = Node(rect=visible, package=self.package, clickable=clickable, **node)  # pyright: ignore[reportArgumentType]
        self.parts.append(part)
        return part


class Widget(ABC):
    @abstractmethod
    def height(self, width: int, style: Style) -> int:
        """How many pixels high it wants to be when it is so wide."""

    @abstractmethod
    def place(self, area: Rect, style: Style, out: Layout) -> None:
        """Lay it out in an area of the width asked about."""
