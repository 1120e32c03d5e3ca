"""What goes wrong with phones: every input ends done, failed or unknown, at most once; reads recover or end in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actions.errors import CaptureError, DeviceError, DeviceLost, DeviceTimeout
from actions.geometry import Point
from actions.types import Click, OpenApp, TypeText
from environments.android.adb import listed
from environments.android.devices import adb_client
from environments.android.driver import AndroidEnvironment
from environments.android.server import QUIET, AdbServer
from environments.android.transport import DROPS, Deadlines
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from tests.android.rig import QUICK, Rig, until

TAP = Click(point=Point(0.5, 0.03))
SHORT = Deadlines(read=0.5, input=0.5, back=1.0, connect=1.0)


@contextmanager
def later(seconds: float, act: Callable[[], object]) -> Generator[None]:
    """Do something after so many seconds, on another thread."""
    timer = threading.Timer(seconds, act)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


@contextmanager
def within(seconds: float) -> Generator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


# ---------------------------------------------------------------- inputs


def test_unplugged_before_the_tap_runs_is_unknown_and_never_repeated(rig: Rig) -> None:
    with rig.open() as environment:
        environment.reset("tap")
        environment.observe()
        rig.server.faults.drop_on = "input tap"
        outcome = environment.perform(TAP)
        assert outcome.status == "unknown"
        assert environment.observe().changed is False
        assert rig.taps() == []


def test_unplugged_after_the_tap_ran_is_unknown_and_never_repeated(rig: Rig) -> None:
    with rig.open() as environment:
        environment.reset("tap")
        environment.observe()
        rig.server.faults.drop_after_bytes = 3  # in the middle of the exit code
        outcome = environment.perform(TAP)
        assert outcome.status == "unknown"
        environment.observe()
        assert len(rig.taps()) == 1


def test_a_tap_that_hangs_is_unknown_in_time(rig: Rig) -> None:
    with rig.open(deadlines=SHORT) as environment:
        environment.observe()
        rig.server.faults.hang = "input tap"
        with within(5.0):
            assert environment.perform(TAP).status == "unknown"
        assert rig.taps() == []


def test_a_phone_that_is_gone_before_the_tap_fails_it(rig: Rig) -> None:
    with rig.open(deadlines=SHORT) as environment:
        environment.observe()
        gone(rig)
        until(lambda: rig.transport.state() != "device")  # before adb has noticed, the tap may be on its way
        outcome = environment.perform(TAP)
        assert outcome.status == "failed"
        assert "nothing was sent" in outcome.detail
        assert rig.taps() == []


def test_a_slow_phone_is_tapped_once(rig: Rig) -> None:
    with rig.open() as environment:
        environment.observe()
        rig.server.faults.slow = 0.7
        assert environment.perform(TAP).status == "done"
        assert len(rig.taps()) == 1


def test_an_ignored_input_is_done_and_changes_nothing(rig: Rig) -> None:
    with rig.open() as environment:
        environment.observe()
        rig.server.faults.ignore_input = True
        assert rig.tap(environment, "icon").status == "done"
        assert environment.observe().changed is False


def test_a_change_that_comes_late_is_seen_within_the_patience(rig: Rig) -> None:
    with rig.open() as environment:
        environment.observe()
        rig.server.faults.lag = 0.05
        rig.tap(environment, "icon")
        assert environment.observe().changed is True


def test_a_failing_command_is_told_in_its_own_words(rig: Rig) -> None:
    assert rig.transport.inject("true").status == "done"
    outcome = rig.transport.inject("echo 'first line' >&2; echo second >&2; exit 3")
    assert (outcome.status, outcome.detail) == ("failed", "first line")
    outcome = rig.transport.inject("input nonsense")
    assert (outcome.status, outcome.detail) == ("failed", "Unknown command: nonsense")
    outcome = rig.transport.inject("am start -n com.no/.Such")
    assert outcome.status == "failed"
    assert "does not exist" in outcome.detail


def test_a_command_that_is_too_long_for_adb_is_not_sent(rig: Rig) -> None:
    outcome = rig.transport.inject("true " + "x" * 70_000)
    assert outcome.status == "failed"
    assert "too long" in outcome.detail
    assert "xxx" not in str(rig.phone.log.events("open"))


# ---------------------------------------------------------------- pictures


def test_a_drop_in_the_middle_of_a_picture_is_made_good(rig: Rig) -> None:
    with rig.open() as environment:
        environment.reset("look")
        environment.observe()
        rig.server.faults.drop_after_bytes = 1_000_000
        seen = environment.observe()
        assert rig.server.faults.drop_after_bytes is None
        assert np.array_equal(seen.picture.array, rig.phone.screen())


@pytest.mark.parametrize("cut", [0, 7, 16, 5000])
def test_a_picture_that_is_cut_off_is_an_error_and_never_black(rig: Rig, cut: int) -> None:
    with rig.open() as environment:
        rig.server.faults.truncate_screencap = cut
        with pytest.raises(CaptureError):
            environment.observe()


def test_a_raw_picture_that_is_cut_off_is_taken_again_as_png(rig: Rig) -> None:
    with rig.open() as environment:
        rig.server.faults.truncate_screencap = 10_000_000  # the PNG is far smaller
        assert np.array_equal(environment.observe().picture.array, rig.phone.screen())


def test_a_banner_before_the_picture_is_passed_over(rig: Rig) -> None:
    with rig.open() as environment:
        rig.server.faults.screencap_banner = "WARNING: linker: libdvm.so has text relocations."
        assert np.array_equal(environment.observe().picture.array, rig.phone.screen())


def test_an_error_for_a_picture_is_told_in_its_own_words(rig: Rig) -> None:
    with rig.open() as environment:
        rig.server.faults.screencap_error = "Error: no display\x1b[31m"
        with pytest.raises(CaptureError, match=r"could not take a screenshot: Error: no display \[31m"):
            environment.observe()


def test_an_action_is_still_carried_out_when_no_picture_can_be_had(rig: Rig) -> None:
    with rig.open() as environment:
        rig.server.faults.screencap_error = "Error: no display"
        assert environment.perform(TAP).status == "done"


def test_an_old_picture_does_not_stand_for_the_screen_before_an_action(rig: Rig) -> None:
    """What changed since it was taken is not the action's doing, so what the action changed is not known."""
    with AndroidEnvironment(
        rig.server.address, client=rig.adb.client, patience=QUICK, fresh_seconds=0.0
    ) as environment:
        environment.observe()
        with rig.phone.lock:
            rig.phone.open("com.sim.notes")
        rig.server.faults.screencap_error = "Error: no display"
        assert environment.perform(Click(point=Point(0.5, 0.03))).status == "done"
        rig.server.faults.screencap_error = None
        assert environment.observe().changed is None


# ---------------------------------------------------------------- reads


def test_a_read_that_hangs_ends_in_time(rig: Rig) -> None:
    with rig.open(deadlines=SHORT) as environment:
        environment.observe()
        rig.server.faults.hang = "dumpsys"
        with within(8.0), pytest.raises(DeviceTimeout):
            environment.observe()


@pytest.mark.parametrize("drops", [DROPS, DROPS + 1])
def test_a_loose_cable_is_borne_for_a_while(rig: Rig, drops: int) -> None:
    asked: list[str] = []

    def shake(event: dict[str, Any]) -> None:
        if "echo held" in event.get("service", ""):
            asked.append(event["service"])
            if len(asked) <= drops:
                rig.server.faults.drop_on = "echo held"

    rig.phone.log.watch(shake)
    if drops <= DROPS:
        assert rig.transport.read("echo held").text == "held\n"
    else:
        with pytest.raises(DeviceLost):
            rig.transport.read("echo held")
    assert len(asked) == DROPS + 1


def test_a_phone_away_for_a_while_is_waited_for(rig: Rig) -> None:
    with rig.open() as environment:
        environment.reset("look")
        environment.observe()
        gone(rig)
        with later(1.5, lambda: back(rig)), within(8.0):
            assert environment.observe().app == "com.sim.launcher"
        assert environment.perform(TAP).status == "done"


def test_a_phone_away_for_good_is_lost_by_the_deadline(rig: Rig) -> None:
    with rig.open(deadlines=SHORT) as environment:
        environment.observe()
        gone(rig)
        with within(5.0), pytest.raises(DeviceLost) as caught:
            environment.observe()
        assert caught.value.exit_code == 4
        assert caught.value.remedy == "handeye devices"
        assert rig.server.address in caught.value.message


def test_closing_without_the_phone_raises_nothing(rig: Rig) -> None:
    environment = rig.open(deadlines=SHORT)
    rig.new_note(environment)
    assert environment.perform(TypeText(text="é")).status == "done"
    gone(rig)
    environment.close()
    environment.close()


def test_an_offline_phone_is_disconnected_and_connected_again(rig: Rig) -> None:
    with rig.open(deadlines=Deadlines(connect=1.0)) as environment:
        environment.observe()
        rig.server.faults.auth = "silent"
        rig.server.disconnect()

        def answer() -> None:
            rig.server.faults.auth = None

        with later(1.0, answer), within(10.0):
            assert environment.observe().app == "com.sim.launcher"


def test_a_phone_that_asks_for_permission_continues_soon_after_it_is_given(rig: Rig) -> None:
    with rig.open() as environment:
        environment.observe()
        rig.server.faults.auth = "reject"
        rig.server.disconnect()
        with later(1.0, rig.server.accept_key), within(5.0):
            assert environment.observe().app == "com.sim.launcher"


def test_the_adb_server_is_started_again(
    own_adb_server: AdbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server that takes its place must not look at this machine's devices and keys.
    for name, value in {**QUIET, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    client = adb_client(own_adb_server.port)
    with PhoneServer(Phone(seed=3)) as server:
        own_adb_server.connect(server.address)
        with AndroidEnvironment(server.address, client=client, patience=QUICK, capture="raw") as environment:
            environment.observe()
            client.server_kill()
            until(lambda: not own_adb_server.running)
            try:
                assert environment.observe().app == "com.sim.launcher"
                assert environment.perform(OpenApp(name="Notes")).status == "done"
                assert [d.serial for d in listed(client, seconds=2)] == [server.address]
            finally:
                client.server_kill()


def test_a_private_adb_server_that_has_ended_is_not_replaced(own_adb_server: AdbServer) -> None:
    with PhoneServer(Phone(seed=3)) as server:
        own_adb_server.connect(server.address)
        with Rig(server, own_adb_server).open(deadlines=SHORT) as environment:
            own_adb_server.client.server_kill()
            until(lambda: not own_adb_server.running)
            with pytest.raises(DeviceLost, match="the private adb server has ended"):
                environment.observe()


def test_errors_are_one_line_with_a_remedy(rig: Rig) -> None:
    with rig.open(deadlines=SHORT) as environment:
        gone(rig)
        with pytest.raises(DeviceError) as caught:
            environment.observe()
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None or isinstance(caught.value.__cause__, Exception)


def gone(rig: Rig) -> None:
    rig.server.faults.refuse = True
    rig.server.disconnect()


def back(rig: Rig) -> None:
    rig.server.faults.refuse = False
