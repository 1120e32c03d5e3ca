"""What a picture, a tap and a text cost: by the driver's own parts, by adbutils' calls, and by adb processes.

The phone is a process of its own, as a phone is. Each round does everything in another order, so that whatever else the
machine does falls on all alike, a few times in a row and each time after a rest, as an agent does it, so that it isn't
what came before that counts: a phone clears processes away after their answer.
"""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import io
import multiprocessing
import random
import subprocess
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Literal

import numpy as np
from fault_case import expect
from PIL import Image

from environments.android.capture import METHODS, Camera
from environments.android.devices import IDENTITY, parse_identity
from environments.android.server import AdbServer, bundled_adb
from environments.android.text import keystrokes
from environments.android.transport import Transport
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from environments.picture import Array

IN_A_ROW = 5
REST_SECONDS = 0.05
X, Y = 540, 5
"""The status bar, which takes no tap."""
TEXT = "The quick brown fox jumps over the lazy dog. " * 4
SPACE_IS_PERCENT_S = TEXT.replace(" ", "%s")
"""As peers write it: `input` takes an argument without spaces."""

Way = Literal["here", "adbutils", "adb processes"]
WAYS: tuple[Way, ...] = ("here", "adbutils", "adb processes")
Task = Literal["picture", "tap", "text"]
Costs = Mapping[Task, Mapping[Way, list[float]]]


@contextmanager
def phone_process() -> Generator[str]:
    """The address of a phone that runs in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield str(ours.recv())
    finally:
        ours.send(None)
        process.join(20)


def _serve(wanted: Connection) -> None:
    with PhoneServer(Phone(3)) as server:
        wanted.send(server.address)
        wanted.recv()


def measure(rounds: int) -> tuple[Costs, dict[str, list[float]]]:
    """Seconds of each task by each way, and of a picture by each method of capture."""
    with phone_process() as address, AdbServer() as adb:
        device = adb.connect(address)
        line = Transport(address, client=adb.client)
        line.warm_up(IDENTITY, parse_identity)
        cameras = {method: Camera(line, method=method) for method in METHODS}
        process = [str(bundled_adb()), "-P", str(adb.port), "-s", address]

        def run(*words: str) -> bytes:
            return subprocess.run([*process, *words], check=True, capture_output=True).stdout

        tasks: dict[Task, dict[Way, Callable[[], object]]] = {
            "picture": {
                "here": cameras["raw"].keep,
                "adbutils": lambda: _pixels(device.screenshot(error_ok=False)),
                "adb processes": lambda: _pixels(Image.open(io.BytesIO(run("exec-out", "screencap", "-p")))),
            },
            "tap": {
                "here": lambda: line.inject(f"input tap {X} {Y}"),
                "adbutils": lambda: device.click(X, Y),
                "adb processes": lambda: run("shell", "input", "tap", str(X), str(Y)),
            },
            "text": {
                "here": lambda: [line.inject(command, seconds=s) for command, _, s in keystrokes(TEXT)],
                "adbutils": lambda: device.send_keys(TEXT),
                "adb processes": lambda: run("shell", "input", "text", SPACE_IS_PERCENT_S),
            },
        }
        costs: dict[Task, dict[Way, list[float]]] = {task: {way: [] for way in WAYS} for task in tasks}
        methods: dict[str, list[float]] = {method: [] for method in METHODS}
        seen = [cameras["raw"].keep(), _pixels(device.screenshot(error_ok=False))]
        expect(np.array_equal(seen[0], seen[1]), "the pictures differ")
        turns = [(costs[task][way], act) for task, ways in tasks.items() for way, act in ways.items()]
        draw = random.Random(0)
        for _ in range(rounds):
            draw.shuffle(turns)
            for taken, act in turns:
                taken += [_seconds(act) for _ in range(IN_A_ROW)]
            for method, camera in cameras.items():
                methods[method].append(_seconds(camera.keep))
        line.close()
    return costs, methods


def _seconds(act: Callable[[], object]) -> float:
    time.sleep(REST_SECONDS)
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _pixels(image: Image.Image) -> Array:
    return np.asarray(image.convert("RGB"))
