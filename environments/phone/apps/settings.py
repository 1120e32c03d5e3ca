"""Settings: switches and choices in a list that scrolls, more of them on pages below, and a search over all of them.

The values live in the phone's settings table, so that `settings put` and the app always agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from environments.phone import world
from environments.phone.apps.base import App, PagedProgram
from environments.phone.apps.settings_rows import (
    CHOICES,
    PAGES,
    PARENTS,
    QUICK,
    SAVER,
    SECTIONS,
    TOGGLES,
    Choice,
    Key,
    Toggle,
    index,
)
from environments.phone.keyguard import PIN
from environments.phone.layouts import Column, Dialog, Divider, Gap, Header, Page, Scrolling, Topped
from environments.phone.parts import Widget
from environments.phone.permissions import DENIED, GRANTED
from environments.phone.permissions import key as permission_key
from environments.phone.text_field import Field
from environments.phone.widgets import Button, IconButton, Item, Label

SHORTEST_PIN, LONGEST_PIN = 4, 16


class Settings(PagedProgram):
    """`page` is "" for the list or a page's title, `choosing` the choice whose dialog is open.

    `query` is what is searched, None while the search is closed; `found` is the row that the search led to.
    """

    app = App("com.sim.settings", ".Main", "Settings")
    icon = "gear"
    colour = (95, 99, 104)

    def start(self, random: Random) -> None:
        for toggle in TOGGLES:
            self._put(toggle.key, toggle.on if random.random() < 0.5 else toggle.off)
        self._put(("secure", "ui_night_mode"), "2" if random.random() < 0.25 else "1")
        self._put(PIN, "")
        for choice in CHOICES:
            self._put(choice.key, random.choice(list(choice.options.values())))
        self._put(("system", "font_scale"), random.choice(("1.0", "1.0", "1.0", "0.85", "1.15")))
        self.order: list[tuple[str, list[Toggle | Choice | str]]] = []
        for name in random.sample(list(SECTIONS), len(SECTIONS)):
            rows = list(SECTIONS[name])
            random.shuffle(rows)
            self.order.append((name, rows))
        self.networks: list[str] = random.sample(world.NETWORKS, random.randint(5, 9))
        self.network = random.choice(self.networks)
        self.restart()

    def restart(self) -> None:
        self.page = ""
        self.choosing: Choice | None = None
        self.query: str | None = None
        self.found = ""
        self.new_pin = ""

    @property
    def quick(self) -> list[Toggle]:
        return [t for name in QUICK for t in TOGGLES if t.title == name]

    def _put(self, key: Key, value: str) -> None:
        self.host.settings[key] = value

    def is_on(self, toggle: Toggle) -> bool:
        return self.host.settings.get(toggle.key, toggle.off) not in (toggle.off, "null", "")

    def chosen(self, choice: Choice) -> str:
        """The shown name of the present value; the value itself where no option has it."""
        value = self.host.settings.get(choice.key, "")
        return next((name for name, kept in choice.options.items() if kept == value), value)

    @property
    def connected(self) -> str | None:
        """The Wi-Fi network, where Wi-Fi is on."""
        return self.network if self.is_on(TOGGLES[0]) else None

    def move(self, row: Toggle, *, first: bool) -> None:
        """Put a row at the head of the list, or at its very end."""
        for name, rows in self.order:
            if row in rows:
                rows.remove(row)
                rows.insert(0 if first else len(rows), row)
                self.order.remove((name, rows))
                self.order.insert(0 if first else len(self.order), (name, rows))
                return

    def build(self) -> Page:
        dialog = None if self.choosing is None else self._dialog(self.choosing)
        if self.query is not None:
            return self._search_page(self.query)
        if self.page:
            below = self._page_rows(self.page)
            body = Scrolling(f"settings_{self.page}", below, first=self._found_in(below))
            return Page(self.page, body, up=self.back, dialog=dialog)
        rows: list[Widget] = []
        for number, (name, members) in enumerate(self.order):
            rows += [*([Divider()] if number else []), Header(name), *map(self._row, members)]
        at = self._found_in(rows)
        lens = IconButton("search", "Search settings", self._search, id="search_settings")
        return Page("Settings", Scrolling("settings", rows, pad=(0, 24), first=at), actions=[lens], dialog=dialog)

    def _found_in(self, rows: Sequence[Widget]) -> int:
        """Where the row stands that the search led to."""
        return next((i for i, r in enumerate(rows) if isinstance(r, Item) and r.title == self.found), 0)

    def _page_rows(self, page: str) -> list[Widget]:
        if page in PAGES:
            return [self._row(row) for row in PAGES[page]]
        pages = {
            "Networks": self._networks,
            "Battery": self._battery,
            "About phone": self._about,
            "Screen lock": self._lock,
            "App permissions": self._permissions,
        }
        return pages[page]()

    def _search_page(self, query: str) -> Page:
        field = Field("settings_query", query, self._type, hint="Search settings", on_submit=self.host.unfocus)
        wanted = query.strip().casefold()
        hits = [
            Item(title, where, id="result", icon=icon, on_tap=lambda page=page, title=title: self._go(page, title))
            for title, icon, page, where in index()
            if wanted and wanted in title.casefold()
        ]
        nothing = Label(f"Nothing is called “{query.strip()}”", align="center", pad=(24, 40), id="no_results")
        rows: list[Widget] = [*hits] or ([nothing] if wanted else [])
        return Page("Search settings", Topped(field, Scrolling("results", rows)), up=self.back)

    def _row(self, row: Toggle | Choice | str) -> Item:
        match row:
            case Toggle():
                return Item(
                    row.title,
                    row.subtitle,
                    id=f"switch_{row.key[1]}",
                    icon=row.icon,
                    checked=self.is_on(row),
                    strong=row.title == self.found,
                    on_tap=lambda: self.flip(row),
                )
            case Choice():
                return Item(
                    row.title,
                    self.chosen(row),
                    id=f"choice_{row.key[1]}",
                    icon=row.icon,
                    strong=row.title == self.found,
                    on_tap=lambda: self._choose(row),
                )
            case _:
                icon, subtitle = {
                    "Networks": ("wifi", f"Connected to {self.connected}" if self.connected else "Not connected"),
                    "Battery": ("battery", "Level and battery saver"),
                    "About phone": ("info", self.host.properties["ro.product.model"]),
                    "Security": ("shield", "Screen lock, passwords, permissions"),
                    "Accessibility": ("human", "Display and interaction"),
                    "Keyboard": ("keyboard", "Languages and typing"),
                    "Screen lock": ("lock", "PIN" if self.host.settings.get(PIN) else "Swipe"),
                    "App permissions": ("pin", "What apps may use"),
                }[row]
                return Item(
                    row, subtitle, id=f"page_{row.split()[0].lower()}", icon=icon, on_tap=lambda: self._enter(row)
                )

    def _networks(self) -> list[Widget]:
        rows: list[Widget] = [self._row(TOGGLES[0]), Divider()]
        if not self.is_on(TOGGLES[0]):
            return rows
        for name in sorted(self.networks, key=lambda n: n != self.network):
            note = "Connected" if name == self.network else "Saved"
            rows.append(Item(name, note, id="network", icon="wifi_full", on_tap=lambda name=name: self._join(name)))
        return rows

    def _battery(self) -> list[Widget]:
        level = Item("Battery level", f"{self.host.battery}%", id="battery_level", icon="battery")
        return [level, self._row(SAVER)]

    def _about(self) -> list[Widget]:
        names = {
            "Model": "ro.product.model",
            "Android version": "ro.build.version.release",
            "Serial number": "ro.serialno",
            "Build number": "ro.build.display.id",
        }
        return [
            Item(title, self.host.properties.get(key, ""), id=f"about_{title.split()[0].lower()}")
            for title, key in names.items()
        ]

    def _lock(self) -> list[Widget]:
        kind = "A PIN unlocks this phone" if self.host.settings.get(PIN) else "A swipe unlocks this phone"
        rows: list[Widget] = [
            Label(kind, pad=(16, 12), id="lock_kind"),
            Field("new_pin", self.new_pin, self._type_pin, hint="New PIN, 4 to 16 digits", on_submit=self._save_pin),
            Gap(12),
            Button("Save PIN", self._save_pin, id="save_pin"),
        ]
        if self.host.settings.get(PIN):
            rows += [Gap(8), Button("Remove PIN", self._remove_pin, id="remove_pin", look="tonal")]
        return [Column(rows, pad=(16, 0))]

    def _permissions(self) -> list[Widget]:
        rows: list[Widget] = []
        for app in self.host.apps:
            key = permission_key(app.package)
            answer = self.host.settings.get(key)
            if answer is not None:
                other = DENIED if answer == GRANTED else GRANTED
                program = self.host.program(app.package)
                rows.append(
                    Item(
                        app.label,
                        "Allowed" if answer == GRANTED else "Not allowed",
                        id="permission",
                        icon=program.icon,
                        checked=answer == GRANTED,
                        on_tap=lambda key=key, other=other: self._put(key, other),
                    )
                )
        return rows or [Label("No app has asked for anything yet", align="center", pad=(24, 40))]

    def _dialog(self, choice: Choice) -> Dialog:
        options: list[Widget] = [
            Item(
                name,
                id="option",
                radio=True,
                checked=name == self.chosen(choice),
                on_tap=lambda name=name: self._pick(name),
            )
            for name in choice.options
        ]
        cancel = Button("Cancel", self._dismiss, id="cancel", look="plain")
        return Dialog(choice.title, options, [cancel], on_dismiss=self._dismiss)

    def flip(self, toggle: Toggle) -> None:
        value = not self.is_on(toggle)
        self._put(toggle.key, toggle.on if value else toggle.off)
        self.host.note("toggled", setting=toggle.title, value=value)

    def _choose(self, choice: Choice) -> None:
        self.choosing = choice
        self.host.reset_scroll("dialog_list")

    def _pick(self, name: str) -> None:
        assert self.choosing is not None
        self._put(self.choosing.key, self.choosing.options[name])
        self.host.note("chosen", setting=self.choosing.title, value=name)
        self._dismiss()

    def _dismiss(self) -> None:
        self.choosing = None

    def _enter(self, page: str) -> None:
        self.page, self.found, self.new_pin = page, "", ""
        self.host.unfocus()
        self.host.reset_scroll(f"settings_{page}")

    def _search(self) -> None:
        self._type("")
        self.host.focus_on("settings_query", "")

    def _type(self, text: str) -> None:
        self.query = text
        self.host.reset_scroll("results")

    def _go(self, page: str, title: str) -> None:
        """To where a row lies, which then stands at the top."""
        self._enter(page)
        self.query, self.found = None, title
        self.host.reset_scroll("settings")

    def _type_pin(self, text: str) -> None:
        self.new_pin = "".join(c for c in text if c in "0123456789")[:LONGEST_PIN]

    def _save_pin(self) -> None:
        if len(self.new_pin) < SHORTEST_PIN:
            self.host.toast(f"A PIN has at least {SHORTEST_PIN} digits")
            return
        self._put(PIN, self.new_pin)
        self.host.note("pin_set", pin=self.new_pin)
        self.host.toast("The PIN is set")
        self.back()

    def _remove_pin(self) -> None:
        self._put(PIN, "")
        self.host.note("pin_removed")

    def _join(self, name: str) -> None:
        self.network = name
        self.host.note("joined", network=name)

    def back(self) -> bool:
        if self.choosing is not None:
            self._dismiss()
        elif self.query is not None:
            self.query = None
            self.host.unfocus()
        elif self.page:
            self._enter(PARENTS.get(self.page, ""))
        else:
            return False
        return True

    def data(self) -> Any:
        """What a person has set, by the names that the app shows."""
        return {
            **{t.title: self.is_on(t) for t in TOGGLES},
            **{c.title: self.chosen(c) for c in CHOICES},
            "network": self.network,
            "PIN": self.host.settings.get(PIN, ""),
        }

    def view(self) -> Any:
        choosing = None if self.choosing is None else self.choosing.title
        return {"page": self.page, "choosing": choosing, "search": self.query}
