"""The phone's own commands, through adb and through adbutils' own readers of their outputs."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import base64
import io
import json
import shlex
import struct
from functools import partial
from xml.etree import ElementTree

import adbutils
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from actions.geometry import Size
from environments.phone.apps.launcher import Launcher
from environments.phone.commands.input import KEY_CODES, key_code, unescape
from environments.phone.commands.screen import hierarchy
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from tests.adb import adb_server as adb_server
from tests.phone.wire import device as device
from tests.phone.wire import exec_out, out, run
from tests.phone.wire import server as server

LATIN, ADB_KEYBOARD = "com.android.inputmethod.latin/.LatinIME", "com.android.adbkeyboard/.AdbIME"


def open_note(server: PhoneServer) -> None:
    """Put the cursor into a text field: the first editable node that an app shows."""
    phone = server.phone
    for app in phone.apps:
        phone.open(app.package)
        for node in phone.nodes():
            if node.editable:
                phone.tap(*node.rect.center)
                return
        for node in phone.nodes():
            if node.clickable and ("new" in node.label or "compose" in node.label):
                phone.tap(*node.rect.center)
                break
        for node in phone.nodes():
            if node.editable:
                phone.tap(*node.rect.center)
                return
    pytest.fail("no app of the phone shows a text field")


def shown(server: PhoneServer) -> list[str]:
    return [node.text for node in server.phone.nodes() if node.editable]


# ---------------------------------------------------------------- input


def test_a_tap_reaches_the_phone(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    device.click(300, 900)
    (tap,) = server.phone.log.events("tap")
    assert (tap["x"], tap["y"]) == (300, 900)


def test_touches_become_what_a_finger_does(
    server: PhoneServer, device: adbutils.AdbDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, tuple[float, ...]]] = []

    def note(name: str, *given: float) -> None:
        seen.append((name, given))

    for name in ("tap", "press", "swipe"):
        monkeypatch.setattr(server.phone, name, partial(note, name))
    out(device, "input tap 10 20 30")
    out(device, "input touchscreen -d 0 swipe 1 2 1 2 500")
    out(device, "input swipe 1 2 1 2 50")
    out(device, "input swipe 1 2 301.5 2 100")
    out(device, "input draganddrop 1 2 300 2 100")
    out(device, "input motionevent DOWN 5 6; input motionevent MOVE 9 400; input motionevent UP 9 500")
    out(device, "input motionevent DOWN 5 6; input motionevent UP 5 6")
    out(device, "input motionevent UP 5 6")
    taken = seen[5][1][4]
    assert seen == [
        ("tap", (10, 20)),
        ("press", (1, 2, 0.5)),
        ("tap", (1, 2)),
        ("swipe", (1, 2, 301.5, 2, 0.1)),
        ("swipe", (1, 2, 300, 2, 0.5)),
        ("swipe", (5, 6, 9, 500, taken)),
        ("tap", (5, 6)),
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("input tap 1", "Argument expected"),
        ("input tap a b", "Invalid arguments for command: tap"),
        ("input tap NaN 1", "Invalid arguments for command: tap"),
        ("input swipe 1 2 3 4 1.5", "Invalid arguments for command: swipe"),
        ("input text 'ünï'", "NullPointerException"),
        ("input text $'a\\rb'", "NullPointerException"),
        ("input keyevent", "Argument expected"),
        ("input -d x tap 1 1", "display ID"),
        ("input keycombination 113", "at least 2"),
        ("input motionevent FLY 1 1", "Unknown action"),
    ],
)
def test_input_fails_as_on_android(server: PhoneServer, device: adbutils.AdbDevice, line: str, problem: str) -> None:
    code, stdout, stderr = run(device, line)
    assert (code, stdout) == (255, "")
    assert problem in stderr
    assert server.phone.log.events("tap", "text", "key") == []


def test_an_unknown_subcommand_is_only_said(device: adbutils.AdbDevice) -> None:
    assert run(device, "input fly") == (0, "Unknown command: fly\n", "")


def test_typed_text_arrives_in_the_field(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    open_note(server)
    out(device, "input text 'a%sb c\"d' dropped")
    assert 'a b c"d' in "".join(shown(server))
    assert "dropped" not in "".join(shown(server))


@given(st.text(st.sampled_from("%sab "), max_size=12))
def test_unescape_is_androids_loop(text: str) -> None:
    buffer, escaped, i = list(text), False, 0
    while i < len(buffer):
        if escaped:
            escaped = False
            if buffer[i] == "s":
                buffer[i] = " "
                i -= 1
                del buffer[i]
        if buffer[i] == "%":
            escaped = True
        i += 1
    assert unescape(text) == "".join(buffer)


def test_keys_by_number_and_name(
    server: PhoneServer, device: adbutils.AdbDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    monkeypatch.setattr(server.phone, "key", seen.append)
    monkeypatch.setattr(server.phone, "combination", seen.extend)
    out(device, "input keyevent 3 KEYCODE_BACK ENTER nonsense 99999")
    out(device, "input keyevent --longpress POWER; input keyevent --doubletap A B")
    out(device, "input keycombination 113 29")
    assert seen == [3, 4, 66, 0, 0, 26, 29, 29, 113, 29]


def test_key_names_are_distinct_codes() -> None:
    assert len(set(KEY_CODES.values())) == len(KEY_CODES)
    assert [key_code(name) for name in ("A", "Z", "KEYCODE_0", "KEYCODE_9", "F1", "F12", "KEYCODE_DEL")] == [
        29,
        54,
        7,
        16,
        131,
        142,
        67,
    ]


def test_the_adb_keyboard_types_anything(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    open_note(server)
    text = "日本 👍 $(x) 'q' ü"
    message = base64.b64encode(text.encode()).decode()
    before = shown(server)
    out(device, f"am broadcast -a ADB_INPUT_B64 --es msg {message}")
    assert shown(server) == before, "only the chosen keyboard hears it"
    out(device, f"ime enable {ADB_KEYBOARD}; ime set {ADB_KEYBOARD}")
    said = out(device, f"am broadcast -a ADB_INPUT_B64 --es msg {message} -p com.android.adbkeyboard")
    assert said.endswith("Broadcast completed: result=0\n")
    assert text in "".join(shown(server))
    out(device, "am broadcast -a ADB_CLEAR_TEXT")
    assert text not in "".join(shown(server))


def test_clipboard_over_clipper(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    out(device, "am broadcast -a clipper.set -e text " + shlex.quote('it\'s "é"'))
    assert server.phone.clipboard == 'it\'s "é"'
    assert 'data="it\'s "é""' in out(device, "am broadcast -a clipper.get")


# ---------------------------------------------------------------- screen


def test_raw_and_png_pictures_are_the_screen(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    raw = exec_out(device, "screencap")
    assert struct.unpack_from("<4I", raw) == (1080, 2400, 1, 1)
    pixels = np.frombuffer(raw, np.uint8, offset=16).reshape(2400, 1080, 4)
    assert (pixels[..., 3] == 255).all()
    assert (pixels[..., :3] == server.phone.screen()).all()
    png = np.asarray(Image.open(io.BytesIO(exec_out(device, "screencap -p"))).convert("RGB"))
    assert (png == pixels[..., :3]).all()


def test_pictures_into_files_and_of_displays(device: adbutils.AdbDevice) -> None:
    out(device, "screencap /sdcard/a.png && screencap -p /sdcard/b && screencap > /sdcard/c")
    assert device.sync.read_bytes("/sdcard/a.png") == device.sync.read_bytes("/sdcard/b")
    assert device.sync.stat("/sdcard/c").size == 16 + 1080 * 2400 * 4
    code, _, complaint = run(device, "screencap -p -d 77")
    assert (code, complaint) == (1, "Display Id '77' is not valid.\n")
    assert run(device, "screencap -p /system/x.png")[0] == 1
    display = out(device, "dumpsys SurfaceFlinger --display-id").split()[1]
    assert exec_out(device, f"screencap -p -d {display}").startswith(b"\x89PNG")


def test_adbutils_takes_a_screenshot(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    image = device.screenshot(error_ok=False)
    assert (np.asarray(image.convert("RGB")) == server.phone.screen()).all()


def test_size_override_and_rotation(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    assert out(device, "wm size") == "Physical size: 1080x2400\n"
    out(device, "wm size 720x1600")
    assert out(device, "wm size") == "Physical size: 1080x2400\nOverride size: 720x1600\n"
    assert server.phone.size == Size(720, 1600)
    out(device, "wm user-rotation lock 1")
    assert out(device, "wm user-rotation") == "lock 1\n"
    assert server.phone.size == Size(1600, 720)
    assert device.rotation() == 1
    assert struct.unpack_from("<2I", exec_out(device, "screencap | head -c 8")) == (1600, 720)
    out(device, "wm size reset; settings put system user_rotation 0")
    assert server.phone.size == Size(1080, 2400)
    assert run(device, "wm size 0x0")[0] == 0  # Android clamps it
    assert run(device, "wm size big")[0] == 255
    out(device, "wm size reset; wm density 400; wm density")
    assert device.window_size() == (1080, 2400)


def test_the_hierarchy_is_readable_xml(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    assert out(device, "uiautomator dump") == "UI hierchary dumped to: /sdcard/window_dump.xml\n"
    tree = ElementTree.fromstring(device.sync.read_bytes("/sdcard/window_dump.xml"))
    nodes = list(tree.iter("node"))
    texts = {node.get("text") for node in nodes}
    assert {node.text for node in server.phone.nodes()} <= texts
    assert nodes[0].get("bounds") == "[0,0][1080,2400]"
    assert device.dump_hierarchy().startswith("<?xml")
    out_tty = exec_out(device, "uiautomator dump /dev/tty").decode()
    assert out_tty.endswith("</hierarchy>UI hierchary dumped to: /dev/tty\n")


@given(st.text(st.characters(), max_size=30))
def test_any_text_makes_readable_xml(text: str) -> None:
    NOTES.dialog = text
    tree = ElementTree.fromstring(hierarchy(NOTES).encode("utf-8", "xmlcharrefreplace"))
    assert tree.get("rotation") == "0"
    NOTES.dialog = None


NOTES = Phone()


# ---------------------------------------------------------------- apps


def test_apps_and_their_labels(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    apps = [app for app in server.phone.apps if app.package != Launcher.app.package]
    query = "cmd package query-activities {} -a android.intent.action.MAIN -c android.intent.category.LAUNCHER"
    assert out(device, query.format("--components")).split() == [f"{app.package}/{app.activity}" for app in apps]
    brief = out(device, query.format("--brief")).splitlines()
    assert brief[0] == f"{len(apps)} activities found:"
    assert brief[3].strip() == f"{apps[0].package}/{apps[0].activity}"
    full = out(device, query.format(""))
    for app in apps:
        assert f"packageName={app.package}\n" in full
        assert f"nonLocalizedLabel={app.label} icon=" in full
    resolved = out(device, f"cmd package resolve-activity --brief {apps[0].package}").splitlines()
    assert resolved[-1] == f"{apps[0].package}/{apps[0].activity}"
    assert out(device, "cmd package resolve-activity --brief com.none") == "No activity found\n"
    assert set(device.list_packages()) >= {app.package for app in server.phone.apps}
    assert out(device, f"pm path {apps[0].package}").startswith("package:/data/app/")
    assert run(device, "pm path com.none") == (1, "", "")
    info = device.app_info(apps[0].package)
    assert info is not None
    assert info.version_name == "1.0"
    assert device.app_info("com.none") is None


def test_starting_and_stopping(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    app = next(app for app in server.phone.apps if app.package != Launcher.app.package)
    said = out(device, f"am start -W -n {app.package}/{app.activity}")
    assert said.startswith("Starting: Intent { cmp=")
    assert "Status: ok" in said
    assert server.phone.foreground == app
    assert device.app_current().package == app.package
    assert "Warning" in run(device, f"am start -n {app.package}/{app.package}{app.activity}")[2]
    device.app_stop(app.package)
    assert server.phone.foreground.package == Launcher.app.package
    assert "Events injected: 1" in out(device, f"monkey -p {app.package} -c android.intent.category.LAUNCHER 1")
    assert server.phone.foreground == app
    out(device, "am start -a android.intent.action.MAIN -c android.intent.category.HOME")
    assert server.phone.foreground.package == Launcher.app.package
    device.app_start(app.package)
    assert server.phone.foreground == app


def test_what_does_not_exist_is_not_started(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    code, stdout, stderr = run(device, "am start -n com.none/.Main")
    assert code == 0
    assert stdout == "Starting: Intent { cmp=com.none/.Main }\n"
    assert stderr == "Error type 3\nError: Activity class {com.none/com.none.Main} does not exist.\n"
    code, stdout, stderr = run(device, "monkey -p com.none -c android.intent.category.LAUNCHER 1")
    assert (code, stderr) == (252, "** No activities found to run, monkey aborted.\n")
    assert server.phone.foreground.package == Launcher.app.package


# ---------------------------------------------------------------- what the system says


def test_the_windows_tell_what_is_in_front(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    phone = server.phone
    assert f" u0 {phone.focused_window}}}" in out(device, "dumpsys window | grep mCurrentFocus")
    out(device, "simctl crash")
    assert f"u0 Application Error: {phone.foreground.package}}}" in out(device, "dumpsys window | grep mCurrentFocus")
    out(device, "input keyevent SLEEP")
    assert "mWakefulness=Asleep" in out(device, "dumpsys power")
    assert not device.is_screen_on()
    out(device, "input keyevent WAKEUP; simctl lock")
    assert device.is_screen_on()
    assert "mDreamingLockscreen=true" in out(device, "dumpsys window")
    assert "NotificationShade" in out(device, "dumpsys window | grep mCurrentFocus")


def test_keyboard_shown_or_not(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    assert "mInputShown=false" in out(device, "dumpsys input_method")
    open_note(server)
    assert "mInputShown=true" in out(device, "dumpsys input_method")


def test_battery_and_unknown_services(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    assert device.battery().level == server.phone.battery
    assert out(device, "dumpsys nosuch") == "Can't find service: nosuch\n"
    assert "DUMP OF SERVICE window:" in out(device, "dumpsys")
    assert run(device, "cmd nosuch")[0] == 20


def test_settings(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    assert out(device, "settings get global nosuch") == "null\n"
    out(device, "settings put global my_key 'a b'")
    assert server.phone.settings["global", "my_key"] == "a b"
    assert "my_key=a b\n" in out(device, "settings list global")
    assert out(device, "settings delete global my_key") == "Deleted 1 rows\n"
    assert out(device, "settings delete global my_key") == "Deleted 0 rows\n"
    assert run(device, "settings get nowhere key")[0] == 255
    assert run(device, "settings put global key")[0] == 255
    out(device, "svc wifi disable")
    assert server.phone.settings["global", "wifi_on"] == "0"


def test_keyboards(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    assert out(device, "ime list -s").split() == [LATIN, ADB_KEYBOARD]
    assert out(device, f"ime set {ADB_KEYBOARD}") == f"Input method {ADB_KEYBOARD} selected for user #0\n"
    assert out(device, "settings get secure default_input_method") == f"{ADB_KEYBOARD}\n"
    assert server.phone.ime == ADB_KEYBOARD
    assert run(device, "ime set com.none/.Ime")[0] == 255
    out(device, f"settings put secure default_input_method {LATIN}")
    assert server.phone.ime == LATIN
    out(device, f"ime set {ADB_KEYBOARD}; ime reset")
    assert server.phone.ime == LATIN


def test_properties(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    assert out(device, "getprop ro.serialno").startswith("SIM")
    assert f"[ro.product.model]: [{server.phone.properties['ro.product.model']}]" in out(device, "getprop")
    assert out(device, "getprop no.such.thing") == "\n"
    out(device, "setprop debug.mine 'x y'")
    assert out(device, "getprop debug.mine") == "x y\n"
    assert run(device, "setprop ro.serialno other")[0] == 1
    assert device.prop.model == server.phone.properties["ro.product.model"]


def test_simctl(server: PhoneServer, device: adbutils.AdbDevice) -> None:
    assert json.loads(out(device, "simctl fault slow 0.01")) == {"slow": 0.01}
    assert server.faults.slow == 0.01
    assert json.loads(out(device, "simctl fault slow")) == {}
    code, _, complaint = run(device, "simctl fault sloww 1")
    assert code == 2
    assert "no fault is called 'sloww'; there are: truncate_screencap" in complaint
    assert run(device, "simctl fault auth maybe")[0] == 2
    state = json.loads(out(device, "simctl state"))
    assert state["foreground"] == server.phone.foreground.package
    events = [json.loads(line) for line in out(device, "simctl log command").splitlines()]
    assert events[-1]["words"] == ["simctl", "log", "command"]
    out(device, "simctl dialog 'Battery low'; simctl rotate 1")
    assert (server.phone.dialog, server.phone.rotation) == ("Battery low", 1)
    assert run(device, "simctl nonsense")[0] == 2
