"""Which phones there are, and which one is taken."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from actions.errors import DeviceError, DeviceLost, UsageError
from actions.geometry import Size
from environments.android.apps import App
from environments.android.devices import Device, adb_client, choose, list_apps, list_devices
from environments.android.driver import AndroidEnvironment
from environments.android.server import AdbServer
from environments.phone.commands.base import Call
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from tests.agent.command import handeye
from tests.android.rig import Rig


def test_a_phone_is_listed_with_what_it_is(rig: Rig) -> None:
    (device,) = list_devices(rig.adb.client)
    properties = rig.phone.properties
    assert device == Device(
        serial=rig.server.address,
        state="device",
        model=properties["ro.product.model"],
        android=properties["ro.build.version.release"],
        size=Size(1080, 2400),
        identity=f"{properties['ro.serialno']} {properties['ro.boottime.init']}",
    )
    assert str(device) == f"{device.serial} ({device.model}, Android {device.android}, 1080x2400)"


def test_a_phones_name_cannot_move_the_cursor(rig: Rig) -> None:
    rig.phone.properties["ro.product.model"] = "Nice\x1b[2J\x07Phone"
    (device,) = list_devices(rig.adb.client)
    assert device.model is not None
    assert device.model.isprintable()


def test_a_phone_that_does_not_answer_is_listed_all_the_same(rig: Rig) -> None:
    rig.server.faults.drop_on = "getprop"
    (device,) = list_devices(rig.adb.client)
    assert (device.serial, device.model, device.size) == (rig.server.address, None, None)


def test_an_address_in_full_is_connected_to(own_adb_server: AdbServer) -> None:
    with (
        PhoneServer(Phone(seed=3)) as server,
        AndroidEnvironment(server.address, client=own_adb_server.port) as environment,
    ):
        assert environment.glance().size == Size(1080, 2400)


def test_the_only_phone_is_taken_and_of_several_none(own_adb_server: AdbServer) -> None:
    client = own_adb_server.client
    with pytest.raises(DeviceLost, match="no phone is connected") as caught:
        choose(None, client)
    assert caught.value.exit_code == 4
    with PhoneServer(Phone(seed=1)) as one, PhoneServer(Phone(seed=2)) as two:
        own_adb_server.connect(one.address)
        assert choose(None, client) == one.address
        own_adb_server.connect(two.address)
        with pytest.raises(UsageError) as several:
            AndroidEnvironment(client=client)
        assert several.value.exit_code == 2
        assert one.address in several.value.message
        assert two.address in several.value.message
        assert choose(two.address, client) == two.address


def test_an_unknown_serial_names_the_known_ones(rig: Rig) -> None:
    with pytest.raises(DeviceLost, match="adb knows") as caught:
        choose("R58N90\x1b", rig.adb.client)
    assert rig.server.address in caught.value.message
    assert caught.value.message.isprintable()


def test_a_phone_that_was_not_allowed_says_so_at_once(own_adb_server: AdbServer) -> None:
    client = own_adb_server.client
    with PhoneServer(Phone(seed=1)) as server:
        server.faults.auth = "reject"
        client.connect(server.address, timeout=5)
        (device,) = list_devices(client)
        assert not device.ready
        start = time.monotonic()
        with pytest.raises(DeviceError) as caught:
            AndroidEnvironment(server.address, client=client)
        assert time.monotonic() - start < 3.0
        assert caught.value.remedy == "allow USB debugging on the phone"


def test_a_phones_apps_are_listed(rig: Rig, tmp_path: Path) -> None:
    found = list_apps(rig.server.address, rig.adb.port)
    assert App("com.sim.notes", "com.sim.notes.Main", "Notes") in found
    port = str(rig.adb.port)
    done = handeye("devices", "apps", "--json", cwd=tmp_path, ANDROID_ADB_SERVER_PORT=port)
    assert {a["package"] for a in json.loads(done.stdout)} == {a.package for a in found}
    done = handeye("devices", "apps", "--serial", rig.server.address, cwd=tmp_path, ANDROID_ADB_SERVER_PORT=port)
    assert "Notes (com.sim.notes)" in done.stdout.splitlines()


def test_a_phone_that_tells_no_apps_is_an_error_of_the_phones(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(call: Call) -> None:
        call.say("No activities found")

    monkeypatch.setattr("environments.phone.commands.package._query", nothing)
    with pytest.raises(DeviceError, match="does not list its apps") as caught:
        list_apps(rig.server.address, rig.adb.client)
    assert caught.value.exit_code == 4


def test_clients_are_made_from_ports(own_adb_server: AdbServer) -> None:
    assert adb_client(own_adb_server.client) is own_adb_server.client
    assert adb_client(5999).port == 5999
