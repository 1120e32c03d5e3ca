"""Shells that stay open: commands are told apart, an input is sent once, and what ends or changes is noticed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from actions.errors import DeviceError, DeviceLost, DeviceTimeout
from environments.android.devices import IDENTITY, parse_identity
from environments.android.server import AdbServer
from environments.android.shell import Reply
from environments.android.transport import Deadlines, Transport
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from tests.android.rig import Rig, until


@pytest.fixture
def warm(rig: Rig) -> Iterator[Transport]:
    rig.phone.log.clear()
    transport = rig.transport
    transport.warm_up(IDENTITY, parse_identity)
    yield transport
    transport.close()
    until(lambda: not open_shells())


def open_shells() -> list[str]:
    """What the phone, which runs in this process, has open."""
    return [t.name for t in threading.enumerate() if "exec sh" in t.name]


def opened(phone: Phone) -> list[str]:
    """What was asked of adb, each for a connection of its own."""
    return [e["service"] for e in phone.log.events("open") if not e["service"].startswith("stdin:")]


def said(reply: Reply) -> tuple[int, bytes, bytes]:
    return reply.code, bytes(reply.out), reply.err


def test_commands_share_a_shell(rig: Rig, warm: Transport) -> None:
    for number in range(20):
        assert warm.read(f"echo {number}").text == f"{number}\n"
    assert opened(rig.phone) == ["shell,v2,raw:exec sh"]


def test_a_command_ends_as_in_a_shell_of_its_own(rig: Rig, warm: Transport) -> None:
    for command in (
        "true",
        "exit 42",
        "echo out; echo err >&2; false",
        "printf '\\0\\1\\r\\n\\377'; echo 'last line' >&2",
        "printf 'no line break'",
        "echo 'a quote '\\'' and a $(dollar)'",
        "wm size; nosuchcommand 2>/dev/null",
        "wm size",
        "wm nosuch size",
        "input nonsense",
        "getprop",
        "cat </dev/null",
        "sh -c 'kill -9 $$'",
        "if true; then echo 'two",
    ):
        alone, shared = rig.transport.read(command), warm.read(command)
        assert (shared.code, bytes(shared.out)) == (alone.code, bytes(alone.out))
        assert bool(shared.err) == bool(alone.err)
    assert len(open_shells()) == 1


def test_a_command_that_reads_gets_nothing(warm: Transport) -> None:
    assert said(warm.read("cat; echo end")) == (0, b"end\n", b"")


def test_what_a_command_sets_ends_with_it(warm: Transport) -> None:
    before = warm.read("pwd; echo $-").text
    warm.read("cd /data; set -f; export LEFT=1; run() { echo broken; }; exec >/dev/null")
    assert warm.read('pwd; echo $-; echo "$LEFT"').text == before + "\n"


def test_large_and_hostile_outputs_come_through_unchanged(warm: Transport) -> None:
    reply = warm.read("yes 0123456789abcdef0123456789abcdef0 | head -c 3000000; head -c 70000 /dev/zero >&2; exit 5")
    assert reply.code == 5
    assert bytes(reply.out) == (b"0123456789abcdef0123456789abcdef0\n" * 90_000)[:3_000_000]


def test_threads_have_a_shell_each(warm: Transport) -> None:
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        answers[number] = warm.read(f"sleep 0.3; echo {number}").text

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {0: "0\n", 1: "1\n", 2: "2\n"}
    assert len(open_shells()) == 3


def test_a_drop_between_commands_costs_no_input(rig: Rig, warm: Transport) -> None:
    rig.server.disconnect()
    until(lambda: warm.state() != "device" or not open_shells())
    warm.await_return()
    assert warm.inject("input tap 10 20").status == "done"
    assert rig.taps() == [(10, 20)]


def test_an_input_that_never_ends_is_unknown_and_its_shell_is_used_no_more(rig: Rig) -> None:
    transport = Transport(rig.server.address, client=rig.adb.client, deadlines=Deadlines(input=0.5))
    transport.warm_up(IDENTITY, parse_identity)
    rig.server.faults.hang = "input tap 1 1"
    assert transport.inject("input tap 1 1").status == "unknown"
    rig.server.faults.hang = None
    assert transport.inject("input tap 2 2").status == "done"
    transport.close()
    until(lambda: not open_shells())
    assert rig.taps() == [(2, 2)]


def test_a_drop_while_an_input_runs_is_unknown(rig: Rig, warm: Transport) -> None:
    rig.server.faults.drop_after_bytes = 20  # in the middle of the mark
    assert warm.inject("input tap 10 20").status == "unknown"
    assert rig.taps() == [(10, 20)]


def test_a_shell_that_is_killed_is_a_lost_command(warm: Transport) -> None:
    with pytest.raises(DeviceLost):
        warm.run("kill -9 $$", seconds=5)
    assert warm.read("echo again").text == "again\n"


def test_another_phone_under_the_same_serial_is_sent_nothing(own_adb_server: AdbServer) -> None:
    with PhoneServer(Phone(seed=3)) as first:
        own_adb_server.connect(first.address)
        transport = Transport(first.address, client=own_adb_server.client, deadlines=Deadlines(back=5.0))
        transport.warm_up(IDENTITY, parse_identity)
        assert transport.inject("input tap 10 20").status == "done"
    with PhoneServer(Phone(seed=3), port=int(first.address.rpartition(":")[2])) as second:
        transport.await_return(seconds=10)
        outcome = transport.inject("input tap 10 20")
        assert outcome.status == "failed"
        assert "another phone" in outcome.detail
        with pytest.raises(DeviceError, match="another phone"):
            transport.read("echo hello")
        assert second.phone.log.events("tap") == []
        transport.close()


def test_a_phone_that_was_started_anew_is_the_same_one(rig: Rig) -> None:
    """All emulators have one serial number, and are told apart by when they were started; a real phone has its own."""
    rig.phone.properties |= {"ro.boot.qemu": "", "ro.boottime.init": "1"}
    transport = rig.transport
    transport.warm_up(IDENTITY, parse_identity)
    rig.phone.properties["ro.boottime.init"] = "2"
    rig.server.disconnect()
    transport.await_return()
    until(lambda: transport.inject("input tap 10 20").status == "done")
    transport.close()


def test_a_shell_of_another_kind_has_a_connection_for_each_command(own_adb_server: AdbServer) -> None:
    with PhoneServer(Phone(seed=3), shell="dash") as server:
        own_adb_server.connect(server.address)
        server.phone.log.clear()
        transport = Transport(server.address, client=own_adb_server.client)
        transport.warm_up(IDENTITY, parse_identity)
        assert said(transport.read("echo out; echo err >&2; exit 9")) == (9, b"out\n", b"err\n")
        assert transport.inject("input tap 10 20").status == "done"
        assert len(opened(server.phone)) == 3
        assert not open_shells()


def test_a_shell_that_does_not_answer_is_done_without(rig: Rig) -> None:
    transport = Transport(rig.server.address, client=rig.adb.client, deadlines=Deadlines(read=0.3))
    rig.server.faults.hang = "run 'getprop"
    transport.warm_up(IDENTITY, parse_identity)
    assert transport.inject("input tap 10 20").status == "done"
    until(lambda: not open_shells())
    rig.server.faults.hang = "echo"
    with pytest.raises(DeviceTimeout):
        transport.read("echo hello")


def test_a_command_that_ends_after_closing_leaves_no_shell(rig: Rig) -> None:
    transport = rig.transport
    transport.warm_up(IDENTITY, parse_identity)
    asking = threading.Thread(target=transport.read, args=("sleep 0.5",))
    asking.start()
    until(lambda: any("sleep" in e["service"] for e in rig.phone.log.events("open")))
    transport.close()
    transport.close()
    asking.join()
    until(lambda: not open_shells())
    assert transport.read("echo alone").text == "alone\n"
