"""Text into the focused field of a phone, exactly as it was given, or not at all.

Printable ASCII goes by `input text`, line breaks by the Enter key. `input text` can type nothing else: for a character
that is on no key it crashes. Everything else goes through ADBKeyBoard, an input method that takes text in base64 by
broadcast (github.com/senzhk/ADBKeyBoard), if it is installed. It is switched on when first needed; the phone's own
input method is put back by whoever keeps the borrowed settings. Without it the clipboard is tried.

`input text` replaces "%s" by a space and knows no escape (InputShellCommand.sendText), so a text is cut between the
two. Text reaches the phone's shell only quoted. What arrived is read back where the phone's accessibility tree tells
it in time.
"""

from __future__ import annotations

import base64
import re
import shlex
import time
from collections.abc import Iterator
from typing import Literal

from actions.types import TypeText
from environments.android.adb import clean
from environments.android.borrowed import ADB_KEYBOARD as IME
from environments.android.borrowed import Borrowed
from environments.android.clipboard import Clipboard
from environments.android.keycodes import BACKSPACE, ENTER, MOVE_END, SELECT_ALL, TAB
from environments.android.nodes import Tree
from environments.android.read_back import arrived, can_be_read, is_damaged
from environments.android.transport import Transport
from environments.base import DONE, Outcome

Method = Literal["keys", "broadcast", "clipboard"]

PACKAGE = "com.android.adbkeyboard"
REMEDY = "install ADBKeyBoard on the phone: adb install ADBKeyboard.apk from github.com/senzhk/ADBKeyBoard/releases"
RECEIVERS = "dumpsys activity broadcasts | grep -oE 'Receiver Resolver Table| ADB_INPUT_B64:'"
CHUNK = 500
"""Characters in one command: a drop then leaves at most so many in doubt, and adb's limit of 64 kB is far away."""
SECONDS_PER_CHARACTER = 0.02
SECONDS_PER_COMMAND = 0.5
"""What `input` may take on a slow phone, to type and to start."""
FIELD = 256
"""How many characters are deleted where Ctrl+A isn't known (Android 11 and older)."""


class Typist:
    """Types on one phone."""

    def __init__(self, transport: Transport, borrowed: Borrowed, *, ready_seconds: float = 3.0) -> None:
        """`ready_seconds`: how long to wait for ADBKeyBoard after it is switched on."""
        self._transport = transport
        self._borrowed = borrowed
        self._ready_seconds = ready_seconds
        self._tree = Tree(transport)
        self._clipboard = Clipboard(transport)
        self._installed: bool | None = None

    def type(self, action: TypeText) -> Outcome:
        """Type, after emptying the field if asked, and press Enter after it if asked."""
        try:
            action.text.encode()
        except UnicodeEncodeError as e:
            return Outcome("failed", f"the text has half a character at {e.start}, which nothing can type")
        method = self._method(action.text)
        if method == "broadcast":
            ready = self._switch()
            if ready.status != "done":
                return ready
        if method == "clipboard" and not self._clipboard.can_be_had:
            return Outcome("failed", f"the phone's own keys can only type ASCII; {REMEDY}")
        if action.replace:
            emptied = self._empty()
            if emptied.status != "done":
                return emptied
        outcome = self._send(action.text, method)
        if outcome.status == "done" and can_be_read(action.text):
            outcome = self._read_back(action, method)
        if outcome.status != "done" or not action.submit:
            return outcome
        return self._transport.inject(f"input keyevent {ENTER}")

    def _method(self, text: str) -> Method:
        if by_keys(text):
            return "keys"
        if self._has_ime():
            return "broadcast"
        # The Tab key types a tab in a field of several lines, and goes on to the next otherwise.
        return "keys" if by_keys(text.replace("\t", "")) else "clipboard"

    def _send(self, text: str, method: Method) -> Outcome:
        match method:
            case "clipboard":
                return self._clipboard.paste(text)
            case "keys":
                commands = keystrokes(text)
            case "broadcast":
                commands = broadcasts(text)
        typed = 0
        for command, count, seconds in commands:
            outcome = self._transport.inject(command, seconds=seconds)
            if outcome.status != "done":
                return Outcome(outcome.status, f"after {typed} of {len(text)} characters: {outcome.detail}")
            typed += count
        return DONE

    def _read_back(self, action: TypeText, method: Method) -> Outcome:
        """Compare with what the field holds, where the phone tells it, and type once more what arrived damaged."""
        field = self._tree.focused()
        if field is None or field.password or arrived(action.text, field.text):
            return DONE
        if not is_damaged(action.text, field.text, replaced=action.replace):
            return Outcome("unknown", f"typed, but the focused field holds {clean(field.text)!r}")
        emptied = self._empty()
        outcome = self._send(action.text, method) if emptied.status == "done" else emptied
        field = self._tree.focused() if outcome.status == "done" else None
        if field is None or arrived(action.text, field.text):
            return outcome
        return Outcome("failed", f"typed twice, and each time the field held something else: {clean(field.text)!r}")

    def _empty(self) -> Outcome:
        """Select all and delete it; where there is no `keycombination`, delete from the end."""
        combination = " ".join(map(str, SELECT_ALL))
        outcome = self._transport.inject(f"input keycombination {combination}")
        if outcome.status == "unknown":
            return outcome
        if outcome.status == "failed":
            return self._transport.inject(f"input keyevent {MOVE_END}{f' {BACKSPACE}' * FIELD}")
        return self._transport.inject(f"input keyevent {BACKSPACE}")

    def _switch(self) -> Outcome:
        """Make ADBKeyBoard the input method, and wait until it is."""
        if self._current() == IME:
            return DONE
        outcome = self._borrowed.change("input_method", f"ime enable {IME} && ime set {IME}")
        return outcome if outcome.status != "done" else self._await()

    def _has_ime(self) -> bool:
        if self._installed is None:
            self._installed = IME in self._transport.read("ime list -a -s").text.split()
        return self._installed

    def _await(self, *, poll_seconds: float = 0.1) -> Outcome:
        # It listens from when it is first shown on; a broadcast before that is lost without a word.
        deadline = time.monotonic() + self._ready_seconds
        while not (self._current() == IME and self._listens()):
            if time.monotonic() >= deadline:
                return Outcome(
                    "failed",
                    f"ADBKeyBoard is not ready after {self._ready_seconds:g} s; nothing was typed: is a field focused?",
                )
            time.sleep(poll_seconds)
        return DONE

    def _current(self) -> str:
        return self._transport.read("settings get secure default_input_method").text.strip()

    def _listens(self) -> bool:
        """Whether the table of receivers has ADBKeyBoard's action; True as well where the phone shows no table."""
        table = self._transport.read(RECEIVERS).text
        return "ADB_INPUT_B64" in table or not table.strip()


# ---------------------------------------------------------------- commands


def by_keys(text: str) -> bool:
    """Whether `input` can type this exactly: printable ASCII and line breaks."""
    return all(" " <= c <= "~" or c == "\n" for c in text)


def keystrokes(text: str) -> Iterator[tuple[str, int, float]]:
    """Shell commands that type `text` (see `by_keys`; tabs as well), each with how many characters it types and how
    many seconds it may take."""
    for start in range(0, len(text), CHUNK):
        chunk = text[start : start + CHUNK]
        commands = list(_keystrokes(chunk))
        seconds = len(chunk) * SECONDS_PER_CHARACTER + len(commands) * SECONDS_PER_COMMAND
        yield " && ".join(commands), len(chunk), seconds


def _keystrokes(chunk: str) -> Iterator[str]:
    for piece in re.findall(r"[\n\t]+|[^\n\t]+", chunk):
        if piece[0] in "\n\t":
            yield f"input keyevent {' '.join(str(ENTER if c == chr(10) else TAB) for c in piece)}"
        else:
            # The cut between "%" and "s" is the only way to type the two.
            yield from (f"input text {shlex.quote(part)}" for part in re.split(r"(?<=%)(?=s)", piece))


def broadcasts(text: str) -> Iterator[tuple[str, int, float]]:
    """The same for ADBKeyBoard."""
    for start in range(0, len(text), CHUNK):
        chunk = text[start : start + CHUNK]
        message = base64.b64encode(chunk.encode()).decode("ascii")
        # Without the package, Android 8 and later drop implicit broadcasts.
        command = f"am broadcast -a ADB_INPUT_B64 --es msg {shlex.quote(message)} -p {PACKAGE}"
        yield command, len(chunk), SECONDS_PER_COMMAND
