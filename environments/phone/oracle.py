"""The phone's own solution of its tasks, one step at a time.

At each call it looks at the accessibility nodes as they are now and takes the next step from there, so it goes on after
a tap that was lost, and past a dialog or the keyguard that stands in the way. It acts only on what is on the screen.
"""

from __future__ import annotations

from actions.geometry import Direction, Point, from_pixel
from actions.types import Action, Answer, Button, Click, Drag, Finish, Scroll, TypeText
from environments.phone.apps.messages import Messages
from environments.phone.nodes import Node
from environments.phone.phone import Phone
from environments.phone.tasks import (
    ChangeChoice,
    CreateNote,
    DeleteNote,
    PhoneTask,
    Question,
    ReadAbout,
    ReadMessage,
    ReadNetwork,
    SendMessage,
    Template,
    ToggleVisible,
)

Move = tuple[str, Action]
"""A thought that names what is seen, and the action."""


class Oracle:
    """Solves one task on one phone. `answer` is what it has answered so far."""

    def __init__(self, task: PhoneTask, phone: Phone) -> None:
        self.task = task
        self.phone = phone
        self.answer: str | None = None
        self._nodes: list[Node] = []
        self._searched: tuple[Node, ...] = ()
        self._direction: Direction = "down"

    def next(self) -> Move:
        with self.phone.lock:
            self._nodes = self.phone.nodes()
            if self.task.check(self.phone, self.answer):
                return "The task is done.", Finish(message=self.answer or "")
            return self._clear_the_way() or self._reach_the_app() or self._step(self.task.goal)

    # ------------------------------------------------------------ what stands in the way

    def _clear_the_way(self) -> Move | None:
        if not self.phone.awake:
            return "The screen is off; I turn it on.", Button(name="power")
        if self._find(id="keyguard"):
            return "The phone is locked; I swipe up.", Drag(start=Point(0.5, 0.8), end=Point(0.5, 0.3), seconds=0.3)
        close = self._find(id="aerr_close")
        if close is not None:
            return f"A dialog says “{self.phone.dialog}”; I close the app.", self._click(close)
        return None

    def _reach_the_app(self) -> Move | None:
        package = self.task.goal.package
        if self._find(package=package):
            return None
        self._direction = "down"
        label = self.phone.program(package).app.label
        if not self._find(id="workspace"):
            return f"This is not {label}; I go to the home screen.", Button(name="home")
        icon = self._find(id="icon", text=label)
        if icon is not None:
            return f"The home screen shows {label}; I open it.", self._click(icon)
        pages = self._find(id="page_indicator")
        first = pages is None or pages.description.startswith("Page 1 ")
        return f"{label} is not on this page; I look at the other one.", Scroll(direction="right" if first else "left")

    # ------------------------------------------------------------ the task itself

    def _step(self, goal: Template) -> Move:
        match goal:
            case ToggleVisible():
                return self._toggle(goal)
            case ChangeChoice():
                return self._choose(goal)
            case CreateNote():
                return self._write_note(goal)
            case DeleteNote():
                return self._delete_note(goal)
            case SendMessage():
                return self._send(goal)
            case Question():
                return self._read(goal)
            case _:
                raise NotImplementedError(f"there is no solution for {goal.name}")

    def _toggle(self, goal: ToggleVisible) -> Move:
        if (away := self._to_page("Settings")) is not None:
            return away
        title = goal.toggle.title
        switch = self._find(text=title, cls="Switch")
        if switch is None:
            return self._search("settings", f"the switch {title}")
        state = "on" if switch.checked else "off"
        return f"{title} is {state}; I tap its switch.", self._click(switch)

    def _choose(self, goal: ChangeChoice) -> Move:
        title = goal.choice.title
        if self._find(id="dialog"):
            if not self._find(text=title):
                return "This is another dialog; I cancel it.", self._click(self._need("cancel"))
            option = self._find(id="option", text=goal.option)
            if option is None:
                return self._search("dialog_list", f"the option {goal.option}")
            return f"The dialog {title} lists {goal.option}; I tap it.", self._click(option)
        if (away := self._to_page("Settings")) is not None:
            return away
        row = self._find(text=title, cls="Button")
        if row is None:
            return self._search("settings", title)
        return f"I see {title}; I open it.", self._click(row)

    def _write_note(self, goal: CreateNote) -> Move:
        if (away := self._to_page("Notes", "New note")) is not None:
            return away
        if self._title() == "Notes":
            return "The list of notes has a button for a new one; I tap it.", self._click(self._need("new_note"))
        return self._fill("note", goal.note, self._need("save"), "Save")

    def _delete_note(self, goal: DeleteNote) -> Move:
        title = goal.note.partition("\n")[0]
        if self._find(id="dialog"):
            right = any(f"“{title}”" in n.text for n in self._nodes)
            button = self._need("confirm" if right else "cancel")
            return f"The phone asks whether to delete it; I tap {button.text}.", self._click(button)
        if self._title() == "Edit note":
            if self._need("note").text == goal.note:
                return "The note is open; I tap the bin.", self._click(self._need("delete"))
            return "This is another note; I go back.", Button(name="back")
        if (away := self._to_page("Notes")) is not None:
            return away
        card = next((n for n in self._nodes if n.cls == "Button" and n.description == title), None)
        if card is None:
            return self._search("notes", f"the note “{title}”")
        return f"I see the note “{title}”; I open it.", self._click(card)

    def _send(self, goal: SendMessage) -> Move:
        if (away := self._to_thread(goal.person)) is not None:
            return away
        return self._fill("message", goal.message, self._need("send"), "the send button")

    def _read(self, goal: Question) -> Move:
        match goal:
            case ReadNetwork():
                return self._read_network()
            case ReadMessage():
                return self._read_message(goal)
            case ReadAbout():
                return self._read_about(goal)
            case _:
                raise NotImplementedError(f"there is no solution for {goal.name}")

    def _read_network(self) -> Move:
        if (away := self._to_page("Settings", "Networks")) is not None:
            return away
        if self._title() == "Settings":
            return self._enter("Networks")
        connected = self._find(text="Connected")
        row = None if connected is None else self._around(connected, id="network")
        if row is None:
            return self._search("settings_Networks", "the connected network")
        return f"{row.text} is the one that says “Connected”.", self._answer(row.text)

    def _read_message(self, goal: ReadMessage) -> Move:
        if (away := self._to_thread(goal.person)) is not None:
            return away
        received = [n for n in self._nodes if n.resource_id == "received"]
        if not received:
            return self._search("conversation", f"a message of {goal.person}")
        last = max(received, key=lambda n: n.rect.bottom).text
        return f"The last message of {goal.person} says “{last}”.", self._answer(last)

    def _read_about(self, goal: ReadAbout) -> Move:
        if (away := self._to_page("Settings", "About phone")) is not None:
            return away
        if self._title() == "Settings":
            return self._enter("About phone")
        row = self._find(text=goal.row)
        value = None if row is None else self._find(id=f"{row.resource_id}_summary")
        if value is None:
            return self._search("settings_About phone", goal.row)
        return f"{goal.row} says {value.text}.", self._answer(value.text)

    # ------------------------------------------------------------ steps that several tasks take

    def _to_page(self, *titles: str) -> Move | None:
        """Back, until the screen has one of these titles."""
        if self._title() in titles and not self._find(id="dialog"):
            return None
        return "This is not the right screen; I go back.", Button(name="back")

    def _enter(self, row: str) -> Move:
        node = self._find(text=row, cls="Button")
        if node is None:
            return self._search("settings", row)
        return f"I see {row}; I open it.", self._click(node)

    def _to_thread(self, person: str) -> Move | None:
        title = self._title()
        if title == person:
            return None
        if title != Messages.app.label:
            return "This is another conversation; I go back.", Button(name="back")
        row = next((n for n in self._nodes if n.text == person and n.resource_id.startswith("thread_")), None)
        if row is None:
            return self._search("threads", person)
        return f"I see the conversation with {person}; I open it.", self._click(row)

    def _fill(self, name: str, text: str, done: Node, button: str) -> Move:
        field = self._need(name)
        if field.text == text:
            return f"The text is there; I tap {button}.", self._click(done)
        if not field.focused:
            return "I tap the text field.", self._click(field)
        return "The text field has the focus; I type.", TypeText(text=text, replace=bool(field.text))

    def _search(self, name: str, what: str) -> Move:
        """Scroll a list; where the last scroll moved nothing, the other way."""
        area = self._find(id=name)
        if area is None or not area.scrollable:
            return f"I don't see {what}; I go back.", Button(name="back")
        seen = tuple(self._nodes)
        if seen == self._searched:
            self._direction = "up" if self._direction == "down" else "down"
        self._searched = seen
        box = area.rect.box(self.phone.size)
        amount = min(0.5, 0.8 * (box.bottom - box.top))
        thought = f"I don't see {what} yet; I scroll {self._direction}."
        return thought, Scroll(direction=self._direction, point=box.center, amount=amount)

    def _answer(self, text: str) -> Answer:
        self.answer = text
        return Answer(text=text)

    # ------------------------------------------------------------ looking

    def _find(self, *, id: str = "", text: str = "", cls: str = "", package: str = "") -> Node | None:  # noqa: A002
        """The uppermost node that has all that is given."""
        for node in reversed(self._nodes):
            if (
                (not id or node.resource_id == id)
                and (not text or node.text == text)
                and (not cls or node.cls == cls)
                and (not package or node.package == package)
            ):
                return node
        return None

    def _need(self, name: str) -> Node:
        node = self._find(id=name)
        assert node is not None, f"the screen has no {name}"
        return node

    def _around(self, inner: Node, *, id: str) -> Node | None:  # noqa: A002
        return next((n for n in self._nodes if n.resource_id == id and inner.rect.center in n.rect), None)

    def _title(self) -> str:
        node = self._find(id="title", package=self.task.goal.package)
        return "" if node is None else node.text

    def _click(self, node: Node) -> Click:
        return Click(point=from_pixel(*node.rect.center, self.phone.size))
