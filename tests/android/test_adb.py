"""What adb, adbutils and sockets say when something is wrong, as this project's errors; and the wire's bytes."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import socket
import struct
import threading
import time

import adbutils
import pytest
from adbutils.errors import AdbError, AdbTimeout
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import DeviceError, DeviceLost, DeviceTimeout, UsageError
from environments.android.adb import clean, on_network, start_server, translated
from environments.android.shell import Buffer, exchange, service_of


@pytest.mark.parametrize(
    ("raised", "becomes", "remedy"),
    [
        (AdbError("device 'R58' not found"), DeviceLost, "handeye devices"),
        (AdbError("device offline"), DeviceLost, "handeye devices"),
        (AdbError("closed"), DeviceLost, "handeye devices"),
        (AdbError("Unknown data: b''"), DeviceLost, "handeye devices"),
        (AdbError("device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS"), DeviceError, "allow USB debugging"),
        (AdbError("device still authorizing"), DeviceError, "allow USB debugging"),
        (AdbError("protocol fault\x1b[2J"), DeviceError, "handeye devices"),
        (AdbError(""), DeviceError, "handeye devices"),
        (AdbTimeout("adb read timeout"), DeviceTimeout, "handeye devices"),
        (TimeoutError(), DeviceTimeout, "handeye devices"),
        (ConnectionResetError(), DeviceLost, "handeye devices"),
        (EOFError("Expected 5 bytes"), DeviceLost, "handeye devices"),
        (ValueError("invalid literal for int()"), DeviceLost, "handeye devices"),
    ],
)
def test_errors_are_translated_with_a_remedy(raised: Exception, becomes: type[DeviceError], remedy: str) -> None:
    with pytest.raises(DeviceError) as caught, translated("R58", "'true'"):
        raise raised
    assert type(caught.value) is becomes
    assert caught.value.remedy is not None
    assert caught.value.remedy.startswith(remedy)
    assert "R58" in caught.value.message
    assert caught.value.message.isprintable()
    assert caught.value.__cause__ is raised


def test_our_own_errors_pass_as_they_are() -> None:
    own = UsageError("which?")
    with pytest.raises(UsageError) as caught, translated("", ""):
        raise own
    assert caught.value is own


@given(st.text())
def test_cleaned_text_is_one_printable_line(text: str) -> None:
    assert clean(text) == "" or clean(text).isprintable()
    assert len(clean(text, limit=5)) <= 5


@pytest.mark.parametrize(("serial", "is_address"), [("10.0.0.2:5555", True), ("[::1]:5555", True), ("R58N", False)])
def test_addresses_are_told_from_serials(serial: str, is_address: bool) -> None:
    assert on_network(serial) is is_address


@given(st.lists(st.binary(max_size=9000), max_size=12))
def test_a_buffer_holds_what_came_and_leaves_older_views_alone(pieces: list[bytes]) -> None:
    buffer = Buffer()
    for piece in pieces:
        buffer.room(len(piece))[:] = piece
        buffer.size += len(piece)
    assert bytes(buffer.filled) == b"".join(pieces)
    view = bytes(buffer.filled)
    buffer.room(100_000)
    assert bytes(buffer.filled) == view


def answered(data: bytes, *, seconds: float = 2.0) -> tuple[int, bytes, bytes]:
    """What becomes of an answer's bytes: an adb server that says OKAY and then these, in small pieces."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"OKAY")
                for start in range(0, len(data), 7):
                    connection.sendall(data[start : start + 7])

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            host, port = listener.getsockname()[:2]
            connection = adbutils.AdbClient(host, port).make_connection(timeout=seconds)
            try:
                reply = exchange(connection, service_of("x"), time.monotonic() + seconds, Buffer())
            finally:
                connection.conn.close()
        finally:
            thread.join()
    return reply.code, bytes(reply.out), reply.err


def packet(stream: int, data: bytes) -> bytes:
    return struct.pack("<BI", stream, len(data)) + data


def test_streams_and_the_exit_code_are_told_apart() -> None:
    data = packet(1, b"out") + packet(2, b"err") + packet(1, b"") + packet(1, b" more" * 50) + packet(3, b"\x07")
    assert answered(data) == (7, b"out" + b" more" * 50, b"err")


@pytest.mark.parametrize("cut", [1, 5, 6, 8, 12])
def test_an_answer_that_ends_early_is_no_success(cut: int) -> None:
    whole = packet(1, b"out") + packet(3, b"\x00")
    with pytest.raises(EOFError):
        answered(whole[:cut])


def test_an_endless_answer_is_not_read() -> None:
    with pytest.raises(DeviceError, match="longer than"):
        answered(struct.pack("<BI", 1, 0xFFFFFFFF))


def test_a_server_elsewhere_is_not_started_here() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = adbutils.AdbClient("127.0.0.2", port)
    with pytest.raises(DeviceError, match=r"no adb server answers at 127\.0\.0\.2"):
        start_server(client)
