"""Taps while the line drops at any moment: each outcome is true, none happens twice, and nothing stays open."""

from __future__ import annotations

import os
import random
import threading

from actions.geometry import from_pixel
from actions.types import Click
from environments.android.transport import Deadlines
from environments.settle import Settle
from tests.android.rig import Rig, until

TAPS = 40
HASTY = Settle(react_seconds=0.02, quiet_seconds=0.0)
SHORT = Deadlines(read=5.0, input=2.0, back=15.0, connect=3.0)


def running() -> int:
    """Threads; of the phone's that answer commands there are as many as commands once ran at the same time."""
    return sum(thread.name != "phone commands" for thread in threading.enumerate())


def test_every_outcome_is_true_and_no_tap_happens_twice(rig: Rig) -> None:
    draw = random.Random(4)
    faults = rig.server.faults
    told: list[tuple[tuple[int, int], str]] = []
    files, threads = len(os.listdir("/dev/fd")), running()
    with rig.open(deadlines=SHORT, patience=HASTY) as environment:
        environment.reset("tap")
        for number in range(TAPS):
            environment.observe()
            late = threading.Timer(draw.uniform(0.0, 0.02), rig.server.disconnect)
            match draw.choice(("nothing", "in the answer", "before", "at the tap", "meanwhile")):
                case "in the answer":
                    faults.drop_after_bytes = draw.choice((1, 30, 60, 70))
                case "before":
                    rig.server.disconnect()
                case "at the tap":
                    faults.drop_on = "tap"
                case "meanwhile":
                    late.start()
                case _:
                    pass
            place = (number, 5)
            told.append((place, environment.perform(Click(point=from_pixel(*place, rig.phone.size))).status))
            if late.ident is not None:
                late.join()
            faults.drop_after_bytes = faults.drop_on = None
    until(lambda: running() <= threads and len(os.listdir("/dev/fd")) <= files)
    made = [(int(x), int(y)) for x, y in rig.taps()]
    for place, status in told:
        times = made.count(place)
        assert times <= 1
        assert status == "unknown" or times == (status == "done")
    assert {"done", "unknown"} <= {status for _, status in told}
