"""A phone that is watched while a test is the person at it."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from environments.android import hands
from environments.android.watch import AndroidWatcher
from environments.phone.person import Person
from environments.picture import Array
from environments.settle import Settle
from tests.android.rig import Rig, until
from tests.watched import Told

QUICK = Settle(react_seconds=0.1, quiet_seconds=0.08, cap_seconds=2.0)
REST = hands.REST_SECONDS + 1.0


@dataclass(kw_only=True)
class Watched(Told):
    rig: Rig
    watcher: AndroidWatcher

    @property
    def person(self) -> Person:
        return Person(self.rig.phone)

    def look(self) -> Array:
        """The screen, once it has been quiet for long enough to be what an action is seen on."""
        time.sleep(0.7)
        with self.rig.phone.lock:
            return self.rig.phone.screen().copy()


@contextmanager
def watching(rig: Rig, *, text: bool = True) -> Generator[Watched]:
    """What is done in the block is in `deeds` after it."""
    with AndroidWatcher(rig.server.address, client=rig.adb.client, patience=QUICK, capture="raw", text=text) as watcher:
        watched = Watched(rig=rig, watcher=watcher)
        with watched.listening(watcher):
            until(lambda: rig.phone.panel.heard)
            yield watched
