"""Tasks in Contacts, and one that carries a number from there to Messages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict
from random import Random
from typing import Any

from actions.types import Button, TypeText
from environments.phone import world
from environments.phone.apps.contacts import Contacts
from environments.phone.apps.messages import Messages
from environments.phone.apps.people import Contact, grouped, in_order, new_number, plain
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import Eyes, Move, has_focus, stands
from environments.phone.tasks.messages import thread_with, to_thread
from environments.phone.tasks.template import Question, Template, app_of

NEW_NAMES = (
    *("Amelia Hart", "Boris Lang", "Clara Jensen", "Dentist", "Elias Berg", "Fatima Noor", "Gym Reception"),
    *("Hanna Vogel", "Igor Petrov", "Julia Rossi", "Kenji Mori", "Lena Hoffmann", "Marco Conti", "Nina Larsen"),
    *("Oscar Diaz", "Plumber", "Rachel Green", "Stefan Kral", "Taxi Central", "Vera Lopez", "赵磊", "孙丽"),
)


class AddContact(Template):
    name = "add_contact"
    package = Contacts.app.package

    def __init__(self, random: Random) -> None:
        self.person = random.choice(NEW_NAMES)
        self.number = new_number(random)
        shown = random.choice((grouped(self.number), self.number))
        self.text = random.choice(
            (
                f"Add {self.person} to the contacts with the number {shown}.",
                f"Create a contact called {self.person}, phone number {shown}.",
            )
        )
        self.text_zh = f"新建联系人“{self.person}”，电话号码 {shown}。"

    def setup(self, phone: Phone) -> None:
        _without(phone, self.person, self.number)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Contacts"] = _sorted([*data["Contacts"], asdict(Contact(self.person, self.number))])
        return data

    def solve(self, eyes: Eyes) -> Move:
        if (away := eyes.to_page("Contacts", "New contact")) is not None:
            return away
        if eyes.title() == "Contacts":
            button = eyes.find(id="new_contact")
            if button is None:
                return "The list shows what was searched for; I go back.", Button(name="back")
            return "The list has a button for a new contact; I tap it.", eyes.click(button)
        for field, text in (("name_field", self.person), ("number_field", self.number)):
            node = eyes.find(id=field)
            if node is None:
                return eyes.search("contact_form", "the field")
            if node.text != text:
                return eyes.fill(field, text, node, "Save")
        return "Name and number are there; I tap Save.", eyes.click(eyes.need("save"))


class ChangeNumber(Template):
    name = "change_number"
    package = Contacts.app.package

    def __init__(self, random: Random) -> None:
        self.person = random.choice(world.NAMES)
        self.number, self._before = new_number(random), new_number(random)
        while self._before == self.number:
            self._before = new_number(random)
        shown = grouped(self.number)
        self.text = random.choice(
            (
                f"{self.person} has a new number: {shown}. Change it in Contacts.",
                f"Change the phone number of {self.person} to {shown}.",
            )
        )
        self.text_zh = f"把联系人“{self.person}”的电话号码改成 {shown}。"

    def setup(self, phone: Phone) -> None:
        contact_with(phone, self.person, self._before)
        contacts = app_of(phone, Contacts)
        contacts.contacts = [c for c in contacts.contacts if plain(c.number) != self.number]

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        for contact in data["Contacts"]:
            if contact["name"] == self.person:
                contact["number"] = self.number
        data["Contacts"] = _sorted(data["Contacts"])
        return data

    def solve(self, eyes: Eyes) -> Move:
        if eyes.title() == "Edit contact":
            name, number = eyes.find(id="name_field"), eyes.find(id="number_field")
            if name is not None and name.text != self.person:
                return "This is another contact; I go back.", Button(name="back")
            if number is None:
                return eyes.search("contact_form", "the number")
            return eyes.fill("number_field", self.number, eyes.need("save"), "Save")
        if (away := to_contact(eyes, self.person)) is not None:
            return away
        return f"This is {self.person}; I tap the pencil.", eyes.click(eyes.need("edit"))


class StarContact(Template):
    name = "star_contact"
    package = Contacts.app.package

    def __init__(self, random: Random) -> None:
        self.person = random.choice(world.NAMES)
        self.value = random.random() < 0.6
        self._number = new_number(random)
        if self.value:
            self.text = random.choice(
                (f"Add {self.person} to the favourite contacts.", f"Mark {self.person} as a favourite in Contacts.")
            )
            self.text_zh = f"把联系人“{self.person}”加入收藏。"
        else:
            self.text = f"Remove {self.person} from the favourite contacts."
            self.text_zh = f"把联系人“{self.person}”从收藏中移除。"

    def setup(self, phone: Phone) -> None:
        contact_with(phone, self.person, self._number).starred = not self.value

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        for contact in data["Contacts"]:
            if contact["name"] == self.person:
                contact["starred"] = self.value
        return data

    def solve(self, eyes: Eyes) -> Move:
        if (away := to_contact(eyes, self.person)) is not None:
            return away
        return f"This is {self.person}; I tap the star.", eyes.click(eyes.need("star"))


class ReadNumber(Question):
    """The number may be written in any way, but no other number may be said."""

    name = "read_number"
    package = Contacts.app.package

    def __init__(self, random: Random) -> None:
        self.person = random.choice(world.NAMES)
        self._number = new_number(random)
        self.text = random.choice(
            (f"What is the phone number of {self.person}?", f"Which number do I have for {self.person}?")
        )
        self.text_zh = f"{self.person}的电话号码是多少？"

    def setup(self, phone: Phone) -> None:
        contact_with(phone, self.person, self._number)
        self.expected = grouped(self._number)
        self.others = [grouped(c.number) for c in app_of(phone, Contacts).contacts if c.name != self.person]

    def answered(self, answer: str | None) -> bool:
        return answer is not None and numbers_in(answer) == {self._number}

    def solve(self, eyes: Eyes) -> Move:
        if (away := to_contact(eyes, self.person, by_search=True)) is not None:
            return away
        number = eyes.find(id="contact_number")
        if number is None:
            return eyes.search("contact_page", "the number")
        return f"{stands('above', 'Mobile', number.text)}.", eyes.answer(number.text)


class TextNumber(Template):
    """Look up a number in Contacts and send it in Messages."""

    name = "text_number"
    package = Contacts.app.package

    def __init__(self, random: Random) -> None:
        self.about, self.to = random.sample(world.NAMES, 2)
        self._number = new_number(random)
        self._place = random.randint(0, 5)
        self._first = random.choice(world.MESSAGES)
        self.text = random.choice(
            (
                f"Send {self.to} a message with the phone number of {self.about}: only the number, "
                "written as it stands in Contacts.",
                f"Look up the number of {self.about} in Contacts and text it to {self.to}, "
                "just the number and exactly as it is shown.",
            )
        )
        self.text_zh = (
            f"在通讯录里查到{self.about}的电话号码，用短信发给{self.to}：只发号码，写法和通讯录里显示的一样。"
        )
        self._seen = ""

    def setup(self, phone: Phone) -> None:
        contact_with(phone, self.about, self._number).starred = True
        thread_with(phone, self.to, self._place, self._first)
        self._seen = ""

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Messages"][self.to].append({"text": grouped(self._number), "mine": True})
        return data

    def where(self, eyes: Eyes) -> str:
        name, number = eyes.find(id="contact_name"), eyes.find(id="contact_number")
        if name is not None and name.text == self.about and number is not None:
            self._seen = number.text
        return Messages.app.package if self._seen else Contacts.app.package

    def noted(self, eyes: Eyes) -> str:  # noqa: ARG002
        return stands("above", "Mobile", self._seen) if self._seen else ""

    def solve(self, eyes: Eyes) -> Move:
        if self._seen:
            if (away := to_thread(eyes, self.to)) is not None:
                return away
            return eyes.fill("message", self._seen, eyes.need("send"), "the send button")
        if (away := to_contact(eyes, self.about)) is not None:
            return away
        return eyes.search("contact_page", "the number")


def contact_with(phone: Phone, name: str, number: str) -> Contact:
    """Exactly one contact of that name, with that number, which nobody else has."""
    contacts = app_of(phone, Contacts)
    kept = next((c for c in contacts.contacts if c.name == name), None) or Contact(name, number)
    kept.number = number
    others = [c for c in contacts.contacts if c.name != name and plain(c.number) != plain(number)]
    contacts.contacts = [*others, kept]
    return kept


def to_contact(eyes: Eyes, name: str, *, by_search: bool = False) -> Move | None:
    """To a person's page: through the list, or with the search field."""
    title = eyes.title()
    if title == "Contact":
        shown = eyes.find(id="contact_name")
        if shown is None:
            return eyes.search("contact_page", "the name")
        return None if shown.text == name else ("This is another contact; I go back.", Button(name="back"))
    if title != "Contacts":
        return "This is not the list of contacts; I go back.", Button(name="back")
    row = eyes.find(id="contact", text=name)
    if row is not None:
        return f"I look for {name}; I see it and tap the name.", eyes.click(row)
    field = eyes.need("contact_search")
    if by_search and field.text != name:
        if not field.focused:
            return f"I look for {name}; it is not here, so I tap the search field.", eyes.click(field)
        return has_focus(field), TypeText(text=name, replace=bool(field.text))
    if field.text not in ("", name):
        return "The list shows something else that was searched for; I go back.", Button(name="back")
    return eyes.search("contacts", name)


def numbers_in(text: str) -> set[str]:
    """What could be a phone number in a text, in plain digits: all with two digits or more."""
    found = re.findall(r"\+?[(]?\d[\d\s().\-]*", unicodedata.normalize("NFKC", text))
    return {n for n in map(plain, found) if len(n) > 1}


def _without(phone: Phone, name: str, number: str) -> None:
    contacts = app_of(phone, Contacts)
    contacts.contacts = [c for c in contacts.contacts if c.name != name and plain(c.number) != plain(number)]


def _sorted(contacts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [asdict(c) for c in in_order(Contact(**c) for c in contacts)]
