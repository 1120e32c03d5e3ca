"""One shell command over adb's shell protocol (v2), which has a real exit code and an end that a drop hasn't.

Protocol: packages/modules/adb/shell_protocol.h of the Android Open Source Project: packets of a stream's number
(1 byte), a length (4, little-endian) and data. adbutils' own reader copies what it has at each packet, which for a
raw picture takes a second.
"""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import select
import socket
import sys
from dataclasses import dataclass, field

from adbutils import AdbConnection

from actions.errors import DeviceError
from environments.android.adb import clean, left

STDIN, STDOUT, EXIT = 0, 1, 3
PROTOCOL = b"shell,v2,raw:"
MOST_BYTES = 4
"""Of a character, in UTF-8."""
LONGEST = 0xFFFF
"""adb writes a service's length in four hexadecimal digits."""
MOST = 256 * 1024 * 1024
"""More output than this is no picture and no list; it is not read."""


@dataclass(slots=True)
class Buffer:
    """Bytes that grow by doubling and are used again: a raw picture has 10 MB and comes 30 times a second."""

    data: bytearray = field(default_factory=lambda: bytearray(256))
    size: int = 0

    def room(self, count: int) -> memoryview:
        """Where the next `count` bytes go. Arrays that look at the old bytes keep them."""
        if self.size + count > len(self.data):
            larger = bytearray(max(self.size + count, 2 * len(self.data)))
            larger[: self.size] = memoryview(self.data)[: self.size]
            self.data = larger
        return memoryview(self.data)[self.size : self.size + count]

    @property
    def filled(self) -> memoryview:
        return memoryview(self.data)[: self.size]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command printed, and its exit code."""

    code: int
    out: memoryview
    err: bytes

    @property
    def text(self) -> str:
        return str(self.out, "utf-8", "replace")

    @property
    def complaint(self) -> str:
        """The first line of what it has to say about its failure."""
        said = self.err.decode("utf-8", "replace").strip() or self.text[:2000].strip()
        return clean(said.splitlines()[0]) if said else f"exit code {self.code}"


def service_of(command: str) -> bytes:
    """What is asked of the phone, with its length. `DeviceError` if it is too long for adb."""
    service = PROTOCOL + command.encode()
    if len(service) > LONGEST:
        raise DeviceError(f"a command of {len(service)} bytes is too long for adb: {LONGEST} at most")
    return b"%04x" % len(service) + service


def require_short(command: str) -> None:
    """Raises `DeviceError` for a command that `service_of` doesn't take."""
    if len(PROTOCOL) + MOST_BYTES * len(command) > LONGEST:
        service_of(command)


def readable(wire: socket.socket, seconds: float) -> bool:
    """Whether something can be read, or the end, within so long."""
    if sys.platform == "win32":
        return bool(select.select([wire], [], [], seconds)[0])
    poll = select.poll()  # takes file numbers of any size
    poll.register(wire, select.POLLIN)
    return bool(poll.poll(1000 * seconds))


def exchange(connection: AdbConnection, service: bytes, deadline: float, out: Buffer) -> Reply:
    """Run a command and read what it prints, stdout into `out`. Raises what adbutils and sockets raise."""
    wire = connection.conn
    wire.settimeout(left(deadline))
    wire.sendall(service)
    connection.check_okay()
    err = Buffer()
    while (code := receive(wire, deadline, out, err)) is None:
        pass
    return Reply(code, out.filled, bytes(err.filled))


def receive(wire: socket.socket, deadline: float, out: Buffer, err: Buffer) -> int | None:
    """Read the next packet into where its stream goes; the exit code, if that is what it is. `EOFError` at the end."""
    wire.settimeout(left(deadline))
    header = bytearray(5)
    _fill(wire, memoryview(header))
    stream, length = header[0], int.from_bytes(header[1:], "little")
    into = out if stream == STDOUT else err
    if into.size + length > MOST:
        raise DeviceError(f"the phone's answer is longer than {MOST} bytes")
    room = into.room(length)
    _fill(wire, room)
    if stream == EXIT:
        return room[0] if length else 255
    into.size += length
    return None


def _fill(wire: socket.socket, room: memoryview) -> None:
    while room:
        count = wire.recv_into(room)
        if count == 0:
            raise EOFError("the connection ended before the command did")
        room = room[count:]
