"""What a run changes on a phone is as it was afterwards, however the run ends."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from actions.types import TypeText
from environments.android.borrowed import SAVED, SETTINGS, Setting
from environments.android.driver import AndroidEnvironment
from environments.android.text import IME
from tests.android.rig import Rig

OWN_IME = "com.android.inputmethod.latin/.LatinIME"
STAY_ON = ("global", "stay_on_while_plugged_in")

RUN = """\
import sys, time
from actions.types import OpenApp, TypeText
from environments.android.driver import AndroidEnvironment
environment = AndroidEnvironment(sys.argv[1], client=int(sys.argv[2]), capture="raw")
environment.reset("a run that is killed")
assert environment.perform(TypeText(text="é")).status == "done"
print("typed", flush=True)
time.sleep(600)
"""


def killed_run(rig: Rig) -> None:
    """A run in a process of its own that has changed both settings, and is killed."""
    rig.new_note_by_hand()
    command = [sys.executable, "-c", RUN, rig.server.address, str(rig.adb.port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        said = run.stdout.readline()
        run.kill()
    assert said == "typed\n"


def test_settings_are_put_back_at_the_end(rig: Rig) -> None:
    rig.phone.settings[STAY_ON] = "2"
    with rig.open() as environment:
        rig.new_note(environment)
        assert rig.phone.settings[STAY_ON] == "7"
        assert environment.perform(TypeText(text="日本語")).status == "done"
        assert rig.phone.ime == IME
    assert rig.phone.ime == OWN_IME
    assert rig.phone.settings[STAY_ON] == "2"
    assert rig.transport.read(f"ls {SAVED}").code != 0


def test_settings_are_put_back_by_the_run_after_one_that_was_killed(rig: Rig) -> None:
    killed_run(rig)
    assert rig.phone.ime == IME
    assert rig.phone.settings[STAY_ON] == "7"
    with rig.open() as environment:
        environment.reset("next")
        assert rig.phone.ime == OWN_IME
    assert STAY_ON not in rig.phone.settings  # as it was before the first run


def test_an_error_puts_them_back_too(rig: Rig) -> None:
    try:
        with rig.open() as environment:
            environment.reset("fail")
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert STAY_ON not in rig.phone.settings


def test_the_screen_is_left_alone_if_asked(rig: Rig) -> None:
    with AndroidEnvironment(rig.server.address, client=rig.adb.client, stay_awake=False) as environment:
        environment.reset("look")
        assert STAY_ON not in rig.phone.settings
    assert not [e for e in rig.phone.log.events("open") if "settings put" in e["service"]]


def test_what_was_changed_meanwhile_is_left_as_it_is(rig: Rig) -> None:
    """By the person, or by the task."""
    with rig.open() as environment:
        environment.reset("change the setting")
        rig.phone.settings[STAY_ON] = "0"
    assert rig.phone.settings[STAY_ON] == "0"


def test_a_phone_that_lets_no_setting_be_changed_is_used_all_the_same(
    rig: Rig, environment: AndroidEnvironment
) -> None:
    rig.server.faults.drop_on = "settings put global"
    environment.reset("look")
    assert environment.observe().app == "com.sim.launcher"


def test_a_saved_value_that_is_none_is_not_run(rig: Rig, environment: AndroidEnvironment) -> None:
    probe = rig.transport
    for line in ("input_method $(touch${IFS}/sdcard/PWNED)", "stay_on 1;touch /sdcard/PWNED", "other x"):
        probe.run(f"printf '%s\\n' '{line}' > {SAVED}", seconds=5)
        environment.reset("next")
    assert rig.phone.ime == OWN_IME
    assert probe.read("test -e /sdcard/PWNED").code == 1


@settings(max_examples=200)
@given(st.sampled_from(list(SETTINGS.values())), st.text(st.characters(codec="utf-8"), max_size=30))
def test_only_plain_words_reach_the_shell(setting: Setting, value: str) -> None:
    if setting.value.fullmatch(value):
        assert not set(value) & set(" \t\n;&|<>()`\"'\\*?[]#~") - {" "}
