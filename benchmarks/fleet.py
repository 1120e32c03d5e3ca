"""Phones that are driven at once over one adb server, each by a process of its own: nothing is lost or done twice."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from actions.geometry import Size, from_pixel
from actions.types import Click
from environments.android.devices import adb_client
from environments.android.driver import AndroidEnvironment
from environments.android.server import AdbServer
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from environments.settle import Settle

SIZE = Size(540, 1200)
QUICK = Settle(react_seconds=0.0, quiet_seconds=0.0)
"""What is counted here is what arrives, not how long a screen takes."""


@dataclass(frozen=True)
class Driven:
    steps: int
    wrong_pictures: int
    """Pictures that were not the screen."""
    lost: int
    doubled: int
    """Taps that did not arrive, and that arrived more than once or elsewhere."""
    seconds: float


def drive(phones: int, steps: int) -> list[Driven]:
    with (
        AdbServer() as adb,
        ProcessPoolExecutor(phones, mp_context=multiprocessing.get_context("spawn")) as pool,
    ):
        return list(pool.map(partial(_drive, adb.port, steps), range(phones)))


def _drive(port: int, steps: int, seed: int) -> Driven:
    wrong = 0
    sent: list[tuple[int, int]] = []
    with PhoneServer(Phone(seed, size=SIZE)) as server:
        client = adb_client(port)
        client.connect(server.address)
        started = time.monotonic()
        with AndroidEnvironment(server.address, client=client, capture="raw", patience=QUICK) as environment:
            environment.reset("tap")
            for number in range(steps):
                before = server.phone.screen()
                seen = environment.observe().picture.array
                # The clock may have gone on meanwhile.
                wrong += not any(np.array_equal(seen, screen) for screen in (before, server.phone.screen()))
                x, y = number * 7 % SIZE.width, number % 4  # along the status bar, which takes no tap
                if environment.perform(Click(point=from_pixel(x, y, SIZE))).status == "done":
                    sent.append((x, y))
        seconds = time.monotonic() - started
        found = [(int(e["x"]), int(e["y"])) for e in server.phone.log.events("tap")]
        client.disconnect(server.address)
    doubled = len(found) - sum(a == b for a, b in zip(sent, found, strict=False))
    return Driven(steps, wrong, steps - len(sent), doubled, seconds)
