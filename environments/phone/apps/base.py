"""What an app of the simulated phone is, and what the phone offers to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, Protocol

from actions.geometry import Rect
from environments.phone.layouts import Dialog, Page
from environments.phone.parts import Layout, Style
from environments.phone.theme import Colour


@dataclass(frozen=True, slots=True)
class App:
    """How the system knows an app: its package, the activity that starts it, the name beneath its icon."""

    package: str
    activity: str
    label: str

    @property
    def component(self) -> str:
        """As `dumpsys window` shows it: com.sim.notes/com.sim.notes.Main."""
        return f"{self.package}/{self.package}{self.activity}"


class Host(Protocol):
    """The phone, as its apps see it."""

    settings: dict[tuple[str, str], str]
    properties: dict[str, str]
    battery: int
    seed: int
    clipboard: str
    clock: Callable[[], float]

    @property
    def apps(self) -> tuple[App, ...]: ...
    def program(self, package: str) -> Program: ...
    def open(self, package: str) -> bool: ...
    def minutes(self) -> int: ...
    def time_text(self) -> str: ...
    def date_text(self) -> str: ...
    def toast(self, text: str) -> None: ...
    def notify(self, package: str, title: str, text: str) -> None: ...
    def focus_on(self, field: str, text: str) -> None: ...
    def unfocus(self) -> None: ...
    def reset_scroll(self, name: str) -> None: ...
    def note(self, kind: str, **data: Any) -> None: ...


class Program(ABC):
    """An app's state and screens. State is plain data; `place` makes the screen from it, handlers change it.

    `data` is what stays when the app is stopped, `view` is where it is; both are JSON-able and made anew at each call.
    """

    app: ClassVar[App]
    icon: ClassVar[str]
    colour: ClassVar[Colour]
    loading_seconds: ClassVar[float] = 0.0
    """How long a spinner turns where its screen will be, when it is opened and was not running."""

    def __init__(self, host: Host, random: Random) -> None:
        self.host = host
        self.start(random)

    @abstractmethod
    def start(self, random: Random) -> None:
        """Make the first data. Called once."""

    @abstractmethod
    def place(self, area: Rect, style: Style, out: Layout) -> Dialog | None:
        """Lay out the screen; the dialog in front of it, if any, is laid out by the phone."""

    def back(self) -> bool:
        """One step up; False at the top, where the phone goes home."""
        return False

    def restart(self) -> None:  # noqa: B027  an app of one screen has nothing to forget
        """Forget where it was and what was not saved."""

    def pulse(self) -> Hashable:
        """What the screen shows of the time that goes by: it is drawn anew when this changes."""
        return None

    def notices(self) -> Sequence[tuple[str, str]]:
        """What it has to say when the phone is made, as notifications: title and text."""
        return ()

    def data(self) -> Any:
        return None

    def view(self) -> Any:
        return None


class PagedProgram(Program):
    """An app whose every screen is a page: a bar with a title, a body, perhaps a dialog."""

    @abstractmethod
    def build(self) -> Page: ...

    def place(self, area: Rect, style: Style, out: Layout) -> Dialog | None:
        page = self.build()
        page.place(area, style, out)
        return page.dialog
