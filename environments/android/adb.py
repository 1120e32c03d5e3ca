"""The adb server: started where it doesn't run, asked what it knows; and its errors as this project's.

Everything that goes wrong in adbutils, in the adb server and in sockets is translated in one place, `translated`.
Host services: packages/modules/adb/SERVICES.TXT of the Android Open Source Project.
"""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from adbutils import AdbClient, AdbConnection
from adbutils.errors import AdbError, AdbTimeout

from actions.errors import DeviceError, DeviceLost, DeviceTimeout, HandeyeError
from environments.android.server import PrivateClient, bundled_adb

LOST = re.compile(r"not found|offline|connecting|no devices|closed|reset|connect failed|Unknown data: b''$")
"""What the adb server or adbutils says where a phone, or the server itself, has gone (adb's transport.cpp)."""
UNAUTHORIZED = re.compile(r"unauthorized|authorizing|no permissions")


FAULTS = (AdbError, OSError, EOFError, ValueError)
"""What adbutils and sockets raise. A `TimeoutError` is an `OSError`, an `AdbTimeout` an `AdbError`."""


@dataclass(frozen=True, slots=True)
class Listed:
    serial: str
    state: str


def listed(client: AdbClient, *, seconds: float) -> list[Listed]:
    """The devices that the adb server knows, in its order; the server is started if it doesn't run."""
    with translated("", "'devices'"), connected(client, seconds) as connection:
        connection.send_command("host:devices")
        connection.check_okay()
        lines = connection.read_string_block().splitlines()
    # "SERIAL\tSTATE"; the state may be several words ("no permissions (…)").
    pairs = (line.split("\t", 1) for line in lines)
    return [Listed(pair[0].strip(), pair[1].strip()) for pair in pairs if len(pair) == 2]


@contextmanager
def connected(client: AdbClient, seconds: float) -> Generator[AdbConnection]:
    """A connection to the adb server, which is started if it doesn't run."""
    start_server(client)
    connection = client.make_connection(timeout=seconds)
    try:
        yield connection
    finally:
        # AdbConnection.close sleeps for 10 ms; nothing is left to be sent here.
        connection.conn.close()


def ask(client: AdbClient, service: str, *, seconds: float, connect_seconds: float = 5.0) -> str:
    """The answer of the adb server's own services that give one. Raises what adbutils and sockets raise."""
    with connected(client, connect_seconds) as connection:
        connection.conn.settimeout(seconds)
        connection.send_command(service)
        connection.check_okay()
        head = connection.read_string(4)
        if head in ("OKAY", "FAIL"):  # how adb 36 begins its verdict on a pairing; older ones begin with the length
            head = connection.read_string(4)
        return connection.read_string(int(head, 16))


def start_server(client: AdbClient, *, seconds: float = 20.0, connect_seconds: float = 5.0) -> None:
    """Start the adb server where none answers at the client's port. Looking for USB devices may take it long.

    adbutils does this as well, but on the port that its environment variable names, not on the client's. A private
    server belongs to whoever started it, and is not replaced.
    """
    if isinstance(client, PrivateClient):
        return
    try:
        socket.create_connection((client.host, client.port), timeout=connect_seconds).close()
        return
    except ConnectionRefusedError as e:
        if client.host not in ("127.0.0.1", "localhost", "::1"):
            raise DeviceError(f"no adb server answers at {client.host}:{client.port}", remedy="adb start-server") from e
    command = [str(bundled_adb()), "-P", str(client.port), "start-server"]
    try:
        subprocess.run(
            command,
            timeout=seconds,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as e:
        raise DeviceError(f"the adb server does not start: {e}", remedy=" ".join(command)) from e


def on_network(serial: str) -> bool:
    """Whether a serial is an address, "host:port"."""
    return re.fullmatch(r".+:\d{1,5}", serial) is not None


@contextmanager
def translated(serial: str, what: str) -> Generator[None]:
    """Errors of adbutils, of the adb server and of sockets, as this project's."""
    try:
        yield
    except HandeyeError:
        raise
    except FAULTS as e:
        raise translation(e, serial, what) from e


def translation(fault: Exception, serial: str, what: str) -> DeviceError:
    """One of `FAULTS` as this project's error."""
    match fault:
        case AdbTimeout() | TimeoutError():
            return DeviceTimeout(f"{serial or 'adb'} did not answer {what} in time", remedy="handeye devices")
        case AdbError():
            return _said(serial, str(fault))
        case _:
            return DeviceLost(f"the connection to {serial or 'adb'} was lost", remedy="handeye devices")


def _said(serial: str, message: str) -> DeviceError:
    line = clean(message.strip().splitlines()[0]) if message.strip() else "it gave no reason"
    if UNAUTHORIZED.search(line):
        return DeviceError(f"{serial}: {line}", remedy="allow USB debugging on the phone")
    if LOST.search(line):
        return DeviceLost(f"{serial}: {line}", remedy="handeye devices")
    return DeviceError(f"{serial or 'adb'}: {line}", remedy="handeye devices")


def clean(text: str, *, limit: int = 200) -> str:
    """A device's words in one printable line: control characters could move a terminal's cursor or forge lines."""
    return "".join(c if c.isprintable() else " " for c in text[:limit]).strip()


def left(deadline: float) -> float:
    """Seconds until a moment of `time.monotonic`; `TimeoutError` when it has passed."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
