"""Push, pull, stat and list through the real adb."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import adbutils
import pytest
from adbutils import FileInfo
from adbutils.errors import AdbError
from hypothesis import given, settings
from hypothesis import strategies as st

from environments.android.server import AdbServer
from environments.phone.adbd import OKAY, WRTE
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from environments.phone.storage import Storage
from tests.adb import adb_server as adb_server
from tests.phone.wire import Bare, adb, out, run, until
from tests.phone.wire import device as device
from tests.phone.wire import server as server


def test_push_and_pull_round_trip(device: adbutils.AdbDevice, tmp_path: Path) -> None:
    data = os.urandom(300_000)
    (tmp_path / "there").write_bytes(data)
    assert device.sync.push(tmp_path / "there", "/sdcard/new folder/x.bin") == len(data)
    assert out(device, "wc -c < '/sdcard/new folder/x.bin'").strip() == str(len(data))
    device.sync.pull("/sdcard/new folder/x.bin", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == data


def test_any_bytes_round_trip(adb_server: AdbServer) -> None:
    with PhoneServer(Phone()) as server:
        device = adb_server.connect(server.address)

        @settings(max_examples=15, deadline=None)
        @given(st.binary(max_size=200_000) | st.sampled_from([b"", b"\0" * 65536, b"x" * 65537]))
        def same(data: bytes) -> None:
            device.sync.push(io.BytesIO(data), "/data/local/tmp/any", check=True)
            assert device.sync.read_bytes("/data/local/tmp/any") == data

        same()
        adb_server.disconnect(server.address)


def test_stat_and_list(device: adbutils.AdbDevice) -> None:
    device.sync.push(b"12345", "/sdcard/five", mode=0o640)
    info = device.sync.stat("/sdcard/five")
    assert (info.size, oct(info.mode)) == (5, "0o100640")
    assert device.sync.exists("/sdcard/five")
    assert not device.sync.exists("/sdcard/none")
    entries = cast("list[FileInfo]", device.sync.list("/sdcard"))  # its own annotation says list[str]
    assert ("five", 5) in [(entry.path, entry.size) for entry in entries]
    assert "Download" in [entry.path for entry in entries]


def test_the_other_names_of_the_card(device: adbutils.AdbDevice) -> None:
    device.sync.push(b"a", "/storage/emulated/0/a")
    assert out(device, "cat /sdcard/a") == "a"
    assert device.sync.read_bytes("/mnt/sdcard/a") == b"a"


@pytest.mark.parametrize("path", ["/system/bin/input", "/run/phone", "/../../etc/x", "/etc/passwd", "/sdcard/../../x"])
def test_only_the_card_and_data_can_be_written(device: adbutils.AdbDevice, path: str) -> None:
    with pytest.raises(AdbError):
        device.sync.push(b"x", path, check=True)
    assert out(device, "input help").startswith("Usage")


@pytest.mark.parametrize("path", ["/etc/passwd", "/../../../../../../etc/passwd", "/sdcard/link/passwd"])
def test_nothing_outside_the_phone_can_be_read(device: adbutils.AdbDevice, path: str) -> None:
    out(device, "ln -s /etc /sdcard/link")
    with pytest.raises(AdbError):
        device.sync.read_bytes(path)
    with pytest.raises(AdbError):
        device.sync.push(b"x", "/sdcard/link/handeye-canary", check=True)


def test_a_full_disk_is_said_and_leaves_nothing(
    server: PhoneServer, adb_server: AdbServer, device: adbutils.AdbDevice, tmp_path: Path
) -> None:
    server.faults.disk_full = True
    (tmp_path / "big").write_bytes(bytes(200_000))
    code, _, complaint = adb(server, adb_server, "push", str(tmp_path / "big"), "/sdcard/big")
    assert code == 1
    assert b"No space left on device" in complaint
    assert run(device, "ls /sdcard/big")[0] != 0
    server.faults.disk_full = False
    assert device.sync.push(b"x", "/sdcard/big") == 1


def test_a_push_that_breaks_off_leaves_nothing(server: PhoneServer) -> None:
    root = server._storage.root  # pyright: ignore[reportPrivateUsage]
    before = sorted(root.iterdir())
    with Bare(server.address) as client:
        client.meet()
        client.open("sync:")
        _, phone, _, _ = client.receive()
        target = b"/sdcard/half,33188"
        client.send(WRTE, 1, phone, b"SEND" + struct.pack("<I", len(target)) + target)
        assert client.receive()[0] == OKAY
        client.send(WRTE, 1, phone, b"DATA" + struct.pack("<I", 100) + b"only some")
        until(lambda: len(list(root.iterdir())) > len(before))
    until(lambda: sorted(root.iterdir()) == before)
    assert not (root / "sdcard/half").exists()


@given(st.text(max_size=40) | st.from_regex(r"(\.\./|/|sdcard|\.|a){0,12}", fullmatch=True))
@settings(deadline=None)
def test_no_path_leads_out(storage: Storage, path: str) -> None:
    try:
        place = storage.path(path)
    except OSError:
        return
    assert place.resolve().is_relative_to(storage.root)


@pytest.fixture(scope="module")
def storage() -> Iterator[Storage]:
    kept = Storage()
    yield kept
    kept.close()
