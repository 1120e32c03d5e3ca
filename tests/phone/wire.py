"""What the tests of the simulated phone's wire share: a phone behind adb, and a bare ADB client to misbehave with."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import adbutils
import pytest

from environments.android.server import AdbServer, bundled_adb
from environments.phone.adbd import CNXN, HEADER, OPEN, VERSION
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer

CANARY = Path("sdcard/PWNED")


@pytest.fixture
def server() -> Iterator[PhoneServer]:
    """A phone that nobody else uses. Its threads must be gone in the end."""
    before = set(threading.enumerate())
    with PhoneServer(Phone(seed=1)) as server:
        yield server
    assert set(threading.enumerate()) <= before


@pytest.fixture
def device(server: PhoneServer, adb_server: AdbServer) -> Iterator[adbutils.AdbDevice]:
    """The phone of `server`, as the real adb shows it."""
    yield adb_server.connect(server.address)
    adb_server.disconnect(server.address)


def until(holds: Callable[[], object], *, seconds: float = 5.0) -> None:
    """Wait until something holds; fail where it doesn't."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to hold in time"
        time.sleep(0.005)


def run(device: adbutils.AdbDevice, line: str, *, timeout: float = 10.0) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command line, over the v2 protocol."""
    done = device.shell2(line, timeout=timeout, v2=True)
    return done.returncode, done.stdout, done.stderr


def out(device: adbutils.AdbDevice, line: str) -> str:
    """The stdout of a command line that must succeed and complain about nothing."""
    code, stdout, stderr = run(device, line)
    assert (code, stderr) == (0, "")
    return stdout


def exec_out(device: adbutils.AdbDevice, line: str, *, timeout: float = 10.0) -> bytes:
    """What `adb exec-out` gives: the bytes of stdout and stderr, unchanged."""
    with closing(device.open_transport(timeout=timeout)) as transport:
        transport.send_command(f"exec:{line}")
        transport.check_okay()
        data = bytearray()
        while part := transport.conn.recv(1 << 20):
            data += part
    return bytes(data)


def adb(server: PhoneServer, adb_server: AdbServer, *words: str, feed: bytes = b"") -> tuple[int, bytes, bytes]:
    """Exit code, stdout and stderr of the adb program itself, for this phone."""
    command = [str(bundled_adb()), "-P", str(adb_server.port), "-s", server.address, *words]
    done = subprocess.run(command, input=feed, capture_output=True, timeout=20, check=False)
    return done.returncode, done.stdout, done.stderr


class Bare:
    """A client that speaks ADB packet by packet."""

    def __init__(self, address: str) -> None:
        host, port = address.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=5)

    def send(self, command: int, first: int, second: int, data: bytes = b"", *, magic: int | None = None) -> None:
        inverted = command ^ 0xFFFFFFFF if magic is None else magic
        self.socket.sendall(HEADER.pack(command, first, second, len(data), sum(data) & 0xFFFFFFFF, inverted) + data)

    def receive(self) -> tuple[int, int, int, bytes]:
        """The next packet. `ConnectionError` where the phone has hung up."""
        command, first, second, length, _, _ = HEADER.unpack(self.exactly(HEADER.size))
        return command, first, second, self.exactly(length)

    def exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise ConnectionError("the phone hung up")
            data += part
        return data

    def meet(self) -> bytes:
        """Shake hands; the phone's banner."""
        self.send(CNXN, VERSION, 1 << 20, b"host::features=shell_v2")
        command, _, _, banner = self.receive()
        assert command == CNXN
        return banner

    def open(self, service: str, local: int = 1) -> None:
        self.send(OPEN, local, 0, service.encode() + b"\0")

    def hung_up(self) -> bool:
        try:
            while True:
                self.receive()
        except (ConnectionError, struct.error):
            return True
        except TimeoutError:
            return False

    def __enter__(self) -> Bare:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
