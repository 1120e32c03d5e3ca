"""One run at a time on one phone, under whatever name adb knows it; a lock goes with its process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from actions.errors import DeviceError
from environments.android.devices import choose, list_devices, parse_identity
from environments.android.driver import AndroidEnvironment
from environments.android.lock import DeviceLock
from environments.android.server import AdbServer
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from tests.android.rig import Rig

HOLD = """\
import sys, time
from environments.android.driver import AndroidEnvironment
environment = AndroidEnvironment(sys.argv[1], client=int(sys.argv[2]))
print("held", flush=True)
time.sleep(600)
"""


def test_a_second_run_is_refused_and_told_who_has_the_phone(rig: Rig) -> None:
    command = [sys.executable, "-c", HOLD, rig.server.address, str(rig.adb.port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            with pytest.raises(DeviceError) as caught:
                rig.open()
        finally:
            other.kill()
    assert caught.value.exit_code == 4
    assert f"{rig.server.address} is in use by process {other.pid} (-c {rig.server.address}" in caught.value.message
    assert "\n" not in str(caught.value)
    rig.open().close()  # the kill has freed it


def test_a_phone_under_two_serials_is_one_phone(own_adb_server: AdbServer) -> None:
    client = own_adb_server.client
    with PhoneServer(Phone(seed=3)) as server:
        second = server.address.replace("127.0.0.1", "localhost")
        own_adb_server.connect(server.address)
        own_adb_server.connect(second)
        assert len({d.identity for d in list_devices(client)}) == 1
        assert choose(None, client) == server.address
        with (
            AndroidEnvironment(server.address, client=client),
            pytest.raises(DeviceError, match=f"in use by process {os.getpid()}"),
        ):
            AndroidEnvironment(second, client=client)


def test_two_phones_of_one_seed_are_two(own_adb_server: AdbServer) -> None:
    with PhoneServer(Phone(seed=3)) as one, PhoneServer(Phone(seed=3)) as two:
        own_adb_server.connect(one.address)
        own_adb_server.connect(two.address)
        with (
            AndroidEnvironment(one.address, client=own_adb_server.port) as first,
            AndroidEnvironment(two.address, client=own_adb_server.port) as second,
        ):
            assert first.serial != second.serial


def test_who_a_phone_is() -> None:
    assert parse_identity("R58N90\n\n\n123\n") == "R58N90"
    assert parse_identity("EMULATOR35X1X4X0\n1\n\n1186523437\n") == "EMULATOR35X1X4X0 1186523437"
    assert parse_identity("\n\n1\n5\n") == "5"
    assert parse_identity("\n\n\n5\n") is None
    assert parse_identity("") is None


def test_a_lock_is_let_go_and_leaves_nothing(tmp_path: Path) -> None:
    held = DeviceLock("R58", called="R58", folder=tmp_path)
    with pytest.raises(DeviceError, match="R58 is in use by process"):
        DeviceLock("R58", called="R58", folder=tmp_path)
    DeviceLock("R59", called="R59", folder=tmp_path).release()
    held.release()
    held.release()
    assert not list(tmp_path.iterdir())
    DeviceLock("R58", called="R58", folder=tmp_path).release()


def test_what_a_lock_file_says_cannot_move_the_cursor(tmp_path: Path) -> None:
    held = DeviceLock("R58", called="R58", folder=tmp_path)
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o666  # another user must be able to lock it
    for said, told in ((b"12\nx\x1b[2J\n", "process 12 (x [2J)"), (b"\xff\x00", "another process"), (b"", "another")):
        file.write_bytes(said)
        with pytest.raises(DeviceError) as caught:
            DeviceLock("R58", called="R58", folder=tmp_path)
        assert told in caught.value.message
    held.release()


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_is_no_file_is_not_followed(kind: str, tmp_path: Path) -> None:
    held = DeviceLock("R58", called="R58", folder=tmp_path)
    (file,) = tmp_path.iterdir()
    held.release()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    match kind:
        case "link":
            file.symlink_to(victim)
        case "folder":
            file.mkdir()
        case _:
            os.mkfifo(file)
    with pytest.raises(DeviceError, match="can't be locked"):
        DeviceLock("R58", called="R58", folder=tmp_path)
    assert victim.read_text() == "precious"
