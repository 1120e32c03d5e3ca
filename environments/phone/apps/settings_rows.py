"""What can be set on the phone: the switches and choices, where each value is kept, and the pages they stand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

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
            "Security",
            "Accessibility",
            "Keyboard",
            "About phone",
        ),
    }
)

PAGES: Mapping[str, tuple[Toggle | Choice | str, ...]] = MappingProxyType(
    {
        "Security": (
            "Screen lock",
            Toggle("Fingerprint unlock", ("secure", "fingerprint_on"), "shield"),
            Toggle("Show passwords", ("system", "show_password"), "lock", "Show characters briefly as you type"),
            Choice(
                "Lock screen notifications",
                ("secure", "lock_screen_show_notifications"),
                "bell",
                MappingProxyType({"Show everything": "2", "Hide sensitive content": "1", "Show nothing": "0"}),
            ),
            "App permissions",
        ),
        "Accessibility": (
            Toggle("Bold text", ("secure", "font_weight_adjustment"), "font", on="300"),
            Toggle("Magnification", ("secure", "accessibility_display_magnification_enabled"), "search"),
            Toggle("Colour inversion", ("secure", "accessibility_display_inversion_enabled"), "sun"),
            Toggle("Remove animations", ("global", "animator_duration_scale"), "rotate", on="0", off="1"),
            Toggle("Live captions", ("secure", "odi_captions_enabled"), "chat"),
            Choice(
                "Touch and hold delay",
                ("secure", "long_press_timeout"),
                "clock",
                MappingProxyType({"Short": "400", "Medium": "1000", "Long": "1500"}),
            ),
        ),
        "Keyboard": (
            Toggle("Auto-correction", ("secure", "auto_correct"), "keyboard"),
            Toggle("Show suggestions", ("secure", "show_suggestions"), "chat", "While you type"),
            Toggle("Vibrate on keypress", ("system", "haptic_feedback_enabled"), "vibrate"),
            Choice(
                "Keyboard language",
                ("secure", "keyboard_language"),
                "font",
                MappingProxyType(
                    {
                        "English": "en",
                        "中文": "zh",
                        "日本語": "ja",
                        "한국어": "ko",
                        "العربية": "ar",
                        "Tiếng Việt": "vi",
                    }
                ),
            ),
        ),
    }
)
"""The rows of the pages that hold switches and choices."""

PARENTS: Mapping[str, str] = MappingProxyType({"Screen lock": "Security", "App permissions": "Security"})
"""The page that a page is entered from, where that isn't the list."""

FLASHLIGHT = Toggle("Flashlight", ("secure", "flashlight_enabled"), "torch")
SAVER = Toggle("Battery saver", ("global", "low_power"), "saver", "Less work in the background")
ROWS = tuple(row for rows in SECTIONS.values() for row in rows)
PAGE_ROWS = tuple(row for rows in PAGES.values() for row in rows)
TOGGLES = (*(r for r in (*ROWS, *PAGE_ROWS) if isinstance(r, Toggle)), SAVER, FLASHLIGHT)
CHOICES = tuple(r for r in (*ROWS, *PAGE_ROWS) if isinstance(r, Choice))
QUICK = ("Wi-Fi", "Bluetooth", "Airplane mode", "Flashlight", "Dark theme", "Do not disturb")
"""The quick settings."""


def index() -> list[tuple[str, str, str, str]]:
    """All that the search finds: the title, its icon, the page it lies on, and what is said of where that is."""
    rows = [("", name, row) for name, members in SECTIONS.items() for row in members]
    rows += [(page, page, row) for page, members in PAGES.items() for row in members]
    rows.append(("Battery", "Battery", SAVER))
    found: list[tuple[str, str, str, str]] = []
    for page, where, row in rows:
        if isinstance(row, str):
            found.append((row, "gear", row, where))
        else:
            found.append((row.title, row.icon, page, where))
    return found
