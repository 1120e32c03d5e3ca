"""Phones on the network: connecting over the real adb, pairing against what an adb server answers.

A phone's side of a pairing needs TLS with SPAKE2, which the simulated phone hasn't: so an adb server that answers as
client/adb_wifi.cpp does stands in here, and what the real server says where nobody takes a pairing is real.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from actions.errors import DeviceError, UsageError
from actions.geometry import Size
from environments.android.devices import list_devices
from environments.android.server import AdbServer
from environments.android.transport import Deadlines
from environments.android.wireless import check_address, connect, pair
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from tests.agent.command import handeye

SHORT = Deadlines(read=2.0, back=3.0, connect=2.0)


@contextmanager
def answering(answer: str, *, verdict: str = "") -> Generator[tuple[int, list[str]]]:
    """The port of an adb server that gives this answer to everything, and what it was asked. `verdict`: adb 36's word
    before it."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    head = peer.recv(4)
                    if len(head) == 4:
                        asked.append(peer.recv(int(head, 16)).decode())
                        peer.sendall(f"OKAY{verdict}{len(answer.encode()):04x}{answer}".encode())

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], asked
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize("verdict", ["", "OKAY"])
def test_a_phone_is_paired_with_by_its_code(verdict: str, tmp_path: Path) -> None:
    with answering("Successfully paired to 10.0.0.7:37001 [guid=adb-R58N90-abcdef]", verdict=verdict) as (port, asked):
        done = handeye(
            "devices",
            "pair",
            "10.0.0.7:37001",
            "--code",
            "012345",
            "--json",
            cwd=tmp_path,
            ANDROID_ADB_SERVER_PORT=str(port),
        )
    assert (done.returncode, json.loads(done.stdout)) == (0, {"paired": "10.0.0.7:37001"})
    assert asked == ["host:pair:012345:10.0.0.7:37001"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Failed: Wrong password or connection was dropped.", "the code is wrong"),
        ("Failed: Unable to start pairing client.", "no phone takes a pairing at 10.0.0.7:37001"),
        ("Failed: Successfully paired but server returned unknown response=\x1b[2J", "unknown response="),
        ("", "says nothing"),
    ],
)
@pytest.mark.parametrize("verdict", ["", "FAIL"])
def test_a_pairing_that_fails_says_why(said: str, told: str, verdict: str) -> None:
    with answering(said, verdict=verdict) as (port, _), pytest.raises(DeviceError) as caught:
        pair("10.0.0.7:37001", "123456", port)
    assert told in caught.value.message
    assert caught.value.remedy
    assert caught.value.exit_code == 4
    assert str(caught.value).isprintable()


def test_where_nobody_takes_a_pairing_the_real_adb_says_so(own_adb_server: AdbServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DeviceError, match=f"no phone takes a pairing at 127.0.0.1:{port}"):
        pair(f"127.0.0.1:{port}", "123456", own_adb_server.client)


@pytest.mark.parametrize("address", ["", "x", "10.0.0.7", "10.0.0.7:0", "10.0.0.7:65536", "a b:1", "host:5\n", "é:5"])
def test_what_is_no_address_is_not_asked_for(address: str) -> None:
    with pytest.raises(UsageError, match="an address is written as"):
        check_address(address)


@pytest.mark.parametrize("address", ["10.0.0.7:37001", "[fe80::1%25wlan0]:5555", "phone.local:5555"])
def test_addresses(address: str) -> None:
    assert check_address(address) == address


def test_a_missing_code_is_asked_for_only_at_a_terminal(tmp_path: Path) -> None:
    done = handeye("devices", "pair", "10.0.0.7:37001", cwd=tmp_path)
    assert (done.returncode, "the pairing code is missing" in done.stderr) == (2, True)
    done = handeye("devices", "pair", "10.0.0.7:37001", "--code", "12 456", cwd=tmp_path)
    assert (done.returncode, "six digits" in done.stderr) == (2, True)


def test_connect_waits_until_the_phone_takes_commands(own_adb_server: AdbServer, tmp_path: Path) -> None:
    port = str(own_adb_server.port)
    with PhoneServer(Phone(seed=3)) as server:
        done = handeye("devices", "connect", server.address, "--json", cwd=tmp_path, ANDROID_ADB_SERVER_PORT=port)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert (found["serial"], found["state"], found["size"]) == (
            server.address,
            "device",
            {"width": 1080, "height": 2400},
        )
        assert connect(server.address, own_adb_server.client).size == Size(1080, 2400)  # already connected
        listed = handeye("devices", cwd=tmp_path, ANDROID_ADB_SERVER_PORT=port)
        assert server.address in listed.stdout


def test_a_phone_that_does_not_know_this_machine_says_what_to_do(own_adb_server: AdbServer) -> None:
    with PhoneServer(Phone(seed=3)) as server:
        server.faults.auth = "reject"
        with pytest.raises(DeviceError, match="does not know this machine yet") as caught:
            connect(server.address, own_adb_server.client, deadlines=SHORT)
        assert "handeye devices pair" in (caught.value.remedy or "")
        server.accept_key()  # "Allow" on the phone is enough then
        assert connect(server.address, own_adb_server.client, deadlines=SHORT).ready


def test_where_no_phone_listens_connect_says_so_and_adb_forgets_it(own_adb_server: AdbServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DeviceError, match=f"no connection to 127.0.0.1:{port}: .*refused") as caught:
        connect(f"127.0.0.1:{port}", own_adb_server.client, deadlines=SHORT)
    assert "Wireless debugging" in (caught.value.remedy or "")
    assert list_devices(own_adb_server.client) == []
