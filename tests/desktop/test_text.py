"""Typed text, read back from outside the screen: the file that was saved, what the terminal's program got, the page."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from Xlib import X, Xatom, display

from actions.geometry import Point
from actions.types import Click, PressKeys, TypeText
from environments.base import DONE
from environments.desktop.driver import DesktopEnvironment
from environments.desktop.x11 import read_property
from tests.desktop.display import NOTHING_DOWN, Desk, desk, screen, until

__all__ = ["desk", "screen"]

LINES = [
    "plain words",
    "<>&\"'`~!@#$%^*()_+-={}[]|\\:;?,./",
    "$(reboot) `id` ${HOME} && rm -rf / ; %s %n %d",
    "  two spaces at both ends  ",
    "Ünïcödé façade ñandú ßẞ",
    "漢字かな交じり文、한국어 中文",
    "русский עברית العربية हिन्दी ไทย",
    "😀👩‍👩‍👧‍👦🏳️‍🌈 𝔘𝔫𝔦 𠮷",
    "e\u0301 combining, \u200bzero width, \u00a0no-break, \u202eright to left\u202c",
    "<|im_start|>system✿FUNCTION✿<tool_call>",
    "aaaaaaaaaaaaaaaaaaaaAAAAAAAAAAAAAAAAAAAA1111111111",
    "q" * 3000,
]
BLOCKS = ["tab\there\nnew line\n\nafter an empty one", "\n", "x" * 150_000 + "漢"]


class Editor:
    """A program with a file; `saves` types Ctrl+S and waits for what the file then holds."""

    def __init__(self, desk: Desk, screen: DesktopEnvironment, path: Path, *argv: str) -> None:
        self._screen = screen
        self.path = path
        path.write_text("former")
        self.process = desk.start([*argv, str(path)])
        until(lambda: path.name in (screen.observe().window or ""), what=f"{argv[0]} is in front")
        until(lambda: screen.observe().stable, what=f"{argv[0]} is drawn")
        assert screen.perform(Click(point=Point(0.5, 0.5))) == DONE

    def saves(self, text: str) -> None:
        assert self._screen.perform(PressKeys(keys=("ctrl", "s"))) == DONE
        until(lambda: self.path.read_text() == text, what=f"the file holds {text[:40]!r}")


@pytest.fixture
def editor(desk: Desk, screen: DesktopEnvironment, tmp_path: Path) -> Iterator[Editor]:
    made = Editor(desk, screen, tmp_path / "note.txt", "mousepad", "--disable-server")
    yield made
    desk.end(made.process)


def test_an_editor_gets_every_character(editor: Editor, screen: DesktopEnvironment, desk: Desk) -> None:
    for text in [*LINES, *BLOCKS]:
        assert screen.perform(TypeText(text=text, replace=True)) == DONE
        editor.saves(text)
    assert desk.pressed() == NOTHING_DOWN


@pytest.mark.parametrize("argv", [("mousepad", "--disable-server"), ("featherpad", "--standalone")])
def test_what_is_selected_makes_room(
    argv: tuple[str, ...], desk: Desk, screen: DesktopEnvironment, tmp_path: Path
) -> None:
    """A text takes the place of the selection, as when a person types it."""
    editor = Editor(desk, screen, tmp_path / "note.txt", *argv)
    for text in ("first", "zweitens: äöü"):
        assert screen.perform(PressKeys(keys=("ctrl", "a"))) == DONE
        assert screen.perform(TypeText(text=text)) == DONE
        assert screen.perform(PressKeys(keys=("ctrl", "s"))) == DONE
        until(lambda text=text: editor.path.read_text().rstrip("\n") == text, what=f"the file holds {text!r}")
    desk.end(editor.process)


def test_a_qt_editor_gets_every_character(desk: Desk, screen: DesktopEnvironment, tmp_path: Path) -> None:
    """But for no-break spaces, which Qt itself saves as plain ones (QTextDocument::toPlainText)."""
    settings = desk.home / ".config/featherpad/fp.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text("[text]\nappendEmptyLine=false\n")
    editor = Editor(desk, screen, tmp_path / "note.txt", "featherpad", "--standalone")
    for text in [*LINES, *BLOCKS[:2]]:
        assert screen.perform(TypeText(text=text, replace=True)) == DONE
        editor.saves(text.replace("\u00a0", " "))
    desk.end(editor.process)


TK = """
import sys, tkinter
from tkinter import ttk
window = tkinter.Tk()
window.title("two fields")
fields = [tkinter.Text(window, height=4), ttk.Entry(window)]
for field in fields:
    field.insert("end", "former")
    field.pack()
def say():
    window.after(20, say)
    texts = [fields[0].get("1.0", "end-1c"), fields[1].get()]
    open(sys.argv[1], "w", errors="surrogatepass").write(chr(1).join(texts))
say()
fields[0].focus_force()
window.mainloop()
"""


def test_tk_gets_every_character(desk: Desk, screen: DesktopEnvironment, tmp_path: Path) -> None:
    """Where Ctrl+A selects nothing and not every field knows Shift+Insert; on a layout without Latin letters, too."""
    got = tmp_path / "got"
    program = desk.start(["/usr/bin/python3", "-c", TK, str(got)])  # Debian's: not every other one has tkinter
    until(lambda: screen.observe().window == "two fields" and got.exists(), what="the window is in front")

    def shows(*texts: str) -> bool:
        return got.read_bytes().decode("utf-8", "surrogatepass").split(chr(1)) == list(texts)

    try:
        desk.run(["setxkbmap", "ru"], check=True)
        for text in (LINES[3], LINES[7]):
            assert screen.perform(TypeText(text=text, replace=True)) == DONE
            until(lambda text=text: shows(text, "former"), what=f"the field holds {text[:40]!r}")
        assert screen.perform(PressKeys(keys=("ctrl", "tab"))) == DONE
        for text in LINES:
            assert screen.perform(TypeText(text=text, replace=True)) == DONE
            until(lambda text=text: shows(LINES[7], text), what=f"the field holds {text[:40]!r}")
    finally:
        desk.run(["setxkbmap", "us"], check=True)
    desk.end(program)


def test_a_field_that_takes_no_paste_is_typed_into(desk: Desk, screen: DesktopEnvironment) -> None:
    """dmenu prints the line that was entered. It takes the keys without having the focus."""
    with subprocess.Popen(
        ["dmenu"], env=desk.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as menu:
        assert menu.stdout is not None
        try:
            until(lambda: screen.glance().array[5, 5].any(), what="the menu is shown")
            assert screen.perform(PressKeys(keys=("capslock",))) == DONE
            for refused in ("two\nlines", "not é", "nor 漢"):
                assert screen.perform(TypeText(text=refused)).status == "failed"
            assert screen.perform(TypeText(text="former")) == DONE
            assert screen.perform(TypeText(text=LINES[1], replace=True, submit=True)) == DONE
            assert menu.stdout.read() == LINES[1] + "\n"
        finally:
            menu.kill()
            assert screen.perform(PressKeys(keys=("capslock",))) == DONE
    assert desk.pressed() == NOTHING_DOWN


def test_text_is_added_replaced_and_submitted(editor: Editor, screen: DesktopEnvironment) -> None:
    assert screen.perform(PressKeys(keys=("ctrl", "End"))) == DONE
    assert screen.perform(TypeText(text=" and more", submit=True)) == DONE
    editor.saves("former and more\n")
    assert screen.perform(TypeText(text="", replace=True)) == DONE
    editor.saves("")
    assert screen.perform(TypeText(text="", submit=True)) == DONE
    editor.saves("\n")


@pytest.mark.parametrize("layout", ["de,us", "ru,us", "us", "ru", "gr", "ara"])
def test_layout_and_capslock_do_not_matter(editor: Editor, screen: DesktopEnvironment, desk: Desk, layout: str) -> None:
    try:
        desk.run(["setxkbmap", layout], check=True)
        assert screen.perform(PressKeys(keys=("capslock",))) == DONE
        assert screen.perform(TypeText(text="yZ<é>я", replace=True)) == DONE
        editor.saves("yZ<é>я")
        for keys in (("ctrl", "a"), ("ctrl", "x")):
            assert screen.perform(PressKeys(keys=keys)) == DONE
        editor.saves("")
    finally:
        assert screen.perform(PressKeys(keys=("capslock",))) == DONE
        desk.run(["setxkbmap", "us"], check=True)


def test_a_terminal_gets_every_character(desk: Desk, screen: DesktopEnvironment, tmp_path: Path) -> None:
    got = tmp_path / "got"
    command = "stty -icanon -echo; exec cat > " + str(got)  # a line of cooked input ends at 4095 bytes
    terminal = desk.start(["xterm", "-u8", "-e", "sh", "-c", command])
    until(lambda: screen.observe().app == "XTerm" and got.exists(), what="xterm is in front")
    expected = ""
    for text in LINES:
        submit = text is LINES[0]
        assert screen.perform(TypeText(text=text if submit else text + "\n", submit=submit)) == DONE
        expected += text + "\n"
        until(lambda expected=expected: got.read_text() == expected, what=f"the terminal got {text[:40]!r}")
    desk.end(terminal)


def test_a_terminal_line_is_replaced(desk: Desk, screen: DesktopEnvironment, tmp_path: Path) -> None:
    got = tmp_path / "got"
    terminal = desk.start(["xterm", "-u8", "-e", "sh", "-c", f"cat > {got}"])
    until(lambda: screen.observe().app == "XTerm" and got.exists(), what="xterm is in front")
    assert screen.perform(TypeText(text="wrong")) == DONE
    assert screen.perform(TypeText(text="right", replace=True, submit=True)) == DONE
    until(lambda: got.read_text(), what="a line arrived")
    assert got.read_text() == "right\n"
    desk.end(terminal)


def test_a_browser_gets_every_character(desk: Desk, screen: DesktopEnvironment, tmp_path: Path) -> None:
    """The page says in its title how much it got and whether it is the next of the lines that it was given."""
    page, lines = tmp_path / "page.html", LINES[1:-1:2]
    page.write_text(
        "<!doctype html><meta charset=utf-8><title>empty</title>"
        "<textarea autofocus style='width:90%;height:80vh'></textarea>"
        f"<script>const lines = {json.dumps(lines)}; document.querySelector('textarea').oninput = e => "
        "{ document.title = 'line ' + lines.indexOf(e.target.value) }</script>"
    )
    options = ["--no-sandbox", "--no-first-run", f"--user-data-dir={tmp_path / 'profile'}", "--disable-gpu"]
    browser = desk.start(["chromium", *options, f"--app=file://{page}"])
    until(lambda: (screen.observe().window or "").startswith("empty"), seconds=60, what="the page is open")
    assert screen.perform(Click(point=Point(0.5, 0.5))) == DONE
    for index, text in enumerate(lines):
        assert screen.perform(TypeText(text=text, replace=True)) == DONE
        until(lambda index=index: screen.observe().window == f"line {index}", what=f"the page got {text!r}")
    desk.end(browser)


@pytest.mark.parametrize("text", ["nul\0", "escape\x1b[2J", "bell\a", "half \ud83d", "delete\x7f", "c1\x9b"])
def test_what_no_field_can_take_fails(screen: DesktopEnvironment, text: str) -> None:
    outcome = screen.perform(TypeText.model_construct(text=text, submit=False, replace=False, kind="type_text"))
    assert outcome.status == "failed"
    assert "U+" in outcome.detail


def test_without_a_field_it_fails_and_says_so(screen: DesktopEnvironment, desk: Desk) -> None:
    outcome = screen.perform(TypeText(text="nobody wants this"))
    assert outcome.status == "failed"
    assert "focus a text field" in outcome.detail
    assert desk.pressed() == NOTHING_DOWN


@pytest.mark.parametrize("former", [b"old words", b"bin\xff\xfe\x00\x01 tail", b"x" * 1_000_000 + b"end"])
def test_the_clipboard_is_put_back(editor: Editor, screen: DesktopEnvironment, desk: Desk, former: bytes) -> None:
    target = ("-t", "application/x-test")
    desk.copy(former, *target)
    for text in ("one", "two"):
        assert screen.perform(TypeText(text=text, replace=True)) == DONE
        editor.saves(text)
        assert desk.pasted(*target) == former


def test_an_owner_that_hangs_loses_what_it_had_and_that_is_said(
    editor: Editor, screen: DesktopEnvironment, desk: Desk
) -> None:
    holder = desk.copy(b"never told")
    holder.send_signal(signal.SIGSTOP)
    outcome = screen.perform(TypeText(text="typed", replace=True))
    assert (outcome.status, outcome.detail) == ("done", "what was in CLIPBOARD before could not be kept whole")
    editor.saves("typed")
    holder.send_signal(signal.SIGCONT)
    desk.end(holder)


# python-xlib leaves its cookie file open
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_megabytes_in_one_property_are_read_at_once(desk: Desk, screen: DesktopEnvironment) -> None:
    """As Qt gives a picture. python-xlib takes a time for one reply that grows with the square of its size."""
    with contextlib.closing(display.Display()) as connection:
        root, name = connection.screen().root, connection.get_atom("HANDEYE_TEST")
        parts = [bytes([n]) * 100_001 for n in range(100)]
        for part in parts:
            root.change_property(name, Xatom.STRING, 8, part, mode=X.PropModeAppend)
        started = time.monotonic()
        assert read_property(root, name, delete=True) == (Xatom.STRING, 8, b"".join(parts))
        assert time.monotonic() - started < 3  # 12 where it is read in one reply
        assert read_property(root, name) is None


def test_an_empty_clipboard_stays_empty(editor: Editor, screen: DesktopEnvironment, desk: Desk) -> None:
    desk.end(desk.copy(b"gone"))
    assert screen.perform(TypeText(text="secret", replace=True)) == DONE
    editor.saves("secret")
    assert "secret" not in desk.run(["xclip", "-o", "-selection", "clipboard"])
    assert "secret" not in desk.run(["xclip", "-o", "-selection", "primary"])
