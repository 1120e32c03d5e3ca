"""What simctl does to the phone's own screens."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import json

import adbutils
import pytest

from environments.phone.server import PhoneServer
from tests.adb import adb_server as adb_server
from tests.phone.wire import device as device
from tests.phone.wire import out, run
from tests.phone.wire import server as server


def test_the_keyguard_the_shade_and_what_misleads(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    phone = server.phone
    out(device, "simctl notify com.sim.notes Package 'at the door'; simctl shade")
    assert phone.shade.down
    assert phone.shade.notifications[0].name == "Package: at the door"
    out(device, "simctl shade up; simctl pin 4711; simctl lock; input keyevent MENU; input text 4711")
    assert phone.keyguard.typed == "4711"
    out(device, "input keyevent ENTER; simctl pin; simctl permissions on; am start -n com.sim.notes/.Main")
    assert not phone.locked
    assert phone.permissions.asked == "com.sim.notes"
    assert "com.android.permissioncontroller" in out(device, "dumpsys window | grep mCurrentFocus")
    out(device, "simctl permissions off; input keyevent BACK; simctl hostile popup 'Tap here again to continue'")
    assert phone.hostile.kind == "popup"
    shown = json.loads(out(device, "simctl log hostile_shown").splitlines()[-1])
    assert shown["text"] == "Tap here again to continue"
    out(device, "simctl hostile --clear")
    assert phone.hostile.kind is None


@pytest.mark.parametrize(
    "line", ["pin 12a", "notify com.none a b", "notify", "permissions", "permissions maybe", "hostile", "hostile x y"]
)
def test_what_can_not_be_is_refused(device: adbutils.AdbDevice, line: str) -> None:
    assert run(device, f"simctl {line}")[0] != 0
