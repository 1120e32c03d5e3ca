"""Tasks in Notes."""

from __future__ import annotations

from random import Random
from typing import Any

from actions.types import Button
from environments.phone import world
from environments.phone.apps.notes import Notes
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import Eyes, Move
from environments.phone.tasks.template import Template, app_of


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
        notes = app_of(phone, Notes)
        notes.notes = [n for n in notes.notes if n != self.note]

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Notes"].insert(0, self.note)
        return data

    def solve(self, eyes: Eyes) -> Move:
        if (away := eyes.to_page("Notes", "New note")) is not None:
            return away
        if eyes.title() == "Notes":
            return new_note(eyes)
        return eyes.fill("note", self.note, eyes.need("save"), "Save")


class DeleteNote(Template):
    name = "delete_note"
    package = Notes.app.package

    def __init__(self, random: Random) -> None:
        self.note = random.choice(world.NOTES)
        self._place = random.randint(0, 12)
        self.text = random.choice((f"Delete the note “{self.note}”.", f"Remove the note that says “{self.note}”."))
        self.text_zh = f"删除笔记“{self.note}”。"

    def setup(self, phone: Phone) -> None:
        notes = app_of(phone, Notes)
        notes.notes = [n for n in notes.notes if n.partition("\n")[0] != self.note]
        notes.notes.insert(min(self._place, len(notes.notes)), self.note)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Notes"].remove(self.note)
        return data

    def solve(self, eyes: Eyes) -> Move:
        title = self.note.partition("\n")[0]
        if eyes.find(id="dialog"):
            right = any(f"“{title}”" in n.text for n in eyes.nodes)
            button = eyes.need("confirm" if right else "cancel")
            return f"The phone asks whether to delete it; I tap {button.text}.", eyes.click(button)
        if eyes.title() == "Edit note":
            if eyes.need("note").text == self.note:
                return "The note is open; I tap the bin.", eyes.click(eyes.need("delete"))
            return "This is another note; I go back.", Button(name="back")
        if (away := eyes.to_page("Notes")) is not None:
            return away
        card = next((n for n in eyes.nodes if n.cls == "Button" and n.description == title), None)
        if card is None:
            return eyes.search("notes", title)
        return f"I look for {title}; I see it and open the note.", eyes.click(card)


def new_note(eyes: Eyes) -> Move:
    return "The list of notes has a button for a new one; I tap it.", eyes.click(eyes.need("new_note"))
