"""Tasks for the simulated phone, each judged by the phone's own state.

A template draws its parameters from the seed. `setup` makes the task possible on any phone and not yet done; `check`
compares what the apps keep with what they kept then: exactly the wanted change must be there and no other. A task that
asks a question is done when the answer is right and nothing has changed.
"""

from __future__ import annotations

import copy
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from actions.errors import UsageError
from environments.phone import world
from environments.phone.apps.base import Program
from environments.phone.apps.messages import Message, Messages, Thread
from environments.phone.apps.notes import Notes
from environments.phone.apps.settings import CHOICES, SECTIONS, Choice, Settings, Toggle
from environments.phone.phone import Phone

P = TypeVar("P", bound=Program)

ROWS = tuple(row for rows in SECTIONS.values() for row in rows)


class Template(ABC):
    """One kind of task with its parameters."""

    name: ClassVar[str]
    package: ClassVar[str]

    text: str
    text_zh: str

    @abstractmethod
    def __init__(self, random: Random) -> None: ...

    @abstractmethod
    def setup(self, phone: Phone) -> None:
        """Make it possible, and not yet done."""

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        """What `Phone.data` is when the task is done, from what it was before."""
        return data

    def answered(self, answer: str | None) -> bool:  # noqa: ARG002
        """Whether the answer is right; a task that asks nothing takes any."""
        return True


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
        _app(phone, Settings).move(self.toggle, first=self.first)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Settings"][self.toggle.title] = self.value
        return data


class ToggleScrolled(ToggleVisible):
    """Flip a switch that lies at the far end of Settings."""

    name = "toggle_scrolled"
    first = False


class ChangeChoice(Template):
    name = "change_choice"
    package = Settings.app.package

    def __init__(self, random: Random) -> None:
        self.choice: Choice = random.choice(CHOICES)
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


class CreateNote(Template):
    name = "create_note"
    package = Notes.app.package

    def __init__(self, random: Random) -> None:
        self.note = random.choice(world.NOTES)
        if random.random() < 0.4:
            self.note += f", then call {random.choice(world.NAMES)}"
        self.text = random.choice(
            (f"Create a note that says: {self.note}", f"Save a new note with this text: {self.note}")
        )
        self.text_zh = f"新建一条笔记，内容是：{self.note}"

    def setup(self, phone: Phone) -> None:
        notes = _app(phone, Notes)
        notes.notes = [n for n in notes.notes if n != self.note]

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Notes"].insert(0, self.note)
        return data


class DeleteNote(Template):
    name = "delete_note"
    package = Notes.app.package

    def __init__(self, random: Random) -> None:
        self.note = random.choice(world.NOTES)
        self._place = random.randint(0, 12)
        self.text = random.choice((f"Delete the note “{self.note}”.", f"Remove the note that says “{self.note}”."))
        self.text_zh = f"删除笔记“{self.note}”。"

    def setup(self, phone: Phone) -> None:
        notes = _app(phone, Notes)
        notes.notes = [n for n in notes.notes if n.partition("\n")[0] != self.note]
        notes.notes.insert(min(self._place, len(notes.notes)), self.note)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Notes"].remove(self.note)
        return data


class SendMessage(Template):
    name = "send_message"
    package = Messages.app.package

    def __init__(self, random: Random) -> None:
        self.person = random.choice(world.NAMES)
        self.message = random.choice(world.MESSAGES)
        self._place = random.randint(0, 12)
        self._first = random.choice([m for m in world.MESSAGES if m != self.message])
        self.text = random.choice(
            (f"Send a message to {self.person}: {self.message}", f"Text {self.person} “{self.message}”")
        )
        self.text_zh = f"给{self.person}发消息：{self.message}"

    def setup(self, phone: Phone) -> None:
        _thread(phone, self.person, self._place, self._first)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Messages"][self.person].append({"text": self.message, "mine": True})
        return data


class Question(Template):
    """Something to read off the screen: `expected` is known once the phone is set up; `others` must not be said."""

    expected: str = ""
    others: Sequence[str] = ()

    def answered(self, answer: str | None) -> bool:
        if answer is None or not self.expected:
            return False
        said, expected = _plain(answer), _plain(self.expected)
        rest = _without(said, expected)
        if rest == said:
            return False
        others = {_plain(o) for o in self.others} - {expected, ""}
        return not any(_without(text, o) != text for o in others for text in ([said] if expected in o else [rest]))


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
        settings = _app(phone, Settings)
        self.expected = settings.network
        self.others = [n for n in settings.networks if n != settings.network]


class ReadMessage(Question):
    name = "read_message"
    package = Messages.app.package

    def __init__(self, random: Random) -> None:
        self.person = random.choice(world.NAMES)
        self._place = random.randint(0, 12)
        self._first = random.choice(world.MESSAGES)
        self.text = random.choice(
            (f"What did {self.person} write last?", f"What is the last message from {self.person}?")
        )
        self.text_zh = f"{self.person}最后发来的消息是什么？"

    def setup(self, phone: Phone) -> None:
        thread = _thread(phone, self.person, self._place, self._first)
        if thread.messages[-1].mine:
            thread.messages.append(Message(self._first, False, thread.messages[-1].minutes))
        self.expected = thread.messages[-1].text
        self.others = [m.text for m in thread.messages if m.text != self.expected]


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


TEMPLATES: Mapping[str, type[Template]] = MappingProxyType(
    {
        t.name: t
        for t in (
            ToggleVisible,
            ToggleScrolled,
            ChangeChoice,
            CreateNote,
            DeleteNote,
            SendMessage,
            ReadNetwork,
            ReadMessage,
            ReadAbout,
        )
    }
)

DEMO = SendMessage.name
"""What `handeye demo` shows: it opens an app, finds a person, types and sends."""


@dataclass(slots=True)
class PhoneTask:
    """A task to be set up on one phone, given to an agent in English (`text`) or Chinese (`text_zh`), then judged."""

    template: str
    seed: int
    goal: Template
    _before: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        return self.goal.text

    @property
    def text_zh(self) -> str:
        return self.goal.text_zh

    def setup(self, phone: Phone) -> None:
        """Put the phone on its home screen, in a state where the task is possible and not done."""
        for app in phone.apps:
            phone.program(app.package).restart()
        phone.home()
        self.goal.setup(phone)
        phone.changed()
        self._before = copy.deepcopy(phone.data())

    def check(self, phone: Phone, answer: str | None = None) -> bool:
        """Whether it is done, by what the phone's apps keep and by the answer that was given."""
        if self._before is None:
            raise UsageError("the task was not set up on a phone", remedy="call task.setup(phone) first")
        return phone.data() == self.goal.wanted(copy.deepcopy(self._before)) and self.goal.answered(answer)


def sample(template: str, seed: int) -> PhoneTask:
    """A task of a template; the same seed always gives the same."""
    if template not in TEMPLATES:
        raise UsageError(f"no task template is called {template!r}; there are {', '.join(TEMPLATES)}")
    return PhoneTask(template, seed, TEMPLATES[template](world.stream(seed, f"task/{template}")))


def _app(phone: Phone, kind: type[P]) -> P:
    for app in phone.apps:
        program = phone.program(app.package)
        if isinstance(program, kind):
            return program
    raise UsageError(f"this phone has no {kind.__name__}")


def _thread(phone: Phone, person: str, place: int, first: str) -> Thread:
    """The thread with a person, made where there is none."""
    messages = _app(phone, Messages)
    for thread in messages.threads:
        if thread.person == person:
            return thread
    thread = Thread(person, [Message(first, False, 8 * 60)])
    messages.threads.insert(min(place, len(messages.threads)), thread)
    return thread


def _without(text: str, words: str) -> str:
    """The text with these words, where they stand as whole words, taken out."""
    return re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", " | ", text)


def _plain(text: str) -> str:
    """Without case, doubled spaces, and the difference between full-width and plain characters."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
