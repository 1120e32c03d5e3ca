"""Tasks that end in a call."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from actions.types import Button
from environments.phone import world
from environments.phone.apps.contacts import Contacts
from environments.phone.apps.dialer import Dialer
from environments.phone.apps.people import new_number, plain
from environments.phone.phone import Phone
from environments.phone.tasks.contacts import contact_with, to_contact
from environments.phone.tasks.eyes import Eyes, Move, still_needs
from environments.phone.tasks.template import Template, app_of


class CallContact(Template):
    name = "call_contact"
    package = Contacts.app.package

    def __init__(self, random: Random) -> None:
        self.person = random.choice(world.NAMES)
        self.number = new_number(random)
        self.text = random.choice((f"Call {self.person}.", f"Give {self.person} a call.", f"Phone {self.person}."))
        self.text_zh = f"给{self.person}打电话。"

    def setup(self, phone: Phone) -> None:
        contact_with(phone, self.person, self.number)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        return called(data, self.number)

    def solve(self, eyes: Eyes) -> Move:
        if (away := to_contact(eyes, self.person)) is not None:
            return away
        button = eyes.find(id="call")
        if button is None:
            return eyes.search("contact_page", "the button Call")
        return f"This is {self.person}; I tap Call.", eyes.click(button)


class DialNumber(Template):
    name = "dial_number"
    package = Dialer.app.package

    def __init__(self, random: Random) -> None:
        self.number = str(random.randint(2000, 99_999))
        self.text = random.choice(
            (f"Dial {self.number} and call it.", f"Call the number {self.number}.", f"Make a call to {self.number}.")
        )
        self.text_zh = f"拨打 {self.number}。"

    def setup(self, phone: Phone) -> None:
        contacts = app_of(phone, Contacts)
        contacts.contacts = [c for c in contacts.contacts if plain(c.number) != self.number]

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        return called(data, self.number)

    def solve(self, eyes: Eyes) -> Move:
        if (over := end_call(eyes)) is not None:
            return over
        if eyes.title() != "Keypad":
            tab = eyes.find(id="tab_keypad")
            if tab is None:
                return "This is not the dial pad; I go back.", Button(name="back")
            return "I open the keypad.", eyes.click(tab)
        shown = eyes.find(id="number")
        typed = "" if shown is None else plain(shown.text)
        if typed == self.number:
            return f"{self.number} is dialled; I tap the call button.", eyes.click(eyes.need("dial"))
        if not self.number.startswith(typed):
            return f"{typed} is not the number; I delete a digit.", eyes.click(eyes.need("erase"))
        rest = self.number[len(typed) :]
        return f"The number {still_needs(rest, rest[0])}", eyes.click(eyes.need(f"digit_{rest[0]}"))


class CallBack(Template):
    name = "call_back"
    package = Dialer.app.package

    def __init__(self, random: Random) -> None:
        self._place = random.randint(0, 4)
        self.text = random.choice(
            (
                "Call back the last missed call.",
                "Return the most recent missed call.",
                "Somebody called and I missed it: call back the latest one.",
            )
        )
        self.text_zh = "回拨最近的一个未接来电。"

    def setup(self, phone: Phone) -> None:
        dialer = app_of(phone, Dialer)
        for i, call in enumerate(dialer.calls[: self._place + 1]):
            if i == self._place:
                dialer.calls[i] = replace(call, kind="missed")
                self.number = call.number
            elif call.kind == "missed":
                dialer.calls[i] = replace(call, kind="incoming")
        phone.reset_scroll("calls")

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        return called(data, self.number)

    def solve(self, eyes: Eyes) -> Move:
        if (over := end_call(eyes)) is not None:
            return over
        if eyes.title() != "Recents":
            tab = eyes.find(id="tab_recents")
            if tab is None:
                return "This is not the list of calls; I go back.", Button(name="back")
            return "I open the list of calls.", eyes.click(tab)
        missed = [n for n in eyes.nodes if n.resource_id == "call_summary" and n.text.startswith("Missed")]
        if not missed:
            return eyes.search("calls", "a missed call")
        newest = min(missed, key=lambda n: n.rect.top)
        return "This is the newest missed call; I tap it.", eyes.click(newest)


def end_call(eyes: Eyes) -> Move | None:
    """Another call than the wanted one goes on."""
    button = eyes.find(id="end_call")
    return None if button is None else ("This is another call; I end it.", eyes.click(button))


def called(data: dict[str, Any], number: str) -> dict[str, Any]:
    data["Phone"].insert(0, {"number": number, "kind": "outgoing"})
    return data
