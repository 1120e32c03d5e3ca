"""Text by the phone's clipboard and its Paste key, through the app Clipper (github.com/majido/clipper, package
ca.zgrs.clipper), which a broadcast tells to set the clipboard and to give it.

Since Android 10 only the app in front and the input method may touch the clipboard
(developer.android.com/about/versions/10/privacy/changes), and Clipper then has nothing to say: so nothing is pasted
that wasn't read back from the clipboard first.
"""

from __future__ import annotations

import re
import shlex

from actions.errors import DeviceError
from environments.android.keycodes import PASTE
from environments.android.transport import Transport
from environments.base import Outcome

# The flag is FLAG_INCLUDE_STOPPED_PACKAGES: an app that was never opened hears nothing otherwise.
BROADCAST = "am broadcast -f 32 -p ca.zgrs.clipper -a clipper."
ANSWER = re.compile(r'Broadcast completed: result=-1, data="(.*)"\s*\Z', re.DOTALL)


class Clipboard:
    """The clipboard of one phone."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def can_be_had(self) -> bool:
        return self._held() is not None

    def paste(self, text: str) -> Outcome:
        """Paste a text, and put back what was on the clipboard."""
        before = self._held()
        if before is None:
            return Outcome("failed", "the clipboard can't be read; nothing was pasted")
        try:
            self._set(text)
            if self._held() != text:
                return Outcome("failed", "the clipboard did not take the text; nothing was pasted")
            return self._transport.inject(f"input keyevent {PASTE}")
        finally:
            self._set(before)

    def _held(self) -> str | None:
        try:
            found = ANSWER.search(self._transport.read(f"{BROADCAST}get").text)
        except DeviceError:
            return None
        return None if found is None else found[1]

    def _set(self, text: str) -> None:
        self._transport.inject(f"{BROADCAST}set -e text {shlex.quote(text)}")
