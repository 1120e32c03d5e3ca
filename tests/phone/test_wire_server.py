"""The two servers as a whole: the private adb server, and the phone's where there is no sandbox."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportPrivateUsage=false

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import adbutils
import pytest
from adbutils.errors import AdbError

from actions.errors import DeviceError, DeviceLost
from environments.android import server as android_server
from environments.android.server import AdbServer, bundled_adb
from environments.phone import peers, sandbox
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from environments.phone.stubs import LENGTH
from tests.adb import adb_server as adb_server
from tests.adb import own_adb_server as own_adb_server
from tests.phone.wire import device as device
from tests.phone.wire import exec_out, out, run
from tests.phone.wire import server as server


def test_the_adb_server_keeps_out_of_the_users_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")
    monkeypatch.setenv("ADB_VENDOR_KEYS", str(tmp_path / "key"))
    with AdbServer() as adb, PhoneServer(Phone()) as phone:
        assert adb.connect(phone.address).serial == phone.address
        assert adb.port != 5037
        home = Path(adb._home.name)
        assert (home / ".android/adbkey").exists()
    assert not home.exists()
    assert list(tmp_path.iterdir()) == []


def test_closing_ends_only_its_own_server(own_adb_server: AdbServer) -> None:
    with AdbServer() as other:
        assert other.port != own_adb_server.port
        other_port = other.port
    assert not other.running
    other.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", other_port), timeout=1)
    with pytest.raises(AdbError, match="has ended"):
        other.client.server_version()
    assert own_adb_server.client.server_version() >= 41


def test_a_server_that_was_killed_is_said(own_adb_server: AdbServer, server: PhoneServer) -> None:
    own_adb_server.client.server_kill()
    own_adb_server._process.wait(timeout=5)
    with pytest.raises(DeviceLost, match="has ended"):
        own_adb_server.connect(server.address)
    own_adb_server.disconnect(server.address)


def test_no_device_is_said_and_forgotten(own_adb_server: AdbServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
    with pytest.raises(DeviceError, match="Connection refused") as caught:
        own_adb_server.connect(address, timeout_seconds=5)
    assert "adb tcpip 5555" in str(caught.value)
    assert own_adb_server.client.list() == []


def test_a_device_whose_shell_does_not_answer_is_not_usable(own_adb_server: AdbServer, server: PhoneServer) -> None:
    server.faults.hang = "echo usable"
    with pytest.raises(DeviceError, match="did not answer in time"):
        own_adb_server.connect(server.address, timeout_seconds=0.5)


def test_connecting_twice(adb_server: AdbServer, server: PhoneServer, device: adbutils.AdbDevice) -> None:
    assert adb_server.connect(server.address).serial == device.serial


def test_a_broken_adb_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "adb"
    broken.write_text("#!/bin/sh\necho no such luck >&2\nexit 1\n")
    monkeypatch.setattr(android_server, "bundled_adb", lambda: broken)
    with pytest.raises(DeviceError, match="can't be started"):
        AdbServer()
    broken.chmod(0o755)
    with pytest.raises(DeviceError, match=r"private adb server: .*; the adb server has ended: no such luck"):
        AdbServer(timeout_seconds=5)


def test_the_bundled_adb_is_a_program() -> None:
    said = subprocess.run([bundled_adb(), "version"], capture_output=True, text=True, timeout=10, check=True)
    assert said.stdout.startswith("Android Debug Bridge")


def test_without_bubblewrap(adb_server: AdbServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything works but the walls, which is said; the shell's own view of paths is this machine's then."""
    monkeypatch.setattr(sandbox, "_bubblewrap_problem", lambda: "bubblewrap is not installed")
    with PhoneServer(Phone(), shell="dash") as server:
        assert "without a sandbox" in server.note
        assert "bubblewrap is not installed" in server.note
        assert "dash" in server.note
        device = adb_server.connect(server.address)
        assert run(device, "input tap 4 5; exit 3") == (3, "", "")
        assert server.phone.log.events("tap")
        assert exec_out(device, "screencap -p").startswith(b"\x89PNG")
        device.sync.push(b"x", "/sdcard/x")
        assert device.sync.read_bytes("/sdcard/x") == b"x"
        start = time.monotonic()
        with device.open_transport(timeout=5) as transport:
            transport.send_command("shell:sleep 50; sleep 50")
            transport.check_okay()
        server.close()
        assert time.monotonic() - start < 2
        adb_server.disconnect(server.address)


def test_a_shell_that_is_not_there_is_said() -> None:
    with pytest.raises(DeviceError, match="there is no shell fish-of-tests"):
        PhoneServer(Phone(), shell="fish-of-tests")


def test_a_full_disk_is_said_and_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    threads = threading.active_count()
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(DeviceError, match="No space left"):
        PhoneServer(Phone())
    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(DeviceError, match="No space left"):
        PhoneServer(Phone())
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == threads


def test_whose_connection_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as peer,
    ):
        assert peers.is_own(peer)
        monkeypatch.setattr(os, "getuid", lambda: 12345)
        assert not peers.is_own(peer)


def test_what_is_no_stub_is_ignored(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    path = str(server._storage.run / "phone")
    for garbage in (b"", b"\1", LENGTH.pack(2**31), LENGTH.pack(3) + b"abc", os.urandom(64)):
        answer = b""
        with socket.socket(socket.AF_UNIX) as client, suppress(ConnectionError):  # hung up on, mostly
            client.settimeout(5)
            client.connect(path)
            client.sendall(garbage)
            client.shutdown(socket.SHUT_WR)
            answer = client.recv(1)
        assert answer == b""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        with open(os.devnull, "rb") as null:
            socket.send_fds(client, [LENGTH.pack(0)], [null.fileno()])
        assert client.recv(1) == b""
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        assert out(device, "getprop ro.serialno").startswith("SIM")
    assert len(os.listdir("/proc/self/fd")) <= before + 1
