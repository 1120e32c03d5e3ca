"""Settings: switches and choices in a list that scrolls; networks, battery and the phone's own data on pages below.

The values live in the phone's settings table, so that `settings put` and the app always agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Any

from environments.phone import world
from environments.phone.apps.base import App, Program
from environments.phone.layouts import Dialog, Divider, Header, Page, Scrolling
from environments.phone.parts import Widget
from environments.phone.widgets import Button, Item

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Toggle:
    """A switch: where its value is kept, and the value for on and for off."""

    title: str
    key: Key
    icon: str
    subtitle: str = ""
    on: str = "1"
    off: str = "0"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values, picked in a dialog. `options` maps what is shown to what is kept."""

    title: str
    key: Key
    icon: str
    options: Mapping[str, str]


SECTIONS: Mapping[str, tuple[Toggle | Choice | str, ...]] = MappingProxyType(
    {
        "Network": (
            Toggle("Wi-Fi", ("global", "wifi_on"), "wifi_full"),
            "Networks",
            Toggle("Bluetooth", ("global", "bluetooth_on"), "bluetooth"),
            Toggle("Airplane mode", ("global", "airplane_mode_on"), "airplane"),
            Toggle("Mobile data", ("global", "mobile_data"), "data"),
            Toggle("Hotspot", ("global", "wifi_ap_on"), "hotspot", "Share the connection"),
            Toggle("NFC", ("global", "nfc_on"), "nfc"),
        ),
        "Display": (
            Toggle("Dark theme", ("secure", "ui_night_mode"), "moon", on="2", off="1"),
            Choice(
                "Font size",
                ("system", "font_scale"),
                "font",
                MappingProxyType({"Small": "0.85", "Default": "1.0", "Large": "1.15", "Largest": "1.3"}),
            ),
            Choice(
                "Screen timeout",
                ("system", "screen_off_timeout"),
                "clock",
                MappingProxyType(
                    {
                        "15 seconds": "15000",
                        "30 seconds": "30000",
                        "1 minute": "60000",
                        "2 minutes": "120000",
                        "5 minutes": "300000",
                        "10 minutes": "600000",
                    }
                ),
            ),
            Toggle("Adaptive brightness", ("system", "screen_brightness_mode"), "sun"),
            Toggle("Auto-rotate", ("system", "accelerometer_rotation"), "rotate"),
            Toggle("Night light", ("secure", "night_display_activated"), "moon", "Warmer colours after sunset"),
        ),
        "Sound": (
            Toggle("Do not disturb", ("global", "zen_mode"), "silent"),
            Choice(
                "Ringtone",
                ("system", "ringtone"),
                "bell",
                MappingProxyType({n: n.lower() for n in ("Aurora", "Beacon", "Chimes", "Harbor", "Marimba", "Orbit")}),
            ),
            Toggle("Vibrate for calls", ("system", "vibrate_when_ringing"), "vibrate"),
            Toggle("Touch sounds", ("system", "sound_effects_enabled"), "note"),
            Toggle("Screen lock sound", ("system", "lockscreen_sounds_enabled"), "lock"),
        ),
        "System": (
            "Battery",
            Toggle("Location", ("secure", "location_mode"), "pin", on="3"),
            Toggle("Data saver", ("global", "data_saver"), "data"),
            Toggle("Play Protect", ("global", "package_verifier_enable"), "shield", "Scan apps for threats"),
            "About phone",
        ),
    }
)

SAVER = Toggle("Battery saver", ("global", "low_power"), "saver", "Less work in the background")
ROWS = tuple(row for rows in SECTIONS.values() for row in rows)
TOGGLES = (*(r for r in ROWS if isinstance(r, Toggle)), SAVER)
CHOICES = tuple(r for r in ROWS if isinstance(r, Choice))


class Settings(Program):
    """`page` is "" for the list or a page's title; `choosing` the title of the choice whose dialog is open."""

    app = App("com.sim.settings", ".Main", "Settings")
    icon = "gear"
    colour = (95, 99, 104)

    def start(self, random: Random) -> None:
        for toggle in TOGGLES:
            self._put(toggle.key, toggle.on if random.random() < 0.5 else toggle.off)
        self._put(("secure", "ui_night_mode"), "2" if random.random() < 0.25 else "1")
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
        if self.page:
            body = {"Networks": self._networks, "Battery": self._battery, "About phone": self._about}[self.page]()
            return Page(self.page, Scrolling(f"settings_{self.page}", body), up=self.back, dialog=dialog)
        rows: list[Widget] = []
        for number, (name, members) in enumerate(self.order):
            rows += [*([Divider()] if number else []), Header(name), *map(self._row, members)]
        return Page("Settings", Scrolling("settings", rows, pad=(0, 24)), dialog=dialog)

    def _row(self, row: Toggle | Choice | str) -> Item:
        match row:
            case Toggle():
                return Item(
                    row.title,
                    row.subtitle,
                    id=f"switch_{row.key[1]}",
                    icon=row.icon,
                    checked=self.is_on(row),
                    on_tap=lambda: self._flip(row),
                )
            case Choice():
                return Item(
                    row.title,
                    self.chosen(row),
                    id=f"choice_{row.key[1]}",
                    icon=row.icon,
                    on_tap=lambda: self._choose(row),
                )
            case _:
                icon, subtitle = {
                    "Networks": ("wifi", f"Connected to {self.connected}" if self.connected else "Not connected"),
                    "Battery": ("battery", "Level and battery saver"),
                    "About phone": ("info", self.host.properties["ro.product.model"]),
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

    def _flip(self, toggle: Toggle) -> None:
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
        self.page = page
        self.host.reset_scroll(f"settings_{page}")

    def _join(self, name: str) -> None:
        self.network = name
        self.host.note("joined", network=name)

    def back(self) -> bool:
        if self.choosing is not None:
            self._dismiss()
        elif self.page:
            self.page = ""
        else:
            return False
        return True

    def data(self) -> Any:
        """What a person has set, by the names that the app shows."""
        return {
            **{t.title: self.is_on(t) for t in TOGGLES},
            **{c.title: self.chosen(c) for c in CHOICES},
            "network": self.network,
        }

    def view(self) -> Any:
        return {"page": self.page, "choosing": None if self.choosing is None else self.choosing.title}
