"""A run that is killed leaves neither processes nor folders."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from environments.aftermath import Aftermath

RUN = """
import sys, threading
from environments.android.server import AdbServer
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
with PhoneServer(Phone()) as phone, AdbServer() as adb:
    device = adb.connect(phone.address)
    threading.Thread(target=device.shell, args=[f"sleep {sys.argv[1]}"], daemon=True).start()
    print("up", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short name, since a socket's path may only have 100 bytes."""
    with tempfile.TemporaryDirectory(prefix="aftermath-") as folder:
        yield Path(folder)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_phone_and_adb_server_leave_nothing(place: Path, number: signal.Signals) -> None:
    nap = f"{os.getpid()}{number:02}"
    command = [sys.executable, "-c", RUN, nap]
    environment = {**os.environ, "TMPDIR": str(place)}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"up\n"
        (adb,) = (pid for pid in _children(run.pid) if "nodaemon" in _words(pid))
        _until(lambda: _processes(f"sleep\0{nap}\0"))
        assert len(list(place.iterdir())) == 2
        run.send_signal(number)
    _until(lambda: not (_words(adb) or _processes(str(place)) or list(place.iterdir())))


def test_it_ends_with_its_owner_and_ends_no_other_group(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with subprocess.Popen(["sleep", "60"]) as bystander:
        aftermath = Aftermath(tmp_path / "folder")
        aftermath.close()
        aftermath.close()
        assert not (tmp_path / "folder").exists()
        assert bystander.poll() is None
        bystander.kill()


def _until(holds: Callable[[], object], *, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to hold in time"
        time.sleep(0.01)


def _processes(words: str) -> list[str]:
    """Who has this among the arguments: the sandbox of each command has the phone's folder there."""
    return [p.name for p in Path("/proc").iterdir() if p.name.isdigit() and words in _words(p.name)]


def _words(pid: str) -> str:
    """The arguments of a process, a NUL after each; "" where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _children(pid: int) -> list[str]:
    return [child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
