"""Phone: the calls so far, a dial pad, and the screen of a call. Names are those that Contacts has for a number."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from actions.geometry import Rect
from environments.phone import world
from environments.phone.apps.base import App, PagedProgram
from environments.phone.apps.people import (
    CONTACTS,
    PHONE,
    Contact,
    Directory,
    address_book,
    badge,
    grouped,
    known,
    new_number,
    plain,
)
from environments.phone.canvas import Canvas
from environments.phone.dialpad import DialKeys, PadPage, phone_keys
from environments.phone.discs import Avatar, RoundButton, Row
from environments.phone.layouts import Column, Gap, Header, Page, Scrolling
from environments.phone.parts import Layout, Style, Widget
from environments.phone.tabs import Tab, Tabs
from environments.phone.text import Face
from environments.phone.theme import WHITE, Colour
from environments.phone.widgets import IconButton, Item, Label

Kind = Literal["outgoing", "incoming", "missed"]
Tabbed = Literal["recents", "keypad"]

GREEN: Colour = (30, 142, 62)
RED: Colour = (217, 48, 37)
BLUE: Colour = (26, 115, 232)
LONGEST = 24
"""No number is longer than this; more digits are not taken."""


@dataclass(frozen=True, slots=True)
class Call:
    """`number` in plain digits, `minutes` since midnight."""

    number: str
    kind: Kind
    minutes: int


class Dialer(PagedProgram):
    """`calls` are newest first. `number` is what is on the dial pad, `calling` the number of the call that goes on."""

    app = App(PHONE, ".Main", "Phone")
    icon = "call"
    colour = (24, 128, 56)

    def start(self, random: Random) -> None:
        book = address_book(self.host.seed)
        self.calls: list[Call] = []
        at = self.host.minutes()
        for _ in range(random.randint(6, 14)):
            at = max(1, at - random.randint(4, 55))
            stranger = random.random() < 0.25
            number = new_number(random) if stranger else random.choice(book).number
            self.calls.append(Call(plain(number), random.choice(("outgoing", "incoming", "missed")), at))
        self.restart()

    def restart(self) -> None:
        self.page: Tabbed = "recents"
        self.number = ""
        self.calling: str | None = None
        self.muted = False
        self.speaker = False

    def call(self, number: str) -> None:
        """Call it: the call is in the list at once, and its screen stays until it is ended."""
        digits = plain(number)
        if not digits or self.calling is not None:
            return
        self.calls.insert(0, Call(digits, "outgoing", self.host.minutes()))
        self.calling, self.number = digits, ""
        self.muted = self.speaker = False
        self.host.note("called", number=digits, name=self._name(digits))
        self.host.reset_scroll("calls")

    def contact(self, number: str) -> Contact | None:
        contacts = self.host.program(CONTACTS)
        return known(contacts.contacts, number) if isinstance(contacts, Directory) else None

    def _name(self, number: str) -> str:
        contact = self.contact(number)
        return "" if contact is None else contact.name

    # ------------------------------------------------------------ screens

    def build(self) -> Page:
        if self.calling is not None:
            return self._call_screen(self.calling)
        tabs = Tabs(
            [
                Tab("Recents", "history", lambda: self._go("recents"), self.page == "recents"),
                Tab("Keypad", "dialpad", lambda: self._go("keypad"), self.page == "keypad"),
                Tab("Contacts", "people", lambda: self.host.open(CONTACTS)),
            ]
        )
        if self.page == "keypad":
            pad = PadPage(
                Number(self.number, self._name(self.number)),
                DialKeys(phone_keys(), self.press, discs=False),
                CallRow(self),
            )
            return Page("Keypad", pad, bottom=tabs)
        rows = [Header("Today"), *map(self._row, self.calls)] if self.calls else [_nothing()]
        return Page("Recents", Scrolling("calls", rows), bottom=tabs)

    def _row(self, call: Call) -> Item:
        name = self._name(call.number)
        icon = {"outgoing": "call_out", "incoming": "call_in", "missed": "call_missed"}[call.kind]
        kind = call.kind.capitalize()
        return Item(
            name or grouped(call.number),
            f"{kind} · {grouped(call.number)}" if name else kind,
            id="call",
            icon=icon,
            badge={"outgoing": GREEN, "incoming": BLUE, "missed": RED}[call.kind],
            end=world.clock_text(call.minutes),
            strong=call.kind == "missed",
            on_tap=lambda: self.call(call.number),
        )

    def _call_screen(self, number: str) -> Page:
        name = self._name(number)
        rows: list[Widget] = [
            Label("Calling…", align="center", id="call_state"),
            Label(name or grouped(number), sp=30, align="center", lines=2, id="call_name", pad=(24, 4)),
        ]
        if name:
            rows.append(Label(grouped(number), sp=17, align="center", id="call_number"))
        rows += [Gap(16), Avatar(name, badge(name or number), diameter=120)]
        switches = Row(
            [
                RoundButton("Mute", self._mute, icon="mic_off", id="mute", checked=self.muted),
                RoundButton("Speaker", self._loud, icon="speaker", id="speaker", checked=self.speaker),
                RoundButton("End call", self.hang_up, icon="hang_up", id="end_call", back=RED, ink=WHITE),
            ]
        )
        foot = Column([switches], pad=(8, 12))
        return Page("", Column(rows), bottom=foot)

    def _go(self, page: Tabbed) -> None:
        self.page = page

    def _mute(self) -> None:
        self.muted = not self.muted

    def _loud(self) -> None:
        self.speaker = not self.speaker

    def hang_up(self) -> None:
        self.host.note("hung_up", number=self.calling)
        self.host.toast("Call ended")
        self.calling = None
        self.page = "recents"

    # ------------------------------------------------------------ the dial pad

    def press(self, key: str) -> None:
        if len(self.number) < LONGEST:
            self.number += key

    def erase(self) -> None:
        self.number = self.number[:-1]

    def dial(self) -> None:
        self.call(self.number)

    def back(self) -> bool:
        if self.calling is not None or self.page == "recents":
            return False
        self.page, self.number = "recents", ""
        return True

    def data(self) -> Any:
        return [{"number": c.number, "kind": c.kind} for c in self.calls]

    def view(self) -> Any:
        return {
            "page": self.page,
            "number": self.number,
            "calling": self.calling,
            "muted": self.muted,
            "speaker": self.speaker,
        }


@dataclass(frozen=True, slots=True)
class Number(Widget):
    """The number typed so far, and whose it is."""

    number: str
    name: str

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.face(30).line + style.face(15).line + style.dp(8)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        shown = grouped(self.number) if self.number else ""
        large, small = style.face(30 if len(shown) < 16 else 20), style.face(15)
        room = area.inset(style.dp(16), 0)
        line, under = room.middle(room.width, large.line + small.line).cut_top(large.line)
        for spot, said, face, ink, name in (
            (line, shown, large, style.theme.text, "number"),
            (under, self.name, small, style.theme.secondary, "number_name"),
        ):

            def paint(
                canvas: Canvas, spot: Rect = spot, said: str = said, face: Face = face, ink: Colour = ink
            ) -> None:
                canvas.text_in(spot, said, face, ink, align="center")

            if said:
                out.add(spot, paint, text=said, resource_id=name)


@dataclass(frozen=True, slots=True)
class CallRow(Widget):
    """The button that calls, and the one that takes a digit back where there is one."""

    dialer: Dialer

    def height(self, width: int, style: Style) -> int:  # noqa: ARG002
        return style.dp(80)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        _, middle, right = area.columns(3)
        spot = middle.middle(style.dp(64), style.dp(64))

        def paint(canvas: Canvas) -> None:
            canvas.disc(spot, GREEN)
            canvas.icon("call", spot, style.dp(28), WHITE)

        tap = self.dialer.dial
        out.add(spot, paint, on_tap=tap, description="Call", resource_id="dial", cls="ImageButton")
        if self.dialer.number:
            erase = IconButton("backspace", "Delete digit", self.dialer.erase, id="erase")
            erase.place(right.middle(style.dp(48), style.dp(48)), style, out)


def _nothing() -> Label:
    return Label("No recent calls", align="center", id="empty", pad=(24, 64))
