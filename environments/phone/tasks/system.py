"""Tasks with what the phone itself has: notifications, quick settings, the PIN, recent apps."""

from __future__ import annotations

from random import Random
from typing import Any

from actions.geometry import Point
from actions.types import Button, Drag
from environments.phone.apps.messages import Messages
from environments.phone.apps.notes import Notes
from environments.phone.apps.settings import Settings
from environments.phone.apps.settings_rows import QUICK, TOGGLES, Toggle
from environments.phone.keyguard import PIN
from environments.phone.nodes import Node
from environments.phone.phone import Phone
from environments.phone.shade import Notification
from environments.phone.tasks.eyes import SYSTEM, Eyes, Move, flip, found, should_be
from environments.phone.tasks.settings import ToggleVisible
from environments.phone.tasks.template import Question, Template

NEWS = (
    ("Package", "It was left with your neighbour"),
    ("Weather alert", "Strong wind from 16:00 on"),
    ("Screenshot saved", "Tap to see it"),
    ("Train 418", "12 minutes late, platform 4"),
    ("Photo backup", "Waiting for Wi-Fi"),
    ("Game night", "Starts in one hour"),
    ("Water bill", "38.20 is due on Monday"),
    ("App updates", "7 apps can be updated"),
    ("Library", "Two books are due tomorrow"),
    ("Parking", "Your ticket ends at 14:25"),
)


def open_shade(eyes: Eyes) -> Move | None:
    if eyes.find(id="shade"):
        return None
    return "I pull down the notifications.", Drag(start=Point(0.5, 0.004), end=Point(0.5, 0.6), seconds=0.3)


def dismissed(data: dict[str, Any], names: list[str]) -> dict[str, Any]:
    key = "Dismissed notifications"
    return {**data, key: sorted([*data[key], *names])}


class DismissNotification(Template):
    name = "dismiss_notification"
    package = SYSTEM

    def __init__(self, random: Random) -> None:
        self.title, self.said = random.choice(NEWS)
        self._place, self._other = random.randint(0, 5), random.choice([n for n in NEWS if n[0] != self.title])
        self._packages = [random.choice((Settings, Notes, Messages)).app.package for _ in range(2)]
        self.text = random.choice(
            (
                f"Dismiss the notification “{self.title}” and leave the others.",
                f"Swipe away only the “{self.title}” notification.",
            )
        )
        self.text_zh = f"只清除标题为“{self.title}”的通知，其他的保留。"

    def setup(self, phone: Phone) -> None:
        kept = [n for n in phone.shade.notifications if n.title != self.title]
        kept.append(Notification(self._packages[1], *self._other, 7 * 60))
        kept.insert(min(self._place, len(kept)), Notification(self._packages[0], self.title, self.said, 8 * 60))
        phone.shade.notifications = kept

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        return dismissed(data, [f"{self.title}: {self.said}"])

    def solve(self, eyes: Eyes) -> Move:
        if (away := open_shade(eyes)) is not None:
            return away
        name = f"Dismiss {self.title}"
        cross = next((n for n in eyes.nodes if n.resource_id == "dismiss" and n.description == name), None)
        if cross is None:
            return eyes.search("notifications", self.title)
        return f"I look for {self.title}; I see it and tap its cross.", eyes.click(cross)


class ClearNotifications(Template):
    name = "clear_notifications"
    package = SYSTEM

    def __init__(self, random: Random) -> None:
        self._news = random.sample(NEWS, random.randint(1, 3))
        self.text = random.choice(("Clear all notifications.", "Dismiss every notification in the shade."))
        self.text_zh = "清除所有通知。"

    def setup(self, phone: Phone) -> None:
        for title, said in self._news:
            phone.shade.notifications.append(Notification(Notes.app.package, title, said, 6 * 60))
        self._all = [n.name for n in phone.shade.notifications]

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        return dismissed(data, self._all)

    def solve(self, eyes: Eyes) -> Move:
        if (away := open_shade(eyes)) is not None:
            return away
        return "The shade has “Clear all”; I tap it.", eyes.click(eyes.need("clear_notifications"))


class ReadNotification(Question):
    name = "read_notification"
    package = SYSTEM

    def __init__(self, random: Random) -> None:
        self.title, self.expected = random.choice(NEWS)
        self._place = random.randint(0, 4)
        self.text = random.choice(
            (f"What does the notification “{self.title}” say?", f"Read me the text of the “{self.title}” notification.")
        )
        self.text_zh = f"标题为“{self.title}”的通知说了什么？"

    def setup(self, phone: Phone) -> None:
        kept = [n for n in phone.shade.notifications if n.title != self.title]
        kept.insert(min(self._place, len(kept)), Notification(Notes.app.package, self.title, self.expected, 9 * 60))
        phone.shade.notifications = kept
        self.others = [n.text for n in kept if n.text != self.expected]

    def solve(self, eyes: Eyes) -> Move:
        if (away := open_shade(eyes)) is not None:
            return away
        title = eyes.find(id="notification_title", text=self.title)
        card = None if title is None else eyes.around(title, id="notification")
        said = eyes.find(id="notification_text", text=self.expected)
        if card is None or said is None:
            return eyes.search("notifications", self.title)
        return f"{found('beneath', self.title, said.text)}.", eyes.answer(said.text)


class QuickSetting(Template):
    """Flip a quick setting; the switch in Settings does it as well."""

    name = "quick_setting"
    package = SYSTEM

    def __init__(self, random: Random) -> None:
        self.toggle: Toggle = random.choice([t for t in TOGGLES if t.title in QUICK])
        self.value = random.random() < 0.5
        title, way = self.toggle.title, "on" if self.value else "off"
        self.text = random.choice(
            (f"Turn {way} {title} in the quick settings.", f"Use the quick settings to switch {title} {way}.")
        )
        self.text_zh = f"在快捷设置里{'打开' if self.value else '关闭'}“{title}”。"

    def setup(self, phone: Phone) -> None:
        phone.settings[self.toggle.key] = self.toggle.off if self.value else self.toggle.on

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Settings"][self.toggle.title] = self.value
        return data

    def solve(self, eyes: Eyes) -> Move:
        if (away := open_shade(eyes)) is not None:
            return away
        tile = eyes.need(f"tile_{self.toggle.key[1]}")
        return f"{self._state(tile)}; I tap it.", flip(eyes, tile, self.value)

    def seen_done(self, eyes: Eyes) -> str:
        tile = eyes.find(id=f"tile_{self.toggle.key[1]}")
        return "" if tile is None else f"{self._state(tile)}. "

    def _state(self, tile: Node) -> str:
        return should_be(self.toggle.title, self.value, tile.checked)


class UnlockAndToggle(ToggleVisible):
    """The phone is locked with a PIN that the task says."""

    name = "unlock_and_toggle"

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self.pin = "".join(random.choices("0123456789", k=4))
        self.text = f"The phone's PIN is {self.pin}. Unlock it. {self.text}"
        self.text_zh = f"手机的 PIN 是 {self.pin}，请先解锁。{self.text_zh}"

    def setup(self, phone: Phone) -> None:
        super().setup(phone)
        phone.settings[PIN] = self.pin
        phone.locked = True

    def holds(self, phone: Phone) -> bool:
        return not phone.locked


class CloseRecent(Template):
    """Close one app in the recent apps; the others stay there."""

    name = "close_recent"
    package = SYSTEM

    def __init__(self, random: Random) -> None:
        apps = [Settings.app, Notes.app, Messages.app]
        random.shuffle(apps)
        self.closed, *self._kept = apps
        self.text = random.choice(
            (
                f"Close {self.closed.label} in the recent apps, but no other app.",
                f"Remove only {self.closed.label} from the recent apps.",
            )
        )
        self.text_zh = f"在最近任务中只关闭“{self.closed.label}”。"
        self._order = random.sample(apps, len(apps))

    def setup(self, phone: Phone) -> None:
        for app in self._order:
            phone.open(app.package)
        phone.home()

    def holds(self, phone: Phone) -> bool:
        recent = [p.app for p in phone.recent]
        return self.closed not in recent and all(a in recent for a in self._kept)

    def solve(self, eyes: Eyes) -> Move:
        if not eyes.find(id="recents") or not eyes.find(id="title", text="Recent apps"):
            return "I open the recent apps.", Button(name="recents")
        cross = eyes.find(id=f"close_{self.closed.package}")
        if cross is None:
            return eyes.search("recents", self.closed.label)
        return f"I look for {self.closed.label}; I see it and tap its cross.", eyes.click(cross)
