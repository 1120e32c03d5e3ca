"""Faults 1 to 13 of the fault table: the cable, the adb server, several phones, slow and silent ones."""

from __future__ import annotations

import logging
import os
import subprocess
import time
from collections.abc import Callable

import numpy as np
from fault_case import NOWHERE, Rig, expect, fault, later, raises

from actions.errors import DeviceError, DeviceLost, DeviceTimeout, UsageError
from actions.types import OpenApp
from environments.android.devices import adb_client
from environments.android.driver import AndroidEnvironment
from environments.android.server import bundled_adb
from environments.android.transport import Transport
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer


@fault(1, "unplugged at the tap", injections=1)
def unplugged_at_the_tap(rig: Rig) -> str:
    with rig.ready() as environment:
        rig.begin()
        rig.server.faults.drop_on = "input tap"
        expect(environment.perform(NOWHERE).status == "unknown", "a tap that was cut off is not unknown")
        expect(environment.observe().changed is False, "something changed")
        expect(rig.injections() == 0, "the tap was repeated")
        rig.server.faults.drop_after_bytes = 3  # in the middle of the exit code
        expect(environment.perform(NOWHERE).status == "unknown", "a tap whose end was cut off is not unknown")
        environment.observe()
    return "unknown, looked again"


@fault(2, "unplugged in the middle of a picture")
def unplugged_in_a_picture(rig: Rig) -> str:
    with rig.ready() as environment:
        rig.begin()
        rig.server.faults.drop_after_bytes = 1_000_000
        seen = environment.observe()
        expect(np.array_equal(seen.picture.array, rig.phone.screen()), "the picture is not the screen")
    return "captured again, whole"


@fault(3, "away for 3 s", seconds=25)
def away_for_a_while(rig: Rig) -> str:
    with rig.ready() as environment:
        rig.begin()
        rig.gone()
        with later(3.0, rig.back):
            started = time.monotonic()
            environment.observe()
            after = time.monotonic() - started - 3.0
        expect(after <= 15, f"it went on only {after:.1f} s after the return")
    return f"went on {max(after, 0):.1f} s after the return"


@fault(4, "away for good", seconds=25)
def away_for_good(rig: Rig) -> str:
    with rig.ready() as environment:
        rig.begin()
        rig.gone()
        with raises(DeviceLost, remedy="handeye devices") as found:
            environment.observe()
    return f"exit {found[0].exit_code}: {found[0].message}"


@fault(5, "adb server killed", seconds=25)
def server_killed(rig: Rig) -> str:
    return _server_replaced(rig, lambda port: adb_client(port).server_kill())


@fault(6, "another adb restarts the server", seconds=25)
def server_replaced(rig: Rig) -> str:
    def replace(port: int) -> None:
        # As adb does it where the server has another version than itself: kill it, start its own, which knows no phone.
        adb_client(port).server_kill()
        subprocess.run([str(bundled_adb()), "-P", str(port), "start-server"], check=True, capture_output=True)

    return _server_replaced(rig, replace)


def _server_replaced(rig: Rig, act: Callable[[int], object]) -> str:
    client = adb_client(rig.adb.port)
    with AndroidEnvironment(rig.address, client=client, capture="raw") as environment:
        environment.reset("hold")
        environment.observe()
        rig.begin()
        act(rig.adb.port)
        try:
            started = time.monotonic()
            expect(environment.observe().app == "com.sim.launcher", "another app is in front")
            seconds = time.monotonic() - started
            expect(environment.perform(OpenApp(name="Notes")).status == "done", "the phone can't be used")
        finally:
            environment.close()
            client.server_kill()
    return f"connected again in {seconds:.1f} s"


@fault(7, "offline, though 'already connected'", seconds=25)
def offline(rig: Rig) -> str:
    def answer() -> None:
        rig.server.faults.auth = None

    with rig.ready() as environment:
        rig.begin()
        rig.server.faults.auth = "silent"
        rig.server.disconnect()
        with later(1.0, answer):
            environment.observe()
    return "disconnected and connected"


@fault(8, "not authorised")
def unauthorised(rig: Rig) -> str:
    said: list[float] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(time.monotonic()) if "allow" in record.getMessage() else None
    logging.getLogger("handeye").addHandler(handler)
    try:
        with rig.ready() as environment:
            rig.begin()
            rig.server.faults.auth = "reject"
            rig.server.disconnect()
            asks = Transport(rig.address, client=rig.adb.client)
            while asks.state() != "unauthorized":
                time.sleep(0.05)
            started = time.monotonic()
            with raises(DeviceError, remedy="allow USB debugging"):
                rig.open().close()
            refused = time.monotonic() - started
            with later(1.5, rig.server.accept_key):
                started = time.monotonic()
                environment.observe()
                after = time.monotonic() - started - 1.5
    finally:
        logging.getLogger("handeye").removeHandler(handler)
    expect(refused <= 1, f"the remedy took {refused:.1f} s")
    expect(any(s - started <= 1 for s in said), "a run that waits does not say for what")
    expect(after <= 2, f"it went on only {after:.1f} s after Allow")
    return f"remedy after {refused:.1f} s, went on {max(after, 0):.1f} s after Allow"


@fault(9, "two phones and no serial")
def two_phones(rig: Rig) -> str:
    with PhoneServer(Phone(4)) as other:
        rig.adb.connect(other.address)
        with raises(UsageError, remedy="--serial") as found:
            AndroidEnvironment(client=rig.adb.client).close()
        expect(all(a in found[0].message for a in (rig.address, other.address)), "they are not listed")
        rig.adb.disconnect(other.address)
    return f"exit {found[0].exit_code}, both listed"


@fault(10, "one phone under two serials")
def one_phone_twice(rig: Rig) -> str:
    again = f"localhost:{rig.address.rpartition(':')[2]}"
    rig.adb.connect(again)
    with rig.ready():
        rig.begin()
        with raises(DeviceError) as found:
            rig.open(again).close()
    return f"refused: {found[0].message.partition(' (')[0]}"


@fault(11, "two runs on one phone")
def two_runs(rig: Rig) -> str:
    with rig.ready():
        rig.begin()
        with raises(DeviceError) as found:
            rig.open().close()
        expect(f"process {os.getpid()} " in found[0].message, "the holder is not named")
    return "the other's pid is named"


@fault(12, "a command never answers", seconds=30)
def never_answers(rig: Rig) -> str:
    with rig.ready() as environment:
        rig.begin()
        rig.server.faults.hang = "dumpsys window"
        with raises(DeviceTimeout):
            environment.observe()
        asked = [e for e in rig.phone.log.events("open") if "dumpsys window" in e["service"]]
        rig.server.faults.hang = "input"
        expect(environment.perform(NOWHERE).status == "unknown", "a tap that hangs is not unknown")
        sent = [e for e in rig.phone.log.events("open") if "input tap" in e["service"]]
        rig.server.faults.hang = None
    expect(len(asked) == 2, f"a read was sent {len(asked)} times")
    expect(len(sent) == 1, f"an input was sent {len(sent)} times")
    return "reads asked once more, the tap unknown"


@fault(13, "2 s for each command", seconds=60, injections=1)
def slow_phone(rig: Rig) -> str:
    with rig.ready() as environment:
        rig.begin()
        rig.server.faults.slow = 2.0
        expect(environment.perform(NOWHERE).status == "done", "the tap is not done")
        environment.observe()
        rig.server.faults.slow = 0
    return "done, once"
