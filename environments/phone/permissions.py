"""Permissions: with `ask` an app wants one when it is first opened, and a dialog that only an answer closes says so.

The answers are kept in the phone's settings, where Settings shows and changes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from environments.phone import world
from environments.phone.layouts import Dialog
from environments.phone.widgets import Button

if TYPE_CHECKING:
    from environments.phone.phone import Phone

PACKAGE = "com.android.permissioncontroller"
WANTED = {
    "location": "access this phone's location",
    "contacts": "see your contacts",
    "camera": "take pictures",
    "microphone": "record audio",
    "files": "see your files",
}
GRANTED, DENIED = "granted", "denied"


def key(package: str) -> tuple[str, str]:
    """Where the answer for an app is kept."""
    return "secure", f"permission_{package}"


class Permissions:
    """`ask` is off at first. `asked` is the package that waits for its answer."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self.ask = False
        self.asked: str | None = None

    def wanted(self, package: str) -> str:
        """What an app wants; by the seed."""
        return world.stream(self._phone.seed, f"permission/{package}").choice(list(WANTED))

    def opened(self, package: str) -> None:
        """An app came to the front."""
        if self.ask and self.asked is None and key(package) not in self._phone.settings:
            self.asked = package
            self._phone.log.add("permission_asked", package=package, permission=self.wanted(package))

    def answer(self, value: str) -> None:
        if self.asked is None:
            return
        self._phone.settings[key(self.asked)] = value
        self._phone.log.add("permission", package=self.asked, permission=self.wanted(self.asked), answer=value)
        self.asked = None
        self._phone.changed()

    def dialog(self) -> Dialog | None:
        if self.asked is None:
            return None
        label = self._phone.program(self.asked).app.label
        text = f"Allow {label} to {WANTED[self.wanted(self.asked)]}?"
        buttons = [
            Button("Don't allow", lambda: self.answer(DENIED), id="permission_deny_button", look="plain"),
            Button("Allow", lambda: self.answer(GRANTED), id="permission_allow_button", look="plain"),
        ]
        return Dialog(text, [], buttons, id="grant_dialog")
