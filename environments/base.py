"""What an environment is: something with a screen that can be looked at and acted on.

Order of calls: `reset(task)` once for each episode, then `observe()` and `perform(action)` in turn, `close()` at
the end (or `with`). This module loads no driver.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal, Self

from actions.geometry import Size
from actions.types import Action, Kind
from environments.picture import Picture

Platform = Literal["mobile", "desktop"]
Status = Literal["done", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action.

    done: the device says that it was carried out. failed: it surely was not; `detail` says why, and the model is told.
    unknown: it may or may not have happened (the device went away meanwhile); nothing repeats it blindly.
    """

    status: Status
    detail: str = ""


DONE = Outcome("done")


@dataclass(frozen=True, slots=True)
class Observation:
    """The screen as it is once it has settled. Nothing here is ever made up: where a device does not tell, it's None.

    seconds: how long "settle" and "capture" took; changed: whether anything visible changed since just before the last
    action (None: there was none, or no picture could be taken before it); stable: False where the screen was still
    moving when the wait ended.
    """

    picture: Picture
    time: float
    app: str | None = None
    """The app or program in front: a package name on Android, a program's name on a desktop."""
    window: str | None = None
    """Its activity, or the window's title."""
    rotation: Literal[0, 90, 180, 270] = 0
    secure: bool = False
    """The app forbids pictures of its screen: the picture is black and shows nothing that is there."""
    locked: bool = False
    terminal: bool = False
    """The episode is over for the environment (a recorded one has ended)."""
    stable: bool = True
    changed: bool | None = None
    notes: tuple[str, ...] = ()
    """What the environment has to say about this screen; the model and the user are told."""
    seconds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def size(self) -> Size:
        return self.picture.size


class Environment(ABC):
    """The seam for drivers. `environments/conformance.py` checks any implementation of it.

    `perform` gets only kinds that are in `supports`; those of `actions.types.LOOP_KINDS` are the loop's own. It
    returns an `Outcome` for whatever concerns this action (`failed` for an app that doesn't exist), and raises a
    `DeviceError` only where no further step is possible. `observe` waits until the screen has settled and raises
    `CaptureError` rather than invent a picture.
    """

    name: ClassVar[str]
    platform: ClassVar[Platform]
    supports: frozenset[Kind]

    @abstractmethod
    def reset(self, task: str) -> None:
        """Make ready for an episode. Does not clear what is on the device."""

    @abstractmethod
    def observe(self) -> Observation: ...

    @abstractmethod
    def perform(self, action: Action) -> Outcome: ...

    def glance(self) -> Picture | None:
        """The screen right now, without waiting for it to settle; None where that can't be had cheaply.

        The loop glances just before it acts, and withholds an action whose screen has moved since it was decided.
        """
        return None

    def close(self) -> None:  # noqa: B027  an environment that holds nothing has nothing to close
        """Give back what was taken; may be called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
