"""Several phones: a person at a terminal is asked which, nobody else is."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from environments.android.server import AdbServer
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from tests.agent.command import environment, handeye

RUN = ("run", "look", "--model", "no/such/model")
"""Gets as far as taking the phone."""


def at_a_terminal(answer: bytes, cwd: Path, port: int) -> tuple[int, str]:
    """The exit code and what was said, where both ends of the command are a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "agent.cli.main", *RUN]
    env = environment(cwd, ANDROID_ADB_SERVER_PORT=str(port))
    with subprocess.Popen(command, cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        try:
            while piece := os.read(ours, 4096):
                said += piece
                if piece.endswith(b": ") and answer:
                    os.write(ours, answer)
                    answer = b""
        except OSError:  # the other end is closed
            pass
        process.wait(timeout=60)
    os.close(ours)
    return process.returncode, said.decode()


def test_the_phone_is_picked_by_number(own_adb_server: AdbServer, tmp_path: Path) -> None:
    with PhoneServer(Phone(seed=1)) as one, PhoneServer(Phone(seed=2)) as two:
        own_adb_server.connect(one.address)
        own_adb_server.connect(two.address)
        order = [line.split()[0] for line in listed(own_adb_server, tmp_path)]
        code, said = at_a_terminal(b"9\n2\n", tmp_path, own_adb_server.port)
        assert code == 3, said  # there is no such model
        assert said.count("which phone? 1 to 2: ") == 2
        assert [s.address for s in (one, two) if was_taken(s)] == [order[1]]
        code, said = at_a_terminal(b"\x04", tmp_path, own_adb_server.port)
        assert (code, "none of 2 phones was chosen" in said) == (2, True)
        without = handeye(*RUN, cwd=tmp_path, ANDROID_ADB_SERVER_PORT=str(own_adb_server.port))
        assert without.returncode == 2
        assert all(address in without.stderr for address in order)


def was_taken(server: PhoneServer) -> bool:
    """Whether a driver asked who the phone is, which a list does along with other things."""
    services = [e["service"] for e in server.phone.log.events("open")]
    return any("ro.boottime" in service and "wm size" not in service for service in services)


def listed(server: AdbServer, cwd: Path) -> list[str]:
    return handeye("devices", cwd=cwd, ANDROID_ADB_SERVER_PORT=str(server.port)).stdout.splitlines()
