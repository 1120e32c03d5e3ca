"""The shell beneath the phone, through the real adb: exit codes, quoting, streams, and a host that leaves."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import hashlib
import json
import shlex
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import adbutils
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from environments.android.server import AdbServer
from environments.phone import stub
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from environments.phone.shell import CLOSE_STDIN, EXIT, FRAME, STDIN
from tests.adb import adb_server as adb_server
from tests.phone.wire import adb, exec_out, out, run, until
from tests.phone.wire import device as device
from tests.phone.wire import server as server

HOSTILE = json.loads((Path(__file__).parents[1] / "data/typed_text.json").read_text())


@pytest.fixture(scope="module", params=["mksh-static", "mksh", "dash"])
def shells(request: pytest.FixtureRequest, adb_server: AdbServer) -> Iterator[tuple[PhoneServer, adbutils.AdbDevice]]:
    """A phone with each shell, for tests that leave nothing behind but log entries."""
    with PhoneServer(Phone(), shell=request.param) as server:
        yield server, adb_server.connect(server.address)
        adb_server.disconnect(server.address)


def test_exit_codes_and_outputs_are_kept_apart(device: adbutils.AdbDevice) -> None:
    assert run(device, "echo out; echo err >&2; exit 42") == (42, "out\n", "err\n")
    assert run(device, "true") == (0, "", "")
    assert run(device, "nosuchcommand")[0] == 127
    assert run(device, "kill -9 $$")[0] == 137


def test_shell_v1_merges_the_outputs(device: adbutils.AdbDevice) -> None:
    assert device.shell("echo out; echo err >&2") == "out\nerr"


def test_bytes_come_through_unchanged(device: adbutils.AdbDevice) -> None:
    data = exec_out(device, "printf '\\0\\1\\r\\n\\377\\n\\r'")
    assert data == b"\0\1\r\n\xff\n\r"


def test_outputs_that_close_early_do_not_hide_the_exit_code(device: adbutils.AdbDevice) -> None:
    assert run(device, "exec >&- 2>&-; sleep 0.1; exit 5") == (5, "", "")


def test_a_megabyte_each_way(server: PhoneServer, adb_server: AdbServer, device: adbutils.AdbDevice) -> None:
    """With the adb program itself, whose stdin reaches the command and ends where it ends."""
    data = bytes(range(256)) * 4096
    assert adb(server, adb_server, "shell", "cat; exit 4", feed=data) == (4, data, b"")
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest().encode()
    code, said, _ = adb(server, adb_server, "shell", "md5sum; echo err >&2; false", feed=data)
    assert (code, said.split()[0]) == (1, digest)
    code, said, _ = adb(server, adb_server, "exec-out", "head -c 1000000 /dev/zero | md5sum")
    assert said.split()[0] == hashlib.md5(bytes(1_000_000), usedforsecurity=False).hexdigest().encode()


def test_a_shell_without_a_command_reads_its_input(
    server: PhoneServer, adb_server: AdbServer, device: adbutils.AdbDevice
) -> None:
    assert adb(server, adb_server, "shell", feed=b"cd /sdcard\npwd\nexit 3\n") == (3, b"/sdcard\n", b"")


def test_an_interactive_shell_has_a_terminal(
    server: PhoneServer, adb_server: AdbServer, device: adbutils.AdbDevice
) -> None:
    """As `adb shell` typed by a person: what is typed is shown, and there is a prompt."""
    keys = b"test -t 0 && echo is a $((1+1))ty\nexit 7\n"
    code, said, _ = adb(server, adb_server, "shell", "-tt", feed=keys)
    assert code == 7
    assert b"is a 2ty\r\n" in said
    assert b"phone:/ $" in said


def test_a_command_that_reads_no_input_lets_the_host_write_on(
    server: PhoneServer, adb_server: AdbServer, device: adbutils.AdbDevice
) -> None:
    line = "exec <&-; sleep 0.2; echo done"
    assert adb(server, adb_server, "shell", line, feed=bytes(3_000_000)) == (0, b"done\n", b"")


def test_input_that_nobody_reads_does_not_block(device: adbutils.AdbDevice) -> None:
    """The command ends while the host still writes."""
    with device.open_transport(timeout=10) as transport:
        transport.send_command("exec:head -c 3")
        transport.check_okay()
        transport.conn.sendall(b"abcdef" * 100_000)
        assert transport.conn.recv(100) == b"abc"
    assert out(device, "echo still") == "still\n"


def test_what_an_open_shell_is_told_arrives_whole_and_in_order(device: adbutils.AdbDevice) -> None:
    """Lines that it waits for, that come while it is busy, that fill its pipe, that are longer than a pipe takes at
    once, and that come in pieces."""
    lines = [f"echo {i} {'x' * length}\n" for i, length in enumerate([1, 10, 4080, 4090, 4096, 5000, 70_000] * 40)]
    lines[20] = lines[150] = "sleep 0.2\n"
    told = "".join(lines).encode()
    with closing(device.open_transport(timeout=20)) as transport:
        transport.send_command("shell,v2,raw:exec sh")
        transport.check_okay()
        wire = transport.conn

        def tell() -> None:
            draw = Random(0)
            at = 0
            for line in lines[:200]:  # a frame each
                data = line.encode()
                wire.sendall(FRAME.pack(STDIN, len(data)) + data)
                at += len(data)
            while at < len(told):  # frames that end anywhere
                data = told[at : at + draw.choice((1, 5, 100, 3000, 9000, 60_000))]
                wire.sendall(FRAME.pack(STDIN, len(data)) + data)
                at += len(data)
            wire.sendall(FRAME.pack(CLOSE_STDIN, 0))

        teller = threading.Thread(target=tell)
        teller.start()
        said = bytearray()
        while (head := _exactly(wire, 5))[0] != EXIT:
            said += _exactly(wire, int.from_bytes(head[1:], "little"))
        teller.join(5)
    assert said.decode() == "".join(line.removeprefix("echo ") for line in lines if line.startswith("echo"))


def _exactly(wire: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = wire.recv(count - len(data))
        assert part
        data += part
    return data


def test_a_host_that_leaves_ends_what_runs(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    with device.open_transport(timeout=10) as transport:
        transport.send_command(
            "exec:(while true; do date >> /sdcard/alive; sleep 0.01; done) & while true; do sleep 1; done"
        )
        transport.check_okay()
        until(lambda: "alive" in out(device, "ls /sdcard"))
    sizes: list[str] = []

    def ended() -> bool:
        sizes.append(out(device, "wc -c < /sdcard/alive"))
        time.sleep(0.05)
        return sizes[-2:] == [sizes[-1]] * 2 and len(sizes) > 1

    until(ended)


def test_what_runs_in_the_background_ends_with_its_command(device: adbutils.AdbDevice) -> None:
    out(device, "(sleep 0.2; echo late > /sdcard/late) > /dev/null 2>&1 &")
    time.sleep(0.4)
    assert "late" not in out(device, "ls /sdcard")


def test_a_line_that_is_too_long_is_an_error(device: adbutils.AdbDevice) -> None:
    # adb sends lines of up to 64 KiB in one packet; longer ones break its own framing.
    code, stdout, _ = run(device, "echo " + "x" * 60_000)
    assert (code, len(stdout)) == (0, 60_001)


def test_the_shell_sees_the_phone_and_not_this_machine(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    if server.note:
        assert "sandbox" in server.note
        return
    here = Path(__file__).resolve()
    assert run(device, f"cat {shlex.quote(str(here))}")[0] != 0
    system = {"bin", "dev", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "tmp", "usr"}
    assert set(out(device, "ls /").split()) - system == {"data", "etc", "mnt", "run", "sdcard", "storage", "system"}
    assert run(device, "touch /system/bin/x")[0] != 0
    assert out(device, "whoami; id -u; hostname") == "shell\n2000\nlocalhost\n"
    assert run(device, "cat /proc/net/tcp | wc -l")[1].strip() in ("0", "1"), "no network of this machine"
    assert run(device, "rm -rf /run/phone; touch /run/x")[0] != 0
    assert out(device, "cd /storage/emulated/0 && echo a > a && cat /sdcard/a") == "a\n"


@pytest.mark.parametrize("name", HOSTILE["texts"])
def test_hostile_text_arrives_as_it_is(shells: tuple[PhoneServer, adbutils.AdbDevice], name: str) -> None:
    server, device = shells
    text = HOSTILE["texts"][name]
    server.phone.log.clear()
    run(device, f"input text {shlex.quote(text)}")
    (event,) = server.phone.log.events("command")
    assert event["words"] == ["input", "text", text]
    assert run(device, f"ls {HOSTILE['canary']}")[0] != 0


def test_the_canary_can_sing(device: adbutils.AdbDevice) -> None:
    """The test above is able to fail: unquoted, the text does run."""
    out(device, f"input text {HOSTILE['texts']['semicolon']}")
    assert out(device, f"ls {HOSTILE['canary']}") == f"{HOSTILE['canary']}\n"


def test_any_word_reaches_a_command_unchanged(shells: tuple[PhoneServer, adbutils.AdbDevice]) -> None:
    server, device = shells
    anything = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)

    @settings(max_examples=15, deadline=None)
    @given(st.lists(anything, min_size=1, max_size=4))
    def arrives(words: list[str]) -> None:
        server.phone.log.clear()
        run(device, shlex.join(["simctl", "log", *words]))
        (event,) = server.phone.log.events("command")
        assert event["words"] == ["simctl", "log", *words]

    arrives()


def test_pipes_and_redirections_of_the_phones_commands(device: adbutils.AdbDevice) -> None:
    assert out(device, "dumpsys window | grep -c mCurrentFocus") == "1\n"
    assert out(device, "getprop ro.serialno > /sdcard/serial && cat /sdcard/serial").startswith("SIM")
    assert out(device, "yes | head -n 1; logcat | true") == "y\n"


@pytest.mark.parametrize("language", ["C", "Perl", "Python"])
def test_commands_start_with_what_the_machine_has(
    adb_server: AdbServer, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    if language != "C":
        monkeypatch.setattr(stub, "COMPILE", ("no-such-compiler",))
    if language == "Python":
        monkeypatch.setattr(stub, "PERL", "/nonexistent/perl")
    begins = {"C": b"\x7fELF", "Perl": b"#!/usr/bin/perl\n", "Python": b"#!"}[language]
    assert stub.program().startswith(begins)
    with PhoneServer(Phone()) as server:
        device = adb_server.connect(server.address)
        words = ["simctl", "log", "x" * 50_000, "", "ä ", "HANDEYE_PHONE=/x", ""]
        assert run(device, f"{shlex.join(words)}; input text >&2; exit 3")[0] == 3
        assert server.phone.log.events("command")[0]["words"] == words
        # Longer than a socket takes at a time.
        assert run(device, f"x=$(yes x | head -c 240000 | tr -d '\\n'); simctl log {'$x ' * 12}")[0] == 0
        assert server.phone.log.events("command")[-1]["words"] == ["simctl", "log", *["x" * 120_000] * 12]
        assert out(device, "/system/bin/getprop ro.serialno | cat").startswith("SIM")
        assert server.phone.log.events("command")[-1]["words"] == ["getprop", "ro.serialno"]
        assert run(device, "unset HANDEYE_PHONE; input tap 1 2")[0] != 0
        adb_server.disconnect(server.address)


def test_faults_happen_to_what_an_open_shell_reads(
    server: PhoneServer, adb_server: AdbServer, device: adbutils.AdbDevice
) -> None:
    assert device.serial == server.address
    assert adb(server, adb_server, "shell", "-T", feed=b"input tap 1 2\n")[0] == 0
    assert "stdin:input tap 1 2\n" in [e["service"] for e in server.phone.log.events("open")]
    server.faults.drop_on = "tap"
    assert adb(server, adb_server, "shell", "-T", feed=b"input tap 3 4\n")[0] != 0
    assert [(e["x"], e["y"]) for e in server.phone.log.events("tap")] == [(1, 2)]
