"""What fingers, keys and text do to the simulated phone."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from environments.phone import editing
from environments.phone.apps.messages import Messages
from environments.phone.apps.notes import Notes
from environments.phone.phone import ADB_KEYBOARD, Phone
from tests.phone.drive import find, need, scroll_to, small_phone, touch

HOSTILE = (
    "plain",
    "  spaces  kept  ",
    "quotes ' \" ` and $HOME $(id) `id` ; rm -rf / && | > <",
    "%s %d %% 100%",
    "line one\nline two\n\n",
    "tab\tbell\a nul\0 esc\x1b[31m",
    "你好，世界",
    "مرحبا שלום",
    "👩‍👩‍👧‍👦 🇫🇷 é é",
    "\ud800 half a pair \udfff",
    "\u202e right to left \u2066",
    "x" * 3000,
    "✿FUNCTION✿: <tool_call> <|im_end|>",
    "\ufeff\u200b\u00a0",
)


def writing(seed: int = 0) -> tuple[Phone, Notes]:
    phone = small_phone(seed)
    phone.open("com.sim.notes")
    touch(phone, resource_id="new_note")
    notes = phone.program("com.sim.notes")
    assert isinstance(notes, Notes)
    return phone, notes


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_typed_text_arrives_as_it_is(text: str) -> None:
    phone, notes = writing()
    phone.type_text(text)
    assert notes.draft == text
    assert need(phone, resource_id="note").text == text
    assert phone.screen().shape == (960, 432, 3)
    assert json.loads(phone.log.lines().splitlines()[-1])["text"] == text
    json.dumps(phone.state())
    touch(phone, resource_id="save")
    if text.strip():
        assert notes.notes[0] == text
        assert phone.log.events("saved")[-1]["text"] == text
    phone.screen()


KEYS = (21, 22, 66, 67, 112, 122, 123, 29, 62, 279)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=20), st.sampled_from([21, 22, 66, 67, 112, 122, 123, 29, 62, 279])), max_size=12
    )
)
def test_editing_never_loses_its_place(steps: list[str | int]) -> None:
    phone, notes = writing()
    for step in steps:
        if isinstance(step, str):
            before = notes.draft
            phone.type_text(step)
            assert len(notes.draft) == len(before) + len(step)
        else:
            phone.key(step)
        focus = phone.fields.focus
        assert focus is not None
        assert 0 <= focus.caret <= len(notes.draft)
    phone.nodes()


def test_keys_edit() -> None:
    phone, notes = writing()
    phone.type_text("abc")
    phone.key(editing.DELETE)
    assert notes.draft == "ab"
    phone.key(editing.MOVE_HOME)
    phone.type_text("x")
    assert notes.draft == "xab"
    phone.key(editing.FORWARD_DELETE)
    assert notes.draft == "xb"
    phone.key(editing.MOVE_END)
    phone.key(editing.ENTER)
    phone.combination((59, 29))
    phone.key(8)
    assert notes.draft == "xb\nA1"


def test_control_a_and_typing_replaces() -> None:
    phone, notes = writing()
    phone.type_text("old text")
    phone.combination((113, 29))
    phone.type_text("new")
    assert notes.draft == "new"
    phone.combination((113, 29))
    phone.key(editing.DELETE)
    assert notes.draft == ""


def test_the_clipboard() -> None:
    phone, notes = writing()
    phone.clipboard = "pasted 你好\n"
    phone.key(279)
    assert notes.draft == "pasted 你好\n"
    phone.combination((113, 29))
    phone.combination((113, 52))
    assert notes.draft == ""
    assert phone.clipboard == "pasted 你好\n"
    phone.combination((113, 50))
    phone.combination((113, 50))
    assert notes.draft == "pasted 你好\n" * 2


def test_text_without_a_field_goes_nowhere() -> None:
    phone = small_phone()
    before = phone.data()
    phone.type_text("lost")
    phone.key(editing.ENTER)
    assert phone.data() == before
    assert phone.log.events("text") == [{**phone.log.events("text")[0], "text": "lost", "field": None}]


def test_the_keys_on_the_screen_type() -> None:
    phone, notes = writing()
    for key in ("h", "i", "space", "page", "1", "page", "shift"):
        touch(phone, resource_id=f"key_{key}")
    touch(phone, resource_id="key_A")
    touch(phone, resource_id="key_b")
    touch(phone, resource_id="key_enter")
    assert notes.draft == "hi 1Ab\n"
    touch(phone, resource_id="key_backspace")
    touch(phone, resource_id="key_backspace")
    assert notes.draft == "hi 1A"


def test_the_keyboard_covers_the_lower_part_and_goes_with_back() -> None:
    phone, _ = writing()
    keyboard = need(phone, resource_id="keyboard").rect
    assert keyboard.top > phone.size.height // 2
    assert all(n.rect.bottom <= keyboard.top for n in phone.nodes() if n.package == "com.sim.notes")
    phone.key(4)
    assert not phone.keyboard_shown
    assert find(phone, resource_id="keyboard") is None
    assert phone.foreground.label == "Notes"


def test_another_input_method_shows_no_keys() -> None:
    phone, notes = writing()
    phone.ime = ADB_KEYBOARD
    assert find(phone, resource_id="keyboard") is None
    phone.type_text("ok")
    assert notes.draft == "ok"


def test_a_tap_places_the_caret() -> None:
    phone, notes = writing()
    phone.type_text("first\nsecond")
    field = need(phone, resource_id="note").rect
    phone.tap(field.left + 1, field.top + 20)
    phone.type_text(">")
    assert notes.draft == ">first\nsecond"
    phone.tap(field.right - 2, field.top + 20)
    phone.type_text("<")
    assert notes.draft == ">first<\nsecond"


def test_back_closes_keyboard_then_dialog_then_goes_up_then_home() -> None:
    phone = small_phone(1)
    phone.open("com.sim.messages")
    touch(phone, resource_id="thread_0")
    touch(phone, resource_id="message")
    phone.crash()
    steps: list[tuple[bool, bool, str]] = []
    for _ in range(4):
        phone.key(4)
        title = find(phone, resource_id="title", package="com.sim.messages")
        steps.append((phone.keyboard_shown, phone.dialog is not None, "" if title is None else title.text))
    person = phone.data()["Messages"]
    assert steps[0][:2] == (False, True)
    assert steps[1][:2] == (False, False)
    assert steps[1][2] in person
    assert steps[2][2] == "Messages"
    assert phone.foreground.label == "Home"
    phone.key(4)
    assert phone.foreground.label == "Home"


def test_home_keeps_the_place_and_stop_forgets_it() -> None:
    phone, notes = writing()
    phone.type_text("draft")
    phone.key(3)
    assert phone.foreground.label == "Home"
    assert not phone.keyboard_shown
    phone.open("com.sim.notes")
    assert notes.draft == "draft"
    phone.stop("com.sim.notes")
    phone.open("com.sim.notes")
    assert notes.draft == ""
    assert need(phone, resource_id="title").text == "Notes"


def test_recent_apps() -> None:
    phone = small_phone()
    for package in ("com.sim.notes", "com.sim.settings"):
        phone.open(package)
    phone.key(187)
    assert phone.focused_window == "com.sim.launcher/com.sim.launcher.Recents"
    cards = [n.text for n in phone.nodes() if n.resource_id.startswith("recent_") and n.clickable]
    assert cards == ["Settings", "Notes"]
    touch(phone, text="Notes")
    assert phone.foreground.label == "Notes"
    phone.key(187)
    touch(phone, resource_id="clear_all")
    assert phone.foreground.label == "Home"
    phone.key(187)
    assert not [n for n in phone.nodes() if n.resource_id.startswith("recent_")]


def test_the_crash_dialog_stands_in_front_of_everything() -> None:
    phone, notes = writing()
    phone.type_text("unsaved")
    phone.crash()
    assert phone.dialog == "Notes keeps stopping"
    assert phone.focused_window == "Application Error: com.sim.notes"
    assert phone.foreground.package == "com.sim.notes"
    assert {n.package for n in phone.nodes()} == {"android"}
    phone.type_text("lost")
    assert notes.draft == "unsaved"
    phone.tap(5, 5)
    assert phone.dialog is not None
    touch(phone, resource_id="aerr_close")
    assert phone.dialog is None
    assert phone.foreground.label == "Home"
    phone.open("com.sim.notes")
    phone.crash()
    touch(phone, resource_id="aerr_restart")
    assert phone.foreground.label == "Notes"
    assert phone.dialog is None


def test_the_keyguard_opens_to_a_swipe_up_only() -> None:
    phone = small_phone()
    phone.open("com.sim.notes")
    phone.key(26)
    assert (phone.awake, phone.locked) == (False, True)
    assert phone.screen().max() == 0
    assert phone.tap(200, 500) is None
    phone.key(26)
    assert (phone.awake, phone.locked) == (True, True)
    assert phone.focused_window == "NotificationShade"
    assert phone.foreground.package == "com.sim.notes"
    assert need(phone, resource_id="keyguard_hint").text == "Swipe up to unlock"
    phone.key(3)
    phone.tap(216, 480)
    phone.swipe(200, 300, 200, 800, 0.3)
    phone.swipe(100, 500, 400, 480, 0.3)
    phone.type_text("x")
    assert phone.locked
    phone.swipe(200, 800, 200, 300, 0.3)
    assert not phone.locked
    assert phone.foreground.package == "com.sim.notes"
    phone.key(223)
    phone.key(224)
    phone.key(82)
    assert not phone.locked


def test_system_gestures() -> None:
    phone = small_phone()
    phone.open("com.sim.settings")
    scroll_to(phone, text="Battery")
    touch(phone, text="Battery")
    phone.swipe(2, 400, 220, 410, 0.2)
    assert need(phone, resource_id="title").text == "Settings"
    phone.swipe(430, 400, 220, 410, 0.2)
    assert phone.foreground.label == "Home"
    phone.open("com.sim.settings")
    phone.swipe(216, 958, 216, 500, 0.2)
    assert phone.foreground.label == "Home"


def test_pages_of_the_home_screen() -> None:
    for seed in range(12):
        phone = small_phone(seed)
        icons: set[str] = set()
        for _ in range(phone.launcher.pages):
            icons |= {n.text for n in phone.nodes() if n.resource_id == "icon"}
            for folder in [n for n in phone.nodes() if n.resource_id == "folder_icon"]:
                phone.tap(*folder.rect.center)
                icons |= {n.text for n in phone.nodes() if n.resource_id == "icon"}
                phone.key(4)
            phone.swipe(380, 500, 60, 510, 0.2)
        assert icons == {a.label for a in phone.apps} - {"Home"}
        phone.key(4)
        assert "Page 1" in need(phone, resource_id="page_indicator").description


def test_a_long_press_asks_to_delete_a_note() -> None:
    phone = small_phone()
    phone.open("com.sim.notes")
    spot = need(phone, resource_id="note_0").rect.center
    before = phone.data()["Notes"]
    assert phone.press(*spot, 0.8) == "note_0"
    touch(phone, resource_id="cancel")
    assert phone.data()["Notes"] == before
    phone.swipe(*spot, spot.x + 1, spot.y, 0.9)
    touch(phone, resource_id="confirm")
    assert phone.data()["Notes"] == before[1:]
    phone.press(*spot, 0.1)
    assert need(phone, resource_id="title").text == "Edit note"


def test_sending_moves_the_thread_up_and_is_logged() -> None:
    phone = small_phone(2)
    phone.open("com.sim.messages")
    messages = phone.program("com.sim.messages")
    assert isinstance(messages, Messages)
    person = messages.threads[2].person
    touch(phone, resource_id="thread_2")
    touch(phone, resource_id="send")
    touch(phone, resource_id="message")
    phone.type_text("one")
    phone.key(66)
    phone.type_text("two")
    touch(phone, resource_id="send")
    assert [(e["to"], e["text"]) for e in phone.log.events("sent")] == [(person, "one"), (person, "two")]
    assert messages.threads[0].person == person
    assert [m.text for m in messages.threads[0].messages[-2:]] == ["one", "two"]


def test_a_switch_is_logged_and_kept_in_the_settings_table() -> None:
    phone = small_phone()
    phone.open("com.sim.settings")
    scroll_to(phone, text="Bluetooth")
    before = phone.settings["global", "bluetooth_on"]
    touch(phone, text="Bluetooth")
    assert phone.settings["global", "bluetooth_on"] != before
    assert phone.log.events("toggled")[-1]["setting"] == "Bluetooth"
    shown = need(phone, text="Bluetooth").checked
    phone.settings["global", "bluetooth_on"] = before
    assert need(phone, text="Bluetooth").checked is not shown


def test_the_log_tells_what_was_hit(tmp_path: Path) -> None:
    phone = small_phone()
    phone.open("com.sim.notes")
    x, y = need(phone, resource_id="new_note").rect.center
    assert phone.tap(x, y) == "new_note"
    phone.tap(-5, 5000)
    events = phone.log.events("tap")
    assert [(e["x"], e["y"], e["hit"], e["inside"]) for e in events] == [
        (x, y, "new_note", True),
        (-5, 5000, None, False),
    ]
    phone.log.save(tmp_path / "log.jsonl")
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == len(phone.log.events())
    phone.log.clear()
    assert phone.log.events() == []


def test_what_is_set_from_outside_is_seen_at_once() -> None:
    phone = small_phone()
    phone.open("com.sim.settings")
    phone.nodes()
    phone.dialog = "System UI isn't responding"
    assert find(phone, text="System UI isn't responding") is not None
    phone.dialog = None
    phone.awake = False
    assert phone.screen().max() == 0
    phone.awake = True
    phone.density = 240
    wide = need(phone, resource_id="title").rect
    phone.density = 168
    assert need(phone, resource_id="title").rect != wide


def test_unknown_packages_and_keys() -> None:
    phone = small_phone()
    assert not phone.open("com.no.such")
    phone.stop("com.no.such")
    for code in (-1, 0, 99999, 141):
        phone.key(code)
    phone.combination(())
    phone.combination((113,))
    phone.combination((57, 61, 62))
    assert phone.foreground.label == "Home"


def test_the_app_that_crashed_is_the_one_that_is_closed() -> None:
    phone, notes = writing()
    phone.type_text("draft")
    phone.crash()
    phone.open("com.sim.settings")
    assert phone.focused_window == "Application Error: com.sim.notes"
    touch(phone, resource_id="aerr_close")
    assert notes.draft == ""
    assert phone.foreground.label == "Settings"


def test_a_monkey_breaks_nothing() -> None:
    """Whatever is done to it, the phone can be drawn, its data stay JSON, and the launcher can be reached."""
    for seed in range(4):
        random, phone = Random(seed), small_phone(seed)
        for _ in range(150):
            nodes = [n for n in phone.nodes() if n.clickable]
            match random.randrange(12):
                case 0:
                    phone.key(random.choice((3, 4, 26, 66, 67, 82, 111, 187, 223, 224, 279)))
                case 1:
                    x1, y1, x2, y2 = (random.uniform(-20, 980) for _ in range(4))
                    phone.swipe(x1, y1, x2, y2, random.uniform(0, 1))
                case 2:
                    phone.type_text(random.choice(HOSTILE))
                case 3:
                    phone.rotate(random.randrange(8))
                case 4:
                    phone.crash()
                case 5:
                    phone.press(random.uniform(0, 432), random.uniform(0, 960), 1.0)
                case 6:
                    phone.open(random.choice(phone.apps).package)
                case _ if nodes:
                    phone.tap(*random.choice(nodes).rect.center)
                case _:
                    phone.combination((113, random.choice((29, 31, 50, 52))))
            assert phone.screen().shape[:2] == (phone.size.height, phone.size.width)
        json.dumps(phone.state())
        for code in (224, 82, 3):
            phone.key(code)
        assert phone.focused_window == "com.sim.launcher/com.sim.launcher.Home"
