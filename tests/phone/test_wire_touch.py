"""What the kernel of the simulated phone tells of a person's fingers, over the real adb."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

import threading
import time

import adbutils
import pytest

from environments.phone.person import Person
from environments.phone.server import PhoneServer
from tests.adb import adb_server as adb_server
from tests.phone.wire import device as device
from tests.phone.wire import out, run, until
from tests.phone.wire import server as server


def heard(server: PhoneServer, device: adbutils.AdbDevice, command: str) -> list[str]:
    """What is told while a finger taps and a key is pressed."""
    lines: list[str] = []
    stream = device.shell(command, stream=True)
    wire = stream.conn.makefile()
    reader = threading.Thread(target=lambda: lines.extend(wire.read().splitlines()))
    reader.start()
    until(lambda: server.phone.panel.heard)
    person = Person(server.phone)
    person.tap(540, 1200)
    person.key("volume_up")
    time.sleep(0.3)
    server.disconnect()  # as pulling the cable does: nobody reads any more
    reader.join(10)
    wire.close()
    stream.conn.close()
    until(lambda: not server.phone.panel.heard)
    return lines


def test_getevent_tells_of_fingers_and_keys(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    lines = heard(server, device, "getevent -t")
    assert lines[:2] == ["add device 1: /dev/input/event0", '  name:     "sim-keys"']
    assert [line.partition("] ")[2] for line in lines[4:10]] == [
        "/dev/input/event2: 0003 002f 00000000",
        "/dev/input/event2: 0003 0039 00000001",
        "/dev/input/event2: 0001 014a 00000001",
        "/dev/input/event2: 0003 0035 0000021c",
        "/dev/input/event2: 0003 0036 000004b0",
        "/dev/input/event2: 0000 0000 00000000",
    ]
    assert lines[11].endswith("0003 0039 ffffffff")
    assert lines[-4].endswith("/dev/input/event0: 0001 0073 00000001")
    assert server.phone.log.events("tap")[-1]["x"] == 540


def test_getevent_with_labels_and_of_one_device(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    lines = heard(server, device, "getevent -lt /dev/input/event0")
    assert [line.partition("] ")[2].split() for line in lines] == [
        ["EV_KEY", "KEY_VOLUMEUP", "DOWN"],
        ["EV_SYN", "SYN_REPORT", "00000000"],
        ["EV_KEY", "KEY_VOLUMEUP", "UP"],
        ["EV_SYN", "SYN_REPORT", "00000000"],
    ]


def test_what_there_is(device: adbutils.AdbDevice) -> None:
    assert "ABS_MT_POSITION_X     : value 0, min 0, max 1079" in out(device, "getevent -lp")
    assert "0036  : value 0, min 0, max 2399" in out(device, "getevent -p /dev/input/event2")
    assert run(device, "getevent -x")[0] == 1
    assert run(device, "getevent -p /dev/input/event9")[0] == 1


def test_what_input_injects_is_not_told(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    with server.phone.panel.listening() as events:
        out(device, "input tap 10 10")
        assert events.empty()
        out(device, "simctl touch tap 10 10")
        assert not events.empty()


def test_simctl_touch(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    out(device, "simctl touch press 300 700 0.5; simctl touch swipe 540 1700 540 900 0.2; simctl touch key home")
    log = server.phone.log
    assert [e["x"] for e in log.events("press")] == [300]
    assert [e["start"] for e in log.events("swipe")] == [[540, 1700]]
    assert log.events("key")[-1]["code"] == 3


@pytest.mark.parametrize(
    "words", ["fly 1", "tap 1", "tap x y", "swipe 1 2 3 4 0", "press 1 1 99", "key coffee", "tap nan 1"]
)
def test_simctl_touch_of_nothing(words: str, device: adbutils.AdbDevice) -> None:
    code, _, complaint = run(device, f"simctl touch {words}")
    assert code == 2
    assert "simctl touch GESTURE" in complaint
