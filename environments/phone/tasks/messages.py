"""Tasks in Messages."""

from __future__ import annotations

from random import Random
from typing import Any

from actions.types import Button
from environments.phone import world
from environments.phone.apps.messages import Message, Messages, Thread
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import Eyes, Move
from environments.phone.tasks.template import Question, Template, app_of


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
        thread_with(phone, self.person, self._place, self._first)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Messages"][self.person].append({"text": self.message, "mine": True})
        return data

    def solve(self, eyes: Eyes) -> Move:
        if (away := to_thread(eyes, self.person)) is not None:
            return away
        return eyes.fill("message", self.message, eyes.need("send"), "the send button")


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
        thread = thread_with(phone, self.person, self._place, self._first)
        if thread.messages[-1].mine:
            thread.messages.append(Message(self._first, False, thread.messages[-1].minutes))
        self.expected = thread.messages[-1].text
        self.others = [m.text for m in thread.messages if m.text != self.expected]

    def solve(self, eyes: Eyes) -> Move:
        if (away := to_thread(eyes, self.person)) is not None:
            return away
        received = [n for n in eyes.nodes if n.resource_id == "received"]
        if not received:
            return eyes.search("conversation", f"a message of {self.person}")
        last = max(received, key=lambda n: n.rect.bottom).text
        return f"The last message of {self.person} says {last}.", eyes.answer(last)


def thread_with(phone: Phone, person: str, place: int, first: str) -> Thread:
    """The thread with a person, made where there is none."""
    messages = app_of(phone, Messages)
    for thread in messages.threads:
        if thread.person == person:
            return thread
    thread = Thread(person, [Message(first, False, 8 * 60)])
    messages.threads.insert(min(place, len(messages.threads)), thread)
    return thread


def to_thread(eyes: Eyes, person: str) -> Move | None:
    title = eyes.title()
    if title == person:
        return None
    if title != Messages.app.label:
        return "This is another conversation; I go back.", Button(name="back")
    row = next((n for n in eyes.nodes if n.text == person and n.resource_id.startswith("thread_")), None)
    if row is None:
        return eyes.search("threads", person)
    return f"I look for {person}; I see it and open the conversation.", eyes.click(row)
