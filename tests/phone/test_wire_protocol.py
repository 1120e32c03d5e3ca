"""The ADB protocol itself, spoken by a client that may misbehave."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.errors import DeviceError
from environments.android.server import AdbServer
from environments.phone.adbd import AUTH, CLSE, CNXN, HEADER, OKAY, OPEN, PACKET_BYTES, VERSION, WRTE
from environments.phone.phone import Phone
from environments.phone.server import FEATURES, PhoneServer
from tests.adb import adb_server as adb_server
from tests.phone.wire import Bare, out, until
from tests.phone.wire import server as server


def test_the_banner_names_the_phone_and_what_it_can_do(server: PhoneServer) -> None:
    with Bare(server.address) as client:
        banner = client.meet().decode()
    assert banner.startswith("device::ro.product.name=")
    assert f"ro.product.model={server.phone.properties['ro.product.model']};" in banner
    assert banner.endswith(f"features={FEATURES}")


def test_a_property_cannot_forge_the_banner(server: PhoneServer) -> None:
    server.phone.properties["ro.product.model"] = "x;features=abb_exec"
    with Bare(server.address) as client:
        assert client.meet().count(b"features=") == 1


def test_a_stream_from_open_to_close(server: PhoneServer) -> None:
    with Bare(server.address) as client:
        client.meet()
        client.open("shell:printf 'a b'; exit 3", local=7)
        command, phone, host, _ = client.receive()
        assert (command, host) == (OKAY, 7)
        assert client.receive() == (WRTE, phone, 7, b"a b")
        assert client.receive() == (CLSE, phone, 7, b"")


def test_the_next_packet_waits_for_the_hosts_okay(server: PhoneServer) -> None:
    with Bare(server.address) as client:
        client.send(CNXN, VERSION, 4096, b"host::\0")
        client.receive()
        client.open("exec:printf %09000d 1")
        _, phone, _, _ = client.receive()
        assert len(client.receive()[3]) == 4096
        client.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.receive()
        client.socket.settimeout(5)
        client.send(OKAY, 1, phone)
        assert len(client.receive()[3]) == 4096


def test_an_unknown_service_is_refused_and_the_connection_goes_on(server: PhoneServer) -> None:
    with Bare(server.address) as client:
        client.meet()
        client.open("jdwp:1", local=5)
        assert client.receive() == (CLSE, 0, 5, b"")
        client.open("shell:echo still", local=6)
        assert client.receive()[0] == OKAY


def test_nothing_is_opened_before_the_handshake(server: PhoneServer) -> None:
    with Bare(server.address) as client:
        client.open("shell:touch /sdcard/early")
        assert client.hung_up()
    assert server.phone.log.events("open") == []


def test_nothing_is_opened_while_unauthorised(server: PhoneServer) -> None:
    server.faults.auth = "reject"
    with Bare(server.address) as client:
        client.send(CNXN, VERSION, PACKET_BYTES, b"host::")
        command, kind, _, token = client.receive()
        assert (command, kind, len(token)) == (AUTH, 1, 20)
        client.send(AUTH, 3, 0, b"a key\0")
        client.open("shell:id")
        assert client.hung_up()
    assert server.phone.log.events("open") == []


@pytest.mark.parametrize(
    "packet",
    [
        HEADER.pack(OPEN, 1, 0, 0, 0, 0x1234),
        HEADER.pack(WRTE, 1, 1, PACKET_BYTES + 1, 0, WRTE ^ 0xFFFFFFFF),
        HEADER.pack(CNXN, 0x01000000, 4096, 0, 0, CNXN ^ 0xFFFFFFFF),
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=["magic", "oversize", "old", "http"],
)
def test_what_is_no_adb_is_hung_up_on(server: PhoneServer, packet: bytes) -> None:
    with Bare(server.address) as client:
        client.socket.sendall(packet)
        assert client.hung_up()


def test_a_host_that_sends_without_waiting_is_cut_off(server: PhoneServer) -> None:
    with Bare(server.address) as client:
        client.meet()
        client.open("shell:sleep 60")
        _, phone, _, _ = client.receive()
        flood = HEADER.pack(WRTE, 1, phone, PACKET_BYTES, 0, WRTE ^ 0xFFFFFFFF) + bytes(PACKET_BYTES)
        with pytest.raises(ConnectionError):
            client.socket.sendall(flood * 64)


def test_packets_for_streams_that_are_gone_are_harmless(server: PhoneServer) -> None:
    with Bare(server.address) as client:
        client.meet()
        client.send(OKAY, 9, 9)
        client.send(CLSE, 9, 9)
        client.send(WRTE, 9, 9, b"x")
        assert client.receive() == (CLSE, 0, 9, b"")


def test_half_a_packet_and_then_silence_does_not_hinder_closing() -> None:
    before = set(threading.enumerate())
    server = PhoneServer(Phone())
    with Bare(server.address) as client:
        client.socket.sendall(HEADER.pack(CNXN, VERSION, 4096, 100, 0, CNXN ^ 0xFFFFFFFF) + b"host")
        start = time.monotonic()
        server.close()
        assert time.monotonic() - start < 1
    server.close()
    assert set(threading.enumerate()) <= before


def test_closing_ends_commands_that_run() -> None:
    before = set(threading.enumerate())
    with PhoneServer(Phone()) as server, Bare(server.address) as client:
        client.meet()
        for local in range(1, 6):
            client.open("shell:sleep 1000", local)
        client.open("shell:input swipe 1 1 9 900 50000", 6)
        client.open("shell,v2:yes", 7)
        until(lambda: server.phone.log.events("command"))
        start = time.monotonic()
        server.close()
        assert time.monotonic() - start < 1
    assert set(threading.enumerate()) <= before


def test_a_taken_port_is_said(server: PhoneServer) -> None:
    port = int(server.address.split(":")[1])
    with pytest.raises(DeviceError, match=f"can't be served on 127.0.0.1:{port}: .*in use"):
        PhoneServer(Phone(), port=port)


def _packet(command: int, first: int, second: int, data: bytes) -> bytes:
    return HEADER.pack(command, first, second, len(data), 0, command ^ 0xFFFFFFFF) + data


def test_garbage_never_kills_the_server() -> None:
    """Any bytes, and packets that are right in form only; then a good client still gets its answer."""
    words = st.integers(0, 2**32 - 1)
    commands = st.sampled_from([CNXN, AUTH, OPEN, OKAY, CLSE, WRTE]) | words
    packets = st.builds(
        _packet,
        commands,
        words | st.integers(0, 3),
        words | st.integers(0, 3),
        st.binary(max_size=60)
        | st.sampled_from([b"shell:true\0", b"sync:\0", b"shell,v2,:\0", b":", b"exec:\xff\xfe\0"]),
    )
    hello = _packet(CNXN, VERSION, 4096, b"host::")

    with PhoneServer(Phone()) as server:

        @settings(max_examples=60, deadline=None)
        @given(st.booleans(), st.lists(packets | st.binary(max_size=80), max_size=6))
        def attack(greet: bool, parts: list[bytes]) -> None:
            host, port = server.address.split(":")
            # The phone may hang up at any moment.
            with socket.create_connection((host, int(port)), timeout=5) as client, suppress(OSError):
                client.sendall((hello if greet else b"") + b"".join(parts))
                client.shutdown(socket.SHUT_WR)
                while client.recv(4096):
                    pass

        attack()
        with Bare(server.address) as client:
            client.meet()
            client.open("shell:echo alive")
            assert client.receive()[0] == OKAY
            assert client.receive()[3] == b"alive\n"


def test_four_phones_at_once_keep_apart(adb_server: AdbServer) -> None:
    servers = [PhoneServer(Phone(seed=seed)) for seed in range(4)]
    try:
        devices = [adb_server.connect(server.address) for server in servers]
        with ThreadPoolExecutor(4) as pool:
            lines = [f"echo {n} > /sdcard/mine; sleep 0.05; cat /sdcard/mine; getprop ro.serialno" for n in range(4)]
            answers = list(pool.map(out, devices, lines))
        expected = [f"{n}\n{s.phone.properties['ro.serialno']}\n" for n, s in enumerate(servers)]
        assert answers == expected
        assert len({s.phone.properties["ro.serialno"] for s in servers}) == 4
    finally:
        for server in servers:
            adb_server.disconnect(server.address)
            server.close()


def test_many_streams_at_once(server: PhoneServer, adb_server: AdbServer) -> None:
    device = adb_server.connect(server.address)
    sizes = [random.Random(n).randrange(1, 300_000) for n in range(16)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(out, [device] * 16, [f"printf %0{size}d 7" for size in sizes]))
    assert [len(answer) for answer in answers] == sizes
    adb_server.disconnect(server.address)


def test_v2_frames(server: PhoneServer) -> None:
    with Bare(server.address) as client:
        client.meet()
        client.open("shell,v2,raw:cat; echo bad >&2; exit 9")
        _, phone, _, _ = client.receive()
        client.send(WRTE, 1, phone, struct.pack("<BI", 0, 2) + b"hi" + struct.pack("<BI", 5, 3) + b"1x1")
        client.send(WRTE, 1, phone, struct.pack("<BI", 4, 0))
        data = b""
        while (packet := client.receive())[0] != CLSE:
            if packet[0] == WRTE:
                data += packet[3]
                client.send(OKAY, 1, phone)
        assert data == b"\1\2\0\0\0hi\2\4\0\0\0bad\n\3\1\0\0\0\x09"
