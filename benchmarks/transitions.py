"""How long a screen is waited for, and how often too short: over random actions on a simulated phone.

An app slides in, one starts with a spinner, keyboards and shades come and go, much changes at once or not at all, and
half of the time the phone shows it only after up to 0.3 s. The picture that the driver went on with is compared with
the screen once the phone says that nothing is on its way.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fault_case import Rig, expect

from actions.geometry import Point, from_pixel
from actions.types import Action, Button, Click, OpenApp, Scroll
from environments.android.driver import Capture
from environments.android.scrcpy import FILE, VARIABLE
from environments.android.server import AdbServer
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from environments.settle import differs, thin

LATEST = 0.3
"""Seconds until a slow app shows anything of what was done."""
OPENED = ("Notes", "Settings", "Messages", "Shop", "Contacts", "Calendar")


@dataclass(frozen=True)
class Transition:
    seconds: float
    changed: bool
    premature: bool
    screenshots: int


def walk(count: int, *, seed: int = 5, capture: Capture = "raw", screenshot_seconds: float = 0.0) -> list[Transition]:
    """So many random actions, each waited for by the driver."""
    found: list[Transition] = []
    draw = random.Random(seed)
    with PhoneServer(Phone(seed)) as server, AdbServer() as adb, scrcpy_installed():
        adb.connect(server.address)
        rig = Rig(server, adb)
        with rig.ready(capture=capture) as environment:
            server.faults.slow_screencap = screenshot_seconds
            for _ in range(count):
                server.faults.lag = draw.choice((0.0, draw.uniform(0.0, LATEST)))
                action = _action(rig, draw)
                outcome = environment.perform(action)
                expect(outcome.status == "done", f"{action}: {outcome.detail}")
                rig.begin()
                seen = environment.observe()
                pictures = len(rig.phone.log.events("screencap"))
                _rest(rig)
                with rig.phone.lock:
                    screen = rig.phone.screen()
                premature = differs(thin(seen.picture.array), thin(screen))
                found.append(Transition(seen.seconds["settle"], bool(seen.changed), premature, pictures))
    return found


@contextmanager
def scrcpy_installed() -> Generator[None]:
    """What the simulated phone takes for scrcpy's server."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, FILE)
        path.write_text("scrcpy-server 4.1\n")
        os.environ[VARIABLE] = str(path)
        yield
        del os.environ[VARIABLE]


def _action(rig: Rig, draw: random.Random) -> Action:
    with rig.phone.lock:
        size = rig.phone.size
        places = [n.rect for n in rig.phone.nodes() if n.clickable and n.enabled]
    match draw.choices(("open", "tap", "nothing", "scroll", "back", "home"), (3, 5, 1, 2, 2, 1))[0]:
        case "open":
            return OpenApp(name=draw.choice(OPENED))
        case "tap" if places:
            return Click(point=from_pixel(*draw.choice(places).center, size))
        case "scroll":
            return Scroll(direction=draw.choice(("up", "down")), amount=0.4)
        case "back":
            return Button(name="back")
        case "home":
            return Button(name="home")
        case _:
            return Click(point=Point(0.5, 0.004))


def _rest(rig: Rig) -> None:
    """Until nothing is on its way to the screen."""
    time.sleep(rig.server.faults.lag)
    while True:
        with rig.phone.lock:
            if rig.phone.opening is None and rig.phone.loading is None:
                return
        time.sleep(0.02)
