"""Tasks in Settings."""

from __future__ import annotations

from random import Random
from typing import Any, ClassVar

from actions.types import TypeText
from environments.phone import world
from environments.phone.apps.settings import Settings
from environments.phone.apps.settings_rows import PAGES, ROWS, Choice, Toggle
from environments.phone.keyguard import PIN
from environments.phone.nodes import Node
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import SUMMARY, Eyes, Move, flip, on_or_off, seen_to_be, stands
from environments.phone.tasks.template import Question, Template, app_of

HIDDEN = tuple((page, row) for page, rows in PAGES.items() for row in rows if isinstance(row, Toggle))


class ToggleVisible(Template):
    """Flip a switch that is on the screen as soon as Settings is open."""

    name = "toggle_visible"
    package = Settings.app.package
    first: ClassVar[bool] = True

    def __init__(self, random: Random) -> None:
        self.toggle: Toggle = random.choice([r for r in ROWS if isinstance(r, Toggle)])
        self.value = random.random() < 0.5
        title = self.toggle.title
        if self.value:
            self.text = random.choice(
                (f"Turn on {title}.", f"Switch {title} on in Settings.", f"Please enable {title}.")
            )
            self.text_zh = random.choice((f"打开“{title}”。", f"请在设置里开启“{title}”。"))
        else:
            self.text = random.choice(
                (f"Turn off {title}.", f"Switch {title} off in Settings.", f"Please disable {title}.")
            )
            self.text_zh = random.choice((f"关闭“{title}”。", f"请在设置里关掉“{title}”。"))

    def setup(self, phone: Phone) -> None:
        phone.settings[self.toggle.key] = self.toggle.off if self.value else self.toggle.on
        app_of(phone, Settings).move(self.toggle, first=self.first)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Settings"][self.toggle.title] = self.value
        return data

    def solve(self, eyes: Eyes) -> Move:
        if (away := eyes.to_page("Settings")) is not None:
            return away
        switch = eyes.find(text=self.toggle.title, cls="Switch")
        if switch is None:
            return eyes.search("settings", self.toggle.title)
        return f"{_state(self.toggle, switch, self.value)}; I tap its switch.", flip(eyes, switch, self.value)

    def seen_done(self, eyes: Eyes) -> str:
        return _seen_done(eyes, self.toggle, self.value)


class ToggleScrolled(ToggleVisible):
    """Flip a switch that lies at the far end of Settings."""

    name = "toggle_scrolled"
    first = False


class ChangeChoice(Template):
    name = "change_choice"
    package = Settings.app.package

    def __init__(self, random: Random) -> None:
        self.choice: Choice = random.choice([r for r in ROWS if isinstance(r, Choice)])
        self.option = random.choice(list(self.choice.options))
        self._other = random.choice([o for o in self.choice.options if o != self.option])
        title = self.choice.title
        self.text = random.choice((f"Set {title} to {self.option}.", f"Change the {title.lower()} to {self.option}."))
        self.text_zh = f"把“{title}”改成“{self.option}”。"

    def setup(self, phone: Phone) -> None:
        phone.settings[self.choice.key] = self.choice.options[self._other]

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Settings"][self.choice.title] = self.option
        return data

    def solve(self, eyes: Eyes) -> Move:
        title = self.choice.title
        if eyes.find(id="dialog"):
            if not eyes.find(text=title):
                return "This is another dialog; I cancel it.", eyes.click(eyes.need("cancel"))
            option = eyes.find(id="option", text=self.option)
            if option is None:
                return eyes.search("dialog_list", self.option)
            return f"I look for {self.option}; I see it and tap it.", eyes.click(option)
        if (away := eyes.to_page("Settings")) is not None:
            return away
        row = eyes.find(text=title, cls="Button")
        if row is None:
            return eyes.search("settings", title)
        now = summary(eyes, title)
        if now is None:
            return f"I look for {title}; I see it and open it.", eyes.click(row)
        assert now.text != self.option, f"{title} is {self.option} already"
        return f"{seen_to_be(title, self.option, now.text)}; I open it.", eyes.click(row)

    def seen_done(self, eyes: Eyes) -> str:
        now = summary(eyes, self.choice.title)
        return "" if now is None else f"{seen_to_be(self.choice.title, self.option, now.text)}. "


class SearchSetting(Template):
    """Flip a switch on one of the pages below, which the search finds."""

    name = "search_setting"
    package = Settings.app.package

    def __init__(self, random: Random) -> None:
        self.page, self.toggle = random.choice(HIDDEN)
        self.value = random.random() < 0.5
        title, way = self.toggle.title, "on" if self.value else "off"
        self.text = random.choice(
            (f"Find “{title}” with the search in Settings and turn it {way}.", f"Turn {way} {title} in Settings.")
        )
        self.text_zh = f"在设置里搜索“{title}”并将其{'打开' if self.value else '关闭'}。"

    def setup(self, phone: Phone) -> None:
        phone.settings[self.toggle.key] = self.toggle.off if self.value else self.toggle.on

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Settings"][self.toggle.title] = self.value
        return data

    def solve(self, eyes: Eyes) -> Move:
        title = self.toggle.title
        switch = eyes.find(text=title, cls="Switch")
        if switch is not None:
            return f"{_state(self.toggle, switch, self.value)}; I tap its switch.", flip(eyes, switch, self.value)
        if (away := eyes.to_page("Settings", "Search settings")) is not None:
            return away
        if eyes.title() == "Settings":
            return f"I look for {title}; it is not here, so I open the search.", eyes.click(
                eyes.need("search_settings")
            )
        hit = eyes.find(id="result", text=title)
        if hit is not None:
            return f"I look for {title}; I see it and open it.", eyes.click(hit)
        field = eyes.need("settings_query")
        if not field.focused:
            return "I tap the search field.", eyes.click(field)
        if field.text == title:
            return eyes.search("results", title)
        return f"I type {title}.", TypeText(text=title, replace=bool(field.text))

    def seen_done(self, eyes: Eyes) -> str:
        return _seen_done(eyes, self.toggle, self.value)


class SetPin(Template):
    """Give the phone a PIN, two pages below the list."""

    name = "set_pin"
    package = Settings.app.package

    def __init__(self, random: Random) -> None:
        self.new = "".join(random.choices("0123456789", k=random.choice((4, 4, 6))))
        self.text = random.choice(
            (f"Set the screen lock PIN to {self.new}.", f"Protect this phone with the PIN {self.new}.")
        )
        self.text_zh = f"把锁屏 PIN 设为 {self.new}。"

    def setup(self, phone: Phone) -> None:
        phone.settings[PIN] = ""

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Settings"]["PIN"] = self.new
        return data

    def solve(self, eyes: Eyes) -> Move:
        if (away := eyes.to_page("Settings", "Security", "Screen lock")) is not None:
            return away
        match eyes.title():
            case "Settings":
                return enter(eyes, "Security")
            case "Security":
                return enter(eyes, "Screen lock", "settings_Security")
            case _:
                return eyes.fill("new_pin", self.new, eyes.need("save_pin"), "Save PIN")


class ReadNetwork(Question):
    name = "read_network"
    package = Settings.app.package

    def __init__(self, random: Random) -> None:
        self.text = random.choice(
            ("Which Wi-Fi network is the phone connected to?", "What is the name of the connected Wi-Fi?")
        )
        self.text_zh = "手机现在连接的是哪个 Wi-Fi 网络？"

    def setup(self, phone: Phone) -> None:
        phone.settings["global", "wifi_on"] = "1"
        settings = app_of(phone, Settings)
        self.expected = settings.network
        self.others = [n for n in settings.networks if n != settings.network]

    def solve(self, eyes: Eyes) -> Move:
        if (away := eyes.to_page("Settings", "Networks")) is not None:
            return away
        if eyes.title() == "Settings":
            return enter(eyes, "Networks")
        connected = eyes.find(text="Connected")
        row = None if connected is None else eyes.around(connected, id="network")
        if row is None:
            return eyes.search("settings_Networks", "the connected network")
        return f"{stands('above', 'Connected', row.text)}.", eyes.answer(row.text)


class ReadAbout(Question):
    name = "read_about"
    package = Settings.app.package

    def __init__(self, random: Random) -> None:
        self.row, self._key, chinese = random.choice(
            (
                ("Serial number", "ro.serialno", "序列号"),
                ("Build number", "ro.build.display.id", "版本号"),
                ("Model", "ro.product.model", "型号"),
            )
        )
        self.text = f"What is the {self.row.lower()} of this phone?"
        self.text_zh = f"这部手机的{chinese}是什么？"

    def setup(self, phone: Phone) -> None:
        self.expected = phone.properties[self._key]
        self.others = [m for m in (*world.MODELS, *phone.properties.values()) if len(m) > 3 and m != self.expected]

    def solve(self, eyes: Eyes) -> Move:
        if (away := eyes.to_page("Settings", "About phone")) is not None:
            return away
        if eyes.title() == "Settings":
            return enter(eyes, "About phone")
        row, value = eyes.find(text=self.row), summary(eyes, self.row)
        if value is None:
            what = self.row if row is None else f"what stands beneath {self.row}"
            return eyes.search("settings_About phone", what)
        return f"{stands('beneath', self.row, value.text)}.", eyes.answer(value.text)


def _state(toggle: Toggle, switch: Node, wanted: bool) -> str:
    return seen_to_be(toggle.title, on_or_off(wanted), on_or_off(switch.checked))


def _seen_done(eyes: Eyes, toggle: Toggle, wanted: bool) -> str:
    switch = eyes.find(text=toggle.title, cls="Switch")
    return "" if switch is None else f"{_state(toggle, switch, wanted)}. "


def summary(eyes: Eyes, title: str) -> Node | None:
    """What stands beneath a row's title, where the edge of the list does not cut it off."""
    row = eyes.find(text=title)
    second = None if row is None else eyes.find(id=f"{row.resource_id}{SUMMARY}")
    if row is None or second is None:
        return None
    return second if row.rect.top < second.rect.top and second.rect.bottom < row.rect.bottom else None


def enter(eyes: Eyes, row: str, within: str = "settings") -> Move:
    node = eyes.find(text=row, cls="Button")
    if node is None:
        return eyes.search(within, row)
    return f"I look for {row}; I see it and open it.", eyes.click(node)
