"""Messages: threads by person, an open thread, a line to write in."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from actions.geometry import Rect
from environments.phone import world
from environments.phone.apps.base import App, PagedProgram
from environments.phone.canvas import Canvas
from environments.phone.layouts import Page, Scrolling
from environments.phone.parts import Layout, Style, Widget
from environments.phone.text import longest
from environments.phone.text_field import Field
from environments.phone.theme import Colour
from environments.phone.widgets import IconButton, Item, Label

BADGES: tuple[Colour, ...] = ((26, 115, 232), (217, 48, 37), (24, 128, 56), (176, 96, 0), (147, 52, 230), (0, 121, 128))


@dataclass(frozen=True, slots=True)
class Message:
    """`minutes` since midnight."""

    text: str
    mine: bool
    minutes: int


@dataclass(slots=True)
class Thread:
    person: str
    messages: list[Message]
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Bubble(Widget):
    message: Message

    def _lines(self, width: int, style: Style) -> list[tuple[int, str]]:
        return style.face(16).wrap(self.message.text, self._room(width) - 2 * style.dp(14))

    @staticmethod
    def _room(width: int) -> int:
        return list(Rect(0, 0, width, 1).columns(4))[3].left

    def height(self, width: int, style: Style) -> int:
        return len(self._lines(width, style)) * style.face(16).line + 2 * style.dp(9) + style.dp(6)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        theme, face, mine = style.theme, style.face(16), self.message.mine
        lines = self._lines(area.width, style)
        wide = round(longest(face, lines)) + 2 * style.dp(14)
        row = area.inset(style.dp(12), style.dp(3))
        box = (row.cut_right(wide) if mine else row.cut_left(wide))[0]
        back, ink = (theme.accent, theme.on_accent) if mine else (theme.tonal, theme.text)

        def paint(canvas: Canvas) -> None:
            canvas.rounded(box, style.dp(18), back)
            rest = box.inset(style.dp(14), style.dp(9))
            for _, line in lines:
                canvas.text(rest.left, rest.top, line, face, ink)
                rest = rest.moved(0, face.line)

        out.add(box, paint, text=self.message.text, resource_id="sent" if mine else "received")


class Messages(PagedProgram):
    """`threads` stand as they are shown; the one that is written to comes first."""

    app = App("com.sim.messages", ".Main", "Messages")
    icon = "chat"
    colour = (26, 115, 232)

    def start(self, random: Random) -> None:
        self.threads: list[Thread] = []
        latest = self.host.minutes() - 5
        for person in random.sample(world.NAMES, random.randint(6, 14)):
            texts = random.sample(world.MESSAGES, random.randint(2, 7))
            times = sorted(random.randint(max(0, latest - 90), latest) for _ in texts)
            messages = [Message(t, random.random() < 0.45, m) for t, m in zip(texts, times, strict=True)]
            self.threads.append(Thread(person, messages, not messages[-1].mine and random.random() < 0.4))
            latest = max(30, times[-1] - random.randint(1, 40))
        self.restart()

    def restart(self) -> None:
        self.person: str | None = None
        self.draft = ""

    def thread(self, person: str) -> Thread:
        """The thread with a person; a KeyError where there is none."""
        for thread in self.threads:
            if thread.person == person:
                return thread
        raise KeyError(person)

    def receive(self, person: str, text: str) -> Message:
        """A message comes in; a notification says so."""
        message = Message(text, False, self.host.minutes())
        thread = next((t for t in self.threads if t.person == person), Thread(person, []))
        self.threads = [thread, *(t for t in self.threads if t is not thread)]
        thread.messages.append(message)
        thread.unread = self.person != person
        self.host.notify(self.app.package, person, text)
        return message

    def take_away(self, person: str, message: Message) -> None:
        """As if it had never come in; a thread that had no other goes too."""
        thread = self.thread(person)
        thread.messages = [m for m in thread.messages if m is not message]
        if not thread.messages:
            self.threads.remove(thread)
            if self.person == person:
                self.restart()

    def build(self) -> Page:
        return self._list() if self.person is None else self._conversation(self.thread(self.person))

    def _list(self) -> Page:
        return Page("Messages", Scrolling("threads", [self._row(i, t) for i, t in enumerate(self.threads)]))

    def _row(self, index: int, thread: Thread) -> Item:
        last = thread.messages[-1]
        return Item(
            thread.person,
            ("You: " if last.mine else "") + last.text,
            id=f"thread_{index}",
            badge=BADGES[sum(map(ord, thread.person)) % len(BADGES)],
            end=world.clock_text(last.minutes),
            strong=thread.unread,
            on_tap=lambda: self._open(thread),
        )

    def _conversation(self, thread: Thread) -> Page:
        bubbles: list[Widget] = []
        for i, message in enumerate(thread.messages):
            if i == 0 or message.minutes - thread.messages[i - 1].minutes > 30:
                bubbles.append(Label(world.clock_text(message.minutes), sp=12, align="center", lines=1, pad=(16, 6)))
            bubbles.append(Bubble(message))
        return Page(
            thread.person,
            Scrolling("conversation", bubbles, at_end=True, pad=(8, 8)),
            up=self.back,
            bottom=Composer(
                Field(
                    "message",
                    self.draft,
                    self._edit,
                    hint="Text message",
                    multiline=True,
                    most_lines=4,
                    on_submit=self._send,
                ),
                IconButton("send", "Send", self._send, id="send"),
            ),
        )

    def _open(self, thread: Thread) -> None:
        self.person, self.draft = thread.person, ""
        thread.unread = False
        self.host.reset_scroll("conversation")

    def _edit(self, text: str) -> None:
        self.draft = text

    def _send(self) -> None:
        if self.person is None or not self.draft.strip():
            return
        thread = self.thread(self.person)
        thread.messages.append(Message(self.draft, True, self.host.minutes()))
        self.threads.remove(thread)
        self.threads.insert(0, thread)
        self.host.note("sent", to=thread.person, text=self.draft)
        self.draft = ""
        self.host.focus_on("message", "")
        self.host.reset_scroll("conversation")
        self.host.reset_scroll("threads")

    def back(self) -> bool:
        if self.person is None:
            return False
        self.restart()
        self.host.unfocus()
        return True

    def notices(self) -> list[tuple[str, str]]:
        return [(t.person, t.messages[-1].text) for t in self.threads if t.unread]

    def data(self) -> Any:
        return {t.person: [{"text": m.text, "mine": m.mine} for m in t.messages] for t in self.threads}

    def view(self) -> Any:
        return {"open": self.person, "draft": self.draft, "unread": [t.person for t in self.threads if t.unread]}


@dataclass(frozen=True, slots=True)
class Composer(Widget):
    """A field and the button that sends it."""

    field: Field
    send: IconButton

    def height(self, width: int, style: Style) -> int:
        return self.field.height(width - style.dp(76), style) + 2 * style.dp(8)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        inner = area.inset(style.dp(12), style.dp(8))
        button, rest = inner.cut_right(style.dp(48))
        _, rest = rest.cut_right(style.dp(4))
        self.field.place(rest, style, out)
        self.send.place(button.cut_bottom(style.dp(48))[0], style, out)
