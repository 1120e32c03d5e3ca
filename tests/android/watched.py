"""A phone that is watched while a test is the person at it."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from actions.errors import DeviceError
from actions.types import Action
from environments.android import hands
from environments.android.watch import AndroidWatcher
from environments.phone.person import Person
from environments.picture import Array
from environments.settle import Settle
from environments.watching import Deed
from tests.android.rig import Rig, until

QUICK = Settle(react_seconds=0.1, quiet_seconds=0.08, cap_seconds=2.0)
REST = hands.REST_SECONDS + 1.0


@dataclass
class Watched:
    rig: Rig
    watcher: AndroidWatcher
    deeds: list[Deed] = field(default_factory=list[Deed])
    said: list[str] = field(default_factory=list[str])
    problem: list[DeviceError] = field(default_factory=list[DeviceError])

    @property
    def person(self) -> Person:
        return Person(self.rig.phone)

    @property
    def actions(self) -> list[Action]:
        return [deed.action for deed in self.deeds]

    def listen(self) -> None:
        try:
            for told in self.watcher.deeds():
                (self.said if isinstance(told, str) else self.deeds).append(told)  # pyright: ignore
        except DeviceError as e:
            self.problem.append(e)

    def look(self) -> Array:
        """The screen, once it has been quiet for long enough to be what an action is seen on."""
        time.sleep(0.7)
        with self.rig.phone.lock:
            return self.rig.phone.screen().copy()


@contextmanager
def watching(rig: Rig, *, text: bool = True) -> Generator[Watched]:
    """What is done in the block is in `deeds` after it."""
    with AndroidWatcher(rig.server.address, client=rig.adb.client, patience=QUICK, capture="raw", text=text) as watcher:
        watched = Watched(rig, watcher)
        listener = threading.Thread(target=watched.listen)
        listener.start()
        try:
            until(lambda: rig.phone.panel.heard)
            yield watched
        finally:
            watcher.stop()
            listener.join(20)
        assert not listener.is_alive()
