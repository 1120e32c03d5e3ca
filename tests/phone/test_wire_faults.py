"""Each fault does what it says, seen from the host; and the host can go on when it's over."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import inspect
import io
import time

import adbutils
import numpy as np
import pytest
from adbutils.errors import AdbError
from PIL import Image
from pydantic import ValidationError

from actions.errors import DeviceError, DeviceTimeout, UsageError
from environments.android.server import AdbServer
from environments.phone.faults import Faults
from environments.phone.server import PhoneServer
from tests.adb import adb_server as adb_server
from tests.adb import own_adb_server as own_adb_server
from tests.phone.wire import device as device
from tests.phone.wire import exec_out, out, run, until
from tests.phone.wire import server as server


def test_switches_are_checked() -> None:
    faults = Faults()
    assert faults.active() == {}
    for name in Faults.model_fields:
        faults.put(name, None)
    for name, wrong in [("slow", "fast"), ("slow", "-1"), ("hang", "("), ("auth", "x"), ("rotate_after_capture", "4")]:
        with pytest.raises(UsageError, match=name):
            faults.put(name, wrong)
    with pytest.raises(ValidationError):
        faults.slow = float("nan")
    faults.put("black_screencap", "true")
    faults.put("truncate_screencap", "0")
    assert faults.active() == {"black_screencap": True, "truncate_screencap": 0}
    faults.clear()
    assert faults.active() == {}


def test_one_shots_happen_once() -> None:
    faults = Faults(rotate_after_capture=0, drop_on="tap", drop_after_bytes=10)
    assert faults.take("rotate_after_capture") == 0
    assert faults.take("rotate_after_capture") is None
    assert [faults.drops("swipe"), faults.drops("a tap"), faults.drops("a tap")] == [False, True, False]
    assert [faults.allowance(4), faults.allowance(4), faults.allowance(4), faults.allowance(4)] == [None, None, 2, None]


def test_every_fault_is_documented() -> None:
    """Each switch is followed by a line of explanation."""
    lines = inspect.getsource(Faults).splitlines()
    for name in Faults.model_fields:
        at = next(i for i, line in enumerate(lines) if line.startswith(f"    {name}: "))
        assert lines[at + 1].startswith('    """')


def test_pictures_that_are_no_pictures(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    whole = exec_out(device, "screencap -p")
    server.faults.truncate_screencap = 2000
    assert exec_out(device, "screencap -p") == whole[:2000]
    assert len(exec_out(device, "screencap")) == 2000
    server.faults.clear()
    server.faults.screencap_banner = "WARNING: linker: something"
    assert exec_out(device, "screencap -p") == b"WARNING: linker: something\n" + whole
    server.faults.clear()
    server.faults.screencap_error = "Failed to take screenshot. Status: -1"
    assert run(device, "screencap -p") == (1, "", "Failed to take screenshot. Status: -1\n")
    assert exec_out(device, "screencap -p") == b"Failed to take screenshot. Status: -1\n"


def test_black_and_frozen_pictures(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    server.faults.black_screencap = True
    assert not np.frombuffer(exec_out(device, "screencap"), np.uint8, offset=16).reshape(-1, 4)[:, :3].any()
    assert "SECURE" in out(device, "dumpsys window windows")
    server.faults.clear()
    server.faults.frozen_screencap = True
    before = exec_out(device, "screencap")
    out(device, "simctl crash")
    assert exec_out(device, "screencap") == before
    server.faults.clear()
    assert exec_out(device, "screencap") != before


def test_what_comes_right_after_a_picture(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    server.faults.rotate_after_capture = 1
    server.faults.dialog_after_capture = True
    assert Image.open(io.BytesIO(exec_out(device, "screencap -p"))).size == (1080, 2400)
    assert server.phone.rotation == 1
    assert server.phone.dialog is not None
    assert server.faults.active() == {}


def test_a_slow_phone(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    server.faults.slow = 0.3
    start = time.monotonic()
    assert out(device, "echo late") == "late\n"
    assert time.monotonic() - start >= 0.3


def test_a_command_that_hangs(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    server.faults.hang = "screen.ap"
    with pytest.raises(TimeoutError):
        exec_out(device, "screencap -p", timeout=0.2)
    assert out(device, "echo others go on") == "others go on\n"
    server.faults.clear()
    assert exec_out(device, "screencap -p").startswith(b"\x89PNG")


def test_unplugged_at_a_tap(server: PhoneServer, adb_server: AdbServer, device: adbutils.AdbDevice) -> None:
    server.faults.drop_on = "input tap"
    with pytest.raises((AdbError, EOFError)):
        run(device, "input tap 5 5")
    assert server.phone.log.events("tap") == []
    again = adb_server.connect(server.address)
    assert run(again, "input tap 5 5")[0] == 0
    assert len(server.phone.log.events("tap")) == 1


def test_unplugged_within_a_picture(server: PhoneServer, adb_server: AdbServer, device: adbutils.AdbDevice) -> None:
    whole = exec_out(device, "screencap")
    server.faults.drop_after_bytes = 3_000_000
    try:
        part = exec_out(device, "screencap")
    except ConnectionError:
        part = b""
    assert len(part) < 3_000_001 < len(whole)
    again = adb_server.connect(server.address)
    assert exec_out(again, "screencap") == whole


def test_unplugged_from_python_and_from_the_phone(
    server: PhoneServer, adb_server: AdbServer, device: adbutils.AdbDevice
) -> None:
    for command in ("", "simctl disconnect", "reboot"):
        seen = len(server.phone.log.events("disconnected"))
        if command:
            device.shell(command)
        else:
            server.disconnect()
        until(lambda seen=seen: len(server.phone.log.events("disconnected")) > seen)
        device = adb_server.connect(server.address)
        assert out(device, "echo back") == "back\n"


def test_input_without_effect(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    server.faults.ignore_input = True
    for line in ("tap 300 900", "swipe 1 1 1 900 10", "text x", "keyevent 4", "keycombination 113 29"):
        assert run(device, f"input {line}") == (0, "", "")
    assert server.phone.log.events("tap", "swipe", "text", "key") == []


def test_changes_seen_late(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    before = exec_out(device, "screencap")
    server.faults.lag = 0.5
    pressed = time.monotonic()
    out(device, "input keyevent SLEEP")
    assert exec_out(device, "screencap") == before
    time.sleep(max(0.0, pressed + 0.8 - time.monotonic()))
    assert exec_out(device, "screencap") != before


def test_an_unauthorised_host_waits_for_the_tap(server: PhoneServer, own_adb_server: AdbServer) -> None:
    server.faults.auth = "reject"
    with pytest.raises(DeviceError, match="authenticate") as caught:
        own_adb_server.connect(server.address)
    assert "allow USB debugging" in str(caught.value)
    own_adb_server.client.connect(server.address)
    assert [d.state for d in own_adb_server.client.list()] == ["unauthorized"]
    server.accept_key()
    own_adb_server.client.wait_for(server.address, timeout=5)
    assert out(own_adb_server.client.device(server.address), "echo in") == "in\n"


def test_a_phone_that_never_answers(server: PhoneServer, own_adb_server: AdbServer) -> None:
    server.faults.auth = "silent"
    with pytest.raises(DeviceTimeout, match="did not answer in time"):
        own_adb_server.connect(server.address, timeout_seconds=0.5)
    server.faults.clear()
    assert own_adb_server.connect(server.address).serial == server.address


def test_a_phone_that_is_restarting(server: PhoneServer, own_adb_server: AdbServer) -> None:
    server.faults.refuse = True
    with pytest.raises(DeviceError):
        own_adb_server.connect(server.address, timeout_seconds=1)
    server.faults.refuse = False
    assert own_adb_server.connect(server.address).serial == server.address


def test_no_idle_state(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    server.faults.uiautomator_error = True
    assert run(device, "uiautomator dump") == (0, "", "ERROR: could not get idle state.\n")
    assert run(device, "ls /sdcard/window_dump.xml")[0] != 0
