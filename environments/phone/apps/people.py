"""People and their numbers: what Contacts keeps, and how Phone finds and shows it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Protocol, runtime_checkable

from environments.phone import world
from environments.phone.theme import Colour

CONTACTS, PHONE = "com.sim.contacts", "com.sim.phone"

BADGES: tuple[Colour, ...] = (
    *((26, 115, 232), (217, 48, 37), (24, 128, 56), (176, 96, 0)),
    *((147, 52, 230), (0, 121, 128), (194, 24, 91), (84, 110, 122)),
)


@dataclass(slots=True)
class Contact:
    """`number` as it was typed; `plain` is what it dials."""

    name: str
    number: str
    email: str = ""
    starred: bool = False


@runtime_checkable
class Directory(Protocol):
    """An app that keeps contacts."""

    contacts: list[Contact]


def address_book(seed: int) -> list[Contact]:
    """The contacts that a phone of this seed begins with. The numbers are of the range kept for fiction (555-01xx)."""
    random = world.stream(seed, "people")
    areas = range(201, 990, 7)
    drawn = (divmod(i, 100) for i in random.sample(range(100 * len(areas)), 40))
    numbers = [f"{areas[area]}55501{last:02d}" for area, last in drawn]
    book: list[Contact] = []
    for name, number in zip(random.sample(world.NAMES, random.randint(14, 24)), numbers, strict=False):
        book.append(Contact(name, number, _email(name, random) if random.random() < 0.6 else ""))
    for contact in random.sample(book, random.randint(0, 3)):
        contact.starred = True
    return book


def new_number(random: Random) -> str:
    """Ten digits, from outside of what `address_book` draws."""
    return f"{random.randrange(202, 990, 7)}55501{random.randrange(100):02d}"


def _email(name: str, random: Random) -> str:
    plain_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "".join(c if c.isalpha() else " " for c in plain_name).split()
    return f"{'.'.join(words)}@{random.choice(('example.com', 'example.org', 'mail.example'))}" if words else ""


@lru_cache(maxsize=4096)
def plain(number: str) -> str:
    """What is dialled: digits, *, # and a leading +, however it is written."""
    text = unicodedata.normalize("NFKC", number).strip()
    kept = "".join(c for c in text if c in "0123456789*#")
    return "+" + kept if text.startswith("+") else kept


def dialable(number: str) -> bool:
    """Whether it can be a phone number: at least three digits, and nothing but digits and what stands between them."""
    text = unicodedata.normalize("NFKC", number)
    return len(plain(text).lstrip("+")) >= 3 and all(c in "0123456789*#+-.()/ " for c in text)


def grouped(number: str) -> str:
    """A number as the phone shows it: (415) 555-0142."""
    digits = plain(number)
    match len(digits):
        case 7 if digits.isdecimal():
            return f"{digits[:3]}-{digits[3:]}"
        case 10 if digits.isdecimal():
            return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
        case _:
            return digits


def known(contacts: Iterable[Contact], number: str) -> Contact | None:
    """The first contact with this number."""
    wanted = plain(number)
    return next((c for c in contacts if plain(c.number) == wanted), None)


@lru_cache(maxsize=4096)
def section(name: str) -> str:
    """The letter that a name stands under: A to Z, else #."""
    first = unicodedata.normalize("NFD", name.strip().upper().replace("Ł", "L").replace("Ø", "O"))[:1]
    return first if "A" <= first <= "Z" else "#"


def in_order(contacts: Iterable[Contact]) -> list[Contact]:
    """By letter and name, what begins with no letter at the end."""

    def key(contact: Contact) -> tuple[bool, str, str, str]:
        letter = section(contact.name)
        return letter == "#", letter, contact.name.casefold(), plain(contact.number)

    return sorted(contacts, key=key)


def badge(name: str) -> Colour:
    return BADGES[sum(map(ord, name)) % len(BADGES)]
