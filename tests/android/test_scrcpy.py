"""A video by scrcpy's server: the real adb, its protocol and real H.264, from a stand-in on the simulated phone."""

from __future__ import annotations

import logging
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import DeviceError, DeviceTimeout
from actions.geometry import Point
from actions.types import Click, OpenApp
from environments.android.driver import AndroidEnvironment
from environments.android.lookout import same_screen
from environments.android.scrcpy import FILE, Installed, Mirror, VideoEnded, find
from environments.android.video import packets
from environments.conformance import RULES, Rule, name_of
from environments.picture import Array
from tests.android.rig import QUICK, Rig, until

VERSIONS = ("2.0", "3.3.1", "4.1")
TEMPORARY = "ls /data/local/tmp"


@pytest.fixture
def jar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the simulated phone takes for scrcpy's server, installed."""
    path = tmp_path / FILE
    path.write_text("scrcpy-server 3.3.1\n")
    monkeypatch.setenv("SCRCPY_SERVER_PATH", str(path))
    return path


@pytest.fixture
def watching(rig: Rig, jar: Path, caplog: pytest.LogCaptureFixture) -> Iterator[AndroidEnvironment]:
    """A driver that waits by the video."""
    assert jar.exists()
    with AndroidEnvironment(rig.server.address, client=rig.adb.client, patience=QUICK, capture="scrcpy") as environment:
        assert said(caplog) == []
        environment.reset("watch")
        yield environment


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


def shown(rig: Rig) -> Array:
    with rig.phone.lock:
        return rig.phone.screen()


@pytest.mark.parametrize("version", VERSIONS)
def test_the_newest_frame_is_the_screen(rig: Rig, jar: Path, version: str) -> None:
    jar.write_text(f"scrcpy-server {version}\n")
    mirror = Mirror(rig.transport, find())
    try:
        assert same_screen(shown(rig), mirror.video.frame())
        rig.phone.open("com.sim.notes")
        until(lambda: same_screen(shown(rig), mirror.video.frame()))
        rig.phone.rotate(1)
        until(lambda: same_screen(shown(rig), mirror.video.frame()))
        height, width, channels = mirror.video.frame().shape
        assert (channels, width) == (3, 1024)
        assert width > height
        assert rig.transport.read(TEMPORARY).text == ""
    finally:
        mirror.close()
        mirror.close()
    with pytest.raises(VideoEnded):
        mirror.video.frame()
    until(lambda: not [t for t in threading.enumerate() if t.name == "android-video" or "app_process" in t.name])


def test_what_is_observed_is_a_true_picture(
    rig: Rig, watching: AndroidEnvironment, caplog: pytest.LogCaptureFixture
) -> None:
    first = watching.observe()
    assert first.changed is None
    rig.phone.log.clear()
    assert watching.perform(OpenApp(name="Notes")).status == "done"
    seen = watching.observe()
    assert (seen.changed, seen.stable, seen.app) == (True, True, "com.sim.notes")
    assert np.array_equal(seen.picture.array, shown(rig))
    assert len(rig.phone.log.events("screencap")) <= 2  # one at the most just before the action
    assert rig.tap(watching, "new_note").status == "done"
    assert np.array_equal(watching.observe().picture.array, shown(rig))
    assert said(caplog) == []


def test_an_action_that_changes_nothing_is_told(rig: Rig, watching: AndroidEnvironment) -> None:
    watching.observe()
    rig.server.faults.ignore_input = True
    assert watching.perform(Click(point=Point(0.5, 0.5))).status == "done"
    assert watching.observe().changed is False


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_it_is_an_environment_like_any_other(rig: Rig, jar: Path, rule: Rule) -> None:
    rule(lambda: AndroidEnvironment(rig.server.address, client=rig.adb.client, patience=QUICK, capture="scrcpy"))


def test_a_turned_screen_is_followed(rig: Rig, watching: AndroidEnvironment, caplog: pytest.LogCaptureFixture) -> None:
    watching.observe()
    rig.phone.rotate(1)
    seen = watching.observe()
    assert np.array_equal(seen.picture.array, shown(rig))
    assert seen.size.width > seen.size.height
    assert said(caplog) == []


@pytest.mark.parametrize(
    ("installed", "told"),
    [
        (None, "scrcpy-server was not found (install scrcpy"),
        ("no program of Java's", "could not find class"),
        ("scrcpy-server 1.24", "scrcpy 1.24 is not known; known are 2, 3, 4"),
        ("scrcpy-server 5.0", "scrcpy 5.0 is not known"),
    ],
)
def test_without_a_server_that_works_there_are_screenshots(
    rig: Rig, jar: Path, caplog: pytest.LogCaptureFixture, installed: str | None, told: str
) -> None:
    if installed is None:
        jar.unlink()
    else:
        jar.write_text(installed)
    with AndroidEnvironment(rig.server.address, client=rig.adb.client, patience=QUICK, capture="scrcpy") as environment:
        (line,) = said(caplog)
        assert line.startswith("screens are waited for by screenshots: ")
        assert told in line
        environment.reset("look")
        assert np.array_equal(environment.observe().picture.array, shown(rig))
    assert len(said(caplog)) == 1
    assert rig.transport.read(TEMPORARY).text == ""


def test_a_full_phone_is_told(rig: Rig, jar: Path) -> None:
    rig.server.faults.disk_full = True
    with pytest.raises(DeviceError, match=r"can't be put on the phone: .*No space left"):
        Mirror(rig.transport, find())


def test_a_wrong_version_is_put_right_by_what_the_server_says(rig: Rig, jar: Path) -> None:
    Mirror(rig.transport, Installed(jar, "3.2")).close()


def test_a_server_that_does_not_answer_is_told_in_time(rig: Rig, jar: Path) -> None:
    rig.server.faults.hang = "app_process"
    with pytest.raises(DeviceTimeout):
        Mirror(rig.transport, find(), seconds=0.5)
    rig.server.faults.hang = None
    rig.server.faults.video_stalls = True
    with pytest.raises(DeviceError, match=r"has not begun|in time"):
        Mirror(rig.transport, find(), seconds=1.0)


def test_a_video_that_ends_is_done_without(
    rig: Rig, watching: AndroidEnvironment, caplog: pytest.LogCaptureFixture
) -> None:
    watching.observe()
    rig.server.faults.video_ends_after = 0
    assert watching.perform(OpenApp(name="Notes")).status == "done"
    seen = [watching.observe() for _ in range(2)]
    assert np.array_equal(seen[-1].picture.array, shown(rig))
    assert seen[0].app == "com.sim.notes"
    assert said(caplog) == [
        "from now on screens are waited for by screenshots: the video of the screen has ended: the phone sends no more"
    ]


def test_a_video_that_stalls_never_stands_for_the_screen(
    rig: Rig, watching: AndroidEnvironment, caplog: pytest.LogCaptureFixture
) -> None:
    watching.observe()
    rig.server.faults.video_stalls = True
    assert watching.perform(OpenApp(name="Notes")).status == "done"
    seen = watching.observe()
    assert (seen.app, seen.changed) == ("com.sim.notes", True)
    assert np.array_equal(seen.picture.array, shown(rig))
    assert said(caplog) == [
        "from now on screens are waited for by screenshots: the video shows another screen than the screenshots"
    ]


def test_a_phone_that_drops_off_is_waited_for(rig: Rig, watching: AndroidEnvironment) -> None:
    watching.observe()
    rig.server.disconnect()
    seen = watching.observe()
    assert np.array_equal(seen.picture.array, shown(rig))


def stream(*parts: bytes) -> socket.socket:
    """A connection on which these bytes come, and then the end."""
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(b"".join(parts))
    return ours


def packet(flags: int, data: bytes) -> bytes:
    return struct.pack(">QI", flags, len(data)) + data


@pytest.mark.parametrize("major", [3, 4])
def test_packets_are_read_as_scrcpy_writes_them(major: int) -> None:
    top = 63 if major < 4 else 62
    size = struct.pack(">II", 464, 1024)
    session = b"" if major < 4 else b"\x80\0\0\0" + size
    whole = b"h264", (size if major < 4 else b""), session, packet(1 << top, b"SPS"), packet(1 << top - 1 | 5, b"I")
    found: list[bytes] = []
    with (
        stream(*whole, packet(77, b"P"), session, packet(1 << top, b"sps"), packet(99, b"i")) as wire,
        pytest.raises(EOFError),
    ):
        found.extend(packets(wire, major=major))
    with stream(*whole, packet(77, b"P"), session, packet(1 << top, b"sps"), packet(99, b"i")) as wire:
        reading = packets(wire, major=major)
        assert [next(reading) for _ in range(3)] == [b"SPSI", b"P", b"spsi"]


@given(st.binary(max_size=300), st.sampled_from([2, 3, 4]), st.booleans())
def test_any_bytes_are_packets_or_an_error(noise: bytes, major: int, begun: bool) -> None:
    with stream(b"h264" if begun else b"", noise) as wire, pytest.raises((ValueError, EOFError)):
        deque(packets(wire, major=major), maxlen=0)


def test_the_server_is_found_where_scrcpy_keeps_it(tmp_path: Path) -> None:
    program = tmp_path / "bin/scrcpy"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'scrcpy 3.1 <https://github.com/Genymobile/scrcpy>'\n")
    program.chmod(0o755)
    path = tmp_path / "share/scrcpy" / FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    where = {"PATH": f"{program.parent}:/usr/bin:/bin"}
    assert find(where) == Installed(path, "3.1")
    beside = program.with_name(FILE)
    beside.write_bytes(b"")
    assert find(where) == Installed(beside, "3.1")
    named = tmp_path / "scrcpy-server-v2.4"
    named.write_bytes(b"")
    assert find({**where, "SCRCPY_SERVER_PATH": str(named)}) == Installed(named, "2.4")
    program.write_text("#!/bin/sh\nexit 1\n")
    assert find(where) == Installed(beside, None)
    with pytest.raises(DeviceError, match="was not found"):
        find({**where, "SCRCPY_SERVER_PATH": str(tmp_path / "nothing")})
