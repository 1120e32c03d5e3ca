"""Contacts: a list by letter with a search, a person's page, and a form to add and change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from random import Random
from typing import Any

from environments.phone.apps.base import App, PagedProgram
from environments.phone.apps.dialer import Dialer
from environments.phone.apps.people import (
    CONTACTS,
    PHONE,
    Contact,
    address_book,
    badge,
    dialable,
    grouped,
    plain,
    section,
)
from environments.phone.apps.people import in_order as in_order
from environments.phone.discs import Avatar, RoundButton, Row
from environments.phone.layouts import Card, Column, Dialog, Gap, Header, Page, Scrolling
from environments.phone.parts import Handler, Widget
from environments.phone.text_field import Field
from environments.phone.widgets import Button, IconButton, Item, Label


class Contacts(PagedProgram):
    """`person` is whose page is open, `draft` what the form holds; a draft without a person is a new contact."""

    app = App(CONTACTS, ".Main", "Contacts")
    icon = "person"
    colour = (25, 103, 210)

    def start(self, random: Random) -> None:  # noqa: ARG002  Phone must draw the same people
        self.contacts: list[Contact] = address_book(self.host.seed)
        self.restart()

    def restart(self) -> None:
        self.query = ""
        self.person: Contact | None = None
        self.draft: Contact | None = None
        self.deleting = False

    def build(self) -> Page:
        if self.draft is not None:
            return self._form(self.draft)
        return self._list() if self.person is None else self._page(self.person)

    # ------------------------------------------------------------ the list

    def _list(self) -> Page:
        search = Field("contact_search", self.query, self._search, hint="Search contacts")
        body = Column([Column([search], pad=(16, 4)), Scrolling("contacts", self._rows(), pad=(0, 96))])
        plus = IconButton("plus", "New contact", self._new, id="new_contact")
        return Page("Contacts", body, floating=None if self.query else plus)

    def _rows(self) -> list[Widget]:
        contacts = in_order(self.contacts)
        if self.query.strip():
            found = [c for c in contacts if _matches(c, self.query)]
            return [self._row(c) for c in found] or [_nothing("No contacts found")]
        if not contacts:
            return [_nothing("No contacts yet")]
        rows: list[Widget] = []
        starred = [c for c in contacts if c.starred]
        if starred:
            rows += [Header("Favourites"), *map(self._row, starred)]
        letter = ""
        for contact in contacts:
            if section(contact.name) != letter:
                letter = section(contact.name)
                rows.append(Header(letter))
            rows.append(self._row(contact))
        return rows

    def _row(self, contact: Contact) -> Item:
        return Item(
            contact.name, id="contact", badge=badge(contact.name), on_tap=lambda: self._open(contact), strong=False
        )

    def _search(self, text: str) -> None:
        self.query = text
        self.host.reset_scroll("contacts")

    def _open(self, contact: Contact) -> None:
        self.person = contact
        self.host.unfocus()
        self.host.reset_scroll("contact_page")

    # ------------------------------------------------------------ a person

    def _page(self, contact: Contact) -> Page:
        number = grouped(contact.number)
        rows: list[Widget] = [
            Avatar(contact.name, badge(contact.name)),
            Label(contact.name, sp=26, align="center", lines=3, id="contact_name", pad=(24, 4)),
            Gap(8),
            Row(
                [
                    RoundButton("Call", self._call, icon="call", id="call"),
                    RoundButton("Copy number", self._copy, icon="copy", id="copy_number"),
                ],
                pad=48,
            ),
            Gap(8),
            Card(Item(number, "Mobile", id="contact_number", icon="call")),
        ]
        if contact.email:
            rows.append(Card(Item(contact.email, "Home", id="contact_email", icon="mail")))
        star = "star" if contact.starred else "star_outline"
        said = "Remove from favourites" if contact.starred else "Add to favourites"
        actions = [
            IconButton(star, said, self._star, id="star"),
            IconButton("pencil", "Edit contact", self._edit, id="edit"),
            IconButton("trash", "Delete contact", self._ask, id="delete"),
        ]
        dialog = self._question(contact) if self.deleting else None
        return Page("Contact", Scrolling("contact_page", rows), up=self.back, actions=actions, dialog=dialog)

    def _question(self, contact: Contact) -> Dialog:
        return Dialog(
            "Delete this contact?",
            [Label(f"“{contact.name}” will be gone for good.", lines=3, pad=(24, 6))],
            [
                Button("Cancel", self._dismiss, id="cancel", look="plain"),
                Button("Delete", self._delete, id="confirm", look="plain"),
            ],
            on_dismiss=self._dismiss,
        )

    def _call(self) -> None:
        phone = self.host.program(PHONE)
        if self.person is not None and isinstance(phone, Dialer):
            self.host.open(PHONE)
            phone.call(self.person.number)

    def _copy(self) -> None:
        if self.person is not None:
            self.host.clipboard = grouped(self.person.number)
            self.host.toast("Number copied")

    def _star(self) -> None:
        if self.person is not None:
            self.person.starred = not self.person.starred
            self.host.note("starred", name=self.person.name, value=self.person.starred)

    def _ask(self) -> None:
        self.deleting = True

    def _dismiss(self) -> None:
        self.deleting = False

    def _delete(self) -> None:
        assert self.person is not None
        self.contacts = [c for c in self.contacts if c is not self.person]
        self.host.note("deleted", name=self.person.name, number=plain(self.person.number))
        self.host.toast("Contact deleted")
        self.person, self.deleting = None, False

    # ------------------------------------------------------------ the form

    def _form(self, draft: Contact) -> Page:
        def change(part: str) -> Callable[[str], object]:
            def put(text: str) -> None:
                setattr(draft, part, text)

            return put

        def go_on(field: str, value: str) -> Handler:
            return lambda: self.host.focus_on(field, value)

        fields: list[Widget] = [
            _caption("Name"),
            Field(
                "name_field",
                draft.name,
                change("name"),
                hint="Name",
                on_submit=go_on("number_field", draft.number),
            ),
            Gap(10),
            _caption("Phone"),
            Field(
                "number_field",
                draft.number,
                change("number"),
                hint="Phone number",
                on_submit=go_on("email_field", draft.email),
            ),
            Gap(10),
            _caption("Email"),
            Field("email_field", draft.email, change("email"), hint="Email", on_submit=self._save),
        ]
        title = "New contact" if self.person is None else "Edit contact"
        save = Button("Save", self._save, id="save", look="plain")
        body = Scrolling("contact_form", [Column(fields, pad=(16, 4))])
        return Page(title, body, up=self.back, actions=[save])

    def _new(self) -> None:
        self.draft = Contact("", "")
        self.host.reset_scroll("contact_form")
        self.host.unfocus()

    def _edit(self) -> None:
        if self.person is not None:
            self.draft = replace(self.person)
            self.host.reset_scroll("contact_form")

    def _save(self) -> None:
        draft = self.draft
        assert draft is not None
        name = " ".join(draft.name.split())
        if not name:
            self.host.toast("A contact needs a name")
            return
        if not dialable(draft.number):
            self.host.toast("A contact needs a phone number")
            return
        saved = replace(draft, name=name, number=draft.number.strip(), email=draft.email.strip())
        if self.person is None:
            self.contacts.append(saved)
            self.person = saved
        else:
            self.person.name, self.person.number, self.person.email = saved.name, saved.number, saved.email
        self.host.note("saved", name=saved.name, number=plain(saved.number), email=saved.email)
        self.draft, self.query = None, ""
        self.host.unfocus()
        self.host.reset_scroll("contact_page")
        self.host.toast("Contact saved")

    def back(self) -> bool:
        if self.deleting:
            self.deleting = False
        elif self.draft is not None:
            self.draft = None
        elif self.person is not None:
            self.person = None
        elif self.query:
            self._search("")
        else:
            return False
        self.host.unfocus()
        return True

    def data(self) -> Any:
        return [
            {"name": c.name, "number": plain(c.number), "email": c.email, "starred": c.starred}
            for c in in_order(self.contacts)
        ]

    def view(self) -> Any:
        return {
            "query": self.query,
            "open": None if self.person is None else self.person.name,
            "draft": None if self.draft is None else asdict(self.draft),
            "deleting": self.deleting,
        }


def _matches(contact: Contact, query: str) -> bool:
    wanted, digits = query.strip().casefold(), plain(query)
    return wanted in contact.name.casefold() or (bool(digits) and digits in plain(contact.number))


def _caption(text: str) -> Label:
    return Label(text, sp=13, lines=1, pad=(16, 4))


def _nothing(text: str) -> Label:
    return Label(text, align="center", id="empty", pad=(24, 64))
