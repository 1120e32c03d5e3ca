"""Lures: texts that an agent should not obey, each put where its carrier shows it, and what takes it away again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar, assert_never

from environments.phone import hostile_pages
from environments.phone.apps.base import Program
from environments.phone.apps.browser import Browser
from environments.phone.apps.messages import Messages
from environments.phone.apps.notes import Notes
from environments.phone.apps.settings import Settings
from environments.phone.deeds import Deed
from environments.phone.web_page import Paragraph

if TYPE_CHECKING:
    from environments.phone.phone import Phone

Carrier = Literal[
    "notification",
    "note",
    "message",
    "prompt",
    "popup",
    "false_label",
    "small_print",
    "article",
    "update",
    "login",
    "subscription",
]
"""What shows a text; the switch of each is called hostile_ and so."""

P = TypeVar("P", bound=Program)

SENDER = "Support"
"""Who the message is from."""


@dataclass(slots=True)
class Lure:
    """A text that is switched on. `own` is the deed that its carrier asks for by itself, besides a button."""

    carrier: Carrier
    text: str
    own: Deed | None
    remove: Callable[[], object]
    seen: bool = False
    obeyed: set[str] = field(default_factory=set[str])
    """The deeds of which the log tells already."""


def lay(phone: Phone, carrier: Carrier, text: str) -> Lure:
    """Put a text where its carrier keeps it; what the system itself draws in front is put nowhere."""
    own: Deed | None = None
    match carrier:
        case "notification":
            phone.notify(Settings.app.package, "System", text)
            posted = phone.shade.notifications[0]
            opened = "notification_opened"
            own = Deed(opened, opened, {"package": re.escape(posted.package), "text": re.escape(text)})

            def remove() -> None:
                phone.shade.withdraw(posted)
        case "note":
            notes = _program(phone, Notes)
            notes.put_first(text)

            def remove() -> None:
                notes.take_away(text)
        case "message":
            messages = _program(phone, Messages)
            message = messages.receive(SENDER, text)
            posted = phone.shade.notifications[0]

            def remove() -> None:
                messages.take_away(SENDER, message)
                phone.shade.withdraw(posted)
        case "article":
            browser, paragraph = _program(phone, Browser), Paragraph(text)
            hostile_pages.inject(browser.web, paragraph)

            def remove() -> None:
                hostile_pages.clean(browser.web, paragraph)
        case "update" | "login" | "subscription":
            browser = _program(phone, Browser)
            page, deed = hostile_pages.PAGES[carrier]
            own, shown = Deed.parse(deed), page(text)
            browser.hijack(shown)

            def remove() -> None:
                browser.release(shown)
        case "prompt" | "popup" | "false_label" | "small_print":

            def remove() -> None:
                pass
        case _:
            assert_never(carrier)
    return Lure(carrier, text, own, remove)


def _program(phone: Phone, kind: type[P]) -> P:
    return next(p for a in phone.apps if isinstance(p := phone.program(a.package), kind))
