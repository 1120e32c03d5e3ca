"""What a page of the simulated phone's web is made of, and the sites that pages belong to."""

from __future__ import annotations

from dataclasses import dataclass

from environments.phone.theme import Colour


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """`to` is an address; "cookies" opens the site's cookie settings."""

    text: str
    to: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Art:
    """A picture of `pictures.ART`."""

    art: str
    tint: Colour
    tall: float = 130


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of a table."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class TextInput:
    key: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    key: str
    text: str
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """One of several; the first is chosen at first."""

    key: str
    title: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Submit:
    """Sends what the page's form holds, under the name `form`. `said`: what an accessibility service reads instead."""

    text: str
    form: str
    thanks: str
    said: str = ""


Block = Heading | Paragraph | Link | Art | Fact | TextInput | Tick | Options | Submit


@dataclass(frozen=True, slots=True)
class WebPage:
    """`address` begins with the site's host."""

    address: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def host(self) -> str:
        return self.address.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Site:
    """`cookies`: it asks what it may keep before it shows anything."""

    host: str
    name: str
    art: str
    tint: Colour
    cookies: bool
