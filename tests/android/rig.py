"""What the tests of the Android driver share: a simulated phone behind the real adb, and a driver for it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass

from actions.geometry import Point, from_pixel
from actions.types import Click, OpenApp
from environments.android.driver import AndroidEnvironment
from environments.android.server import AdbServer
from environments.android.transport import DEADLINES, Deadlines, Transport
from environments.base import Outcome
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from environments.settle import Settle

QUICK = Settle(react_seconds=0.1, quiet_seconds=0.05, cap_seconds=2.0)
"""Enough for a phone whose pictures change at once."""


@dataclass
class Rig:
    server: PhoneServer
    adb: AdbServer

    @property
    def phone(self) -> Phone:
        return self.server.phone

    def open(self, *, deadlines: Deadlines = DEADLINES, patience: Settle = QUICK) -> AndroidEnvironment:
        return AndroidEnvironment(
            self.server.address, client=self.adb.client, patience=patience, deadlines=deadlines, capture="raw"
        )

    @property
    def transport(self) -> Transport:
        """A line to the phone of the test's own."""
        return Transport(self.server.address, client=self.adb.client)

    def push(self, content: bytes, path: str) -> None:
        """Put a file onto the phone, as `adb push` does."""
        self.adb.client.device(self.server.address).sync.push(io.BytesIO(content), path)

    def taps(self) -> list[tuple[float, float]]:
        """Where the phone was tapped, in its own pixels."""
        return [(e["x"], e["y"]) for e in self.phone.log.events("tap")]

    def point(self, name: str) -> Point:
        """The middle of what has this id, text or description."""
        with self.phone.lock:
            (rect, *_) = (n.rect for n in self.phone.nodes() if name in (n.resource_id, n.text, n.description))
            return from_pixel(*rect.center, self.phone.size)

    def tap(self, environment: AndroidEnvironment, name: str) -> Outcome:
        return environment.perform(Click(point=self.point(name)))

    def new_note_by_hand(self) -> None:
        """The same, as a person makes it: no driver has the phone."""
        self.phone.open("com.sim.notes")
        with self.phone.lock:
            (rect, *_) = (n.rect for n in self.phone.nodes() if n.resource_id == "new_note")
            self.phone.tap(*rect.center)

    def new_note(self, environment: AndroidEnvironment) -> None:
        """An empty note with the caret in it."""
        environment.reset("write a note")
        outcome = environment.perform(OpenApp(name="Notes"))
        assert outcome.status == "done", outcome.detail
        environment.observe()
        assert self.tap(environment, "new_note").status == "done"
        assert self.phone.state()["focus"] == "note"

    @property
    def draft(self) -> str:
        with self.phone.lock:
            return self.phone.state()["apps"]["Notes"]["view"]["draft"]


def until(holds: Callable[[], object], *, seconds: float = 5.0) -> None:
    """Wait until something holds; fail where it doesn't."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to hold in time"
        time.sleep(0.01)
