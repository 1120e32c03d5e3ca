"""Text arrives exactly as it was given or is refused, and nothing of it is ever run by a shell."""

from __future__ import annotations

import base64
import json
import shlex
import shutil
import subprocess
from collections import deque
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.types import PressKeys, TypeText
from environments.android.borrowed import SAVED
from environments.android.driver import AndroidEnvironment
from environments.android.text import IME, broadcasts, by_keys, keystrokes
from environments.phone.commands.base import Call
from environments.phone.commands.input import unescape
from tests.android.rig import Rig

TEXTS: dict[str, str] = json.loads(Path("tests/data/typed_text.json").read_text(encoding="utf-8"))["texts"]
OWN_IME = "com.android.inputmethod.latin/.LatinIME"

TYPEABLE = st.lists(st.sampled_from([*map(chr, range(32, 127)), "\n", "%s", "%%s"]), max_size=80).map("".join)


# ---------------------------------------------------------------- what is sent


@given(st.text(st.sampled_from(" ab%s'\"$`\\;|&<>(){}[]*?~#!\n-"), max_size=60))
def test_a_real_shell_gets_every_character(text: str) -> None:
    """mksh, which Android has, or sh: it must hand `input` exactly these words."""
    shell = shutil.which("mksh") or "/bin/sh"
    commands = " && ".join(command for command, _, _ in keystrokes(text))
    script = 'input() { shift; printf "%s\\0" "$@"; }\n' + commands
    done = subprocess.run([shell, "-c", script], capture_output=True, check=True, timeout=10)
    words = done.stdout.decode().split("\0")[:-1]
    assert "".join("\n" if word == "66" else unescape(word) for word in words) == text


@given(TYPEABLE)
def test_no_piece_holds_what_input_takes_for_a_space(text: str) -> None:
    for command, _, _ in keystrokes(text):
        for word in shlex.split(command):
            assert "%s" not in word


@given(st.text(max_size=1200))
def test_broadcasts_hold_the_text_in_pieces(text: str) -> None:
    found = ""
    for command, count, _ in broadcasts(text):
        words = shlex.split(command)
        piece = base64.b64decode(words[words.index("msg") + 1]).decode()
        assert len(piece) == count
        assert len(command) < 8000
        found += piece
    assert found == text


@given(st.text(max_size=1500))
def test_commands_stay_far_below_adbs_limit(text: str) -> None:
    for command, _, seconds in keystrokes(text.encode("ascii", "replace").decode()):
        assert len(command) < 20_000
        assert seconds > 0


@pytest.mark.parametrize(
    ("text", "plain"), [("a b~!", True), ("a\nb", True), ("a\tb", False), ("é", False), ("", True)]
)
def test_what_keys_can_type(text: str, plain: bool) -> None:
    assert by_keys(text) is plain


# ---------------------------------------------------------------- what arrives


def test_every_hostile_text_arrives_exactly(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.new_note(environment)
    wrong: dict[str, tuple[str, str]] = {}
    for name, text in TEXTS.items():
        outcome = environment.perform(TypeText(text=text, replace=True))
        if outcome.status != "done" or rig.draft != text:
            wrong[name] = (outcome.detail, rig.draft[:100])
    assert len(TEXTS) == 28
    assert not wrong
    probe = rig.transport
    assert probe.read("test -e /sdcard/PWNED").code == 1
    assert not Path("/tmp/handeye-canary").exists()


def test_without_an_input_method_the_rest_is_refused(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.phone.imes = (OWN_IME,)
    rig.server.faults.clipboard_closed = True
    rig.new_note(environment)
    environment.perform(TypeText(text="from before"))
    for text in ("naïve", "👍", "pass\u200bword", "a\rb"):
        outcome = environment.perform(TypeText(text=text, replace=True, submit=True))
        assert outcome.status == "failed"
        assert "install ADBKeyBoard" in outcome.detail
    assert rig.draft == "from before"
    assert environment.perform(TypeText(text="plain %s text\n2", replace=True)).status == "done"
    assert rig.draft == "plain %s text\n2"


def test_without_an_input_method_text_is_pasted_and_the_clipboard_put_back(
    rig: Rig, environment: AndroidEnvironment
) -> None:
    rig.phone.imes = (OWN_IME,)
    rig.phone.clipboard = 'a number that\nsomebody copied "'
    rig.new_note(environment)
    wrong: dict[str, tuple[str, str]] = {}
    for name, text in TEXTS.items():
        outcome = environment.perform(TypeText(text=f"é{text}", replace=True))
        if outcome.status != "done" or rig.draft != f"é{text}":
            wrong[name] = (outcome.detail, rig.draft[:100])
        assert rig.phone.clipboard == 'a number that\nsomebody copied "'
    assert not wrong
    assert rig.transport.read("test -e /sdcard/PWNED").code == 1
    assert rig.phone.ime == OWN_IME


def without_a_text(call: Call) -> dict[str, str]:
    call.arguments = deque(["-a", *(word for word in call.arguments if word.startswith("clipper."))])
    return {}


def test_nothing_is_pasted_that_did_not_get_onto_the_clipboard(
    rig: Rig, environment: AndroidEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.phone.imes = (OWN_IME,)
    rig.phone.clipboard = "from before"
    rig.new_note(environment)
    monkeypatch.setattr("environments.phone.commands.activity._extras", without_a_text)
    outcome = environment.perform(TypeText(text="é"))
    assert outcome.status == "failed"
    assert "did not take the text" in outcome.detail
    assert (rig.draft, rig.phone.clipboard) == ("", "from before")


def test_the_input_method_is_put_back_at_the_end(rig: Rig) -> None:
    with rig.open() as environment:
        rig.new_note(environment)
        assert environment.perform(TypeText(text="日本語")).status == "done"
        assert rig.phone.ime == IME
    assert rig.phone.ime == OWN_IME
    assert rig.transport.read(f"ls {SAVED}").code != 0


def test_the_users_own_unicode_keyboard_is_left_alone(rig: Rig) -> None:
    rig.phone.ime = IME
    with rig.open() as environment:
        rig.new_note(environment)
        assert environment.perform(TypeText(text="ü")).status == "done"
    assert rig.draft == "ü"
    assert rig.phone.ime == IME


def test_submit_presses_enter_and_replace_empties_first(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.new_note(environment)
    environment.perform(TypeText(text="one", submit=True))
    environment.perform(TypeText(text="two"))
    assert rig.draft == "one\ntwo"
    environment.perform(TypeText(text="three", replace=True))
    assert rig.draft == "three"
    environment.perform(TypeText(text="", replace=True))
    assert rig.draft == ""


def test_half_a_character_is_refused(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.new_note(environment)
    outcome = environment.perform(TypeText.model_construct(text="a\ud83d"))
    assert (outcome.status, rig.draft) == ("failed", "")
    assert "half a character at 1" in outcome.detail


def test_a_drop_in_the_middle_of_a_long_text_says_how_far_it_came(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.new_note(environment)
    rig.server.faults.drop_on = "bbbb"
    outcome = environment.perform(TypeText(text="a" * 500 + "b" * 500))
    assert outcome.status == "unknown"
    assert outcome.detail.startswith("after 500 of 1000 characters: ")
    assert rig.draft == "a" * 500


def without_combinations(call: Call) -> None:
    call.say("Unknown command: keycombination")


def test_an_android_without_key_combinations_deletes_from_the_end(
    rig: Rig, environment: AndroidEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Android 11 and older: `input` knows no keycombination, says so on stdout, and exits with 0."""
    rig.new_note(environment)
    environment.perform(TypeText(text="from before"))
    monkeypatch.setattr("environments.phone.commands.input._combination", without_combinations)
    assert environment.perform(TypeText(text="new", replace=True)).status == "done"
    assert rig.draft == "new"
    assert environment.perform(PressKeys(keys=("ctrl", "a"))).detail == "Unknown command: keycombination"
