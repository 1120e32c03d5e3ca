"""Notes: a list, an editor, saving and deleting."""

from __future__ import annotations

from random import Random
from typing import Any

from environments.phone import world
from environments.phone.apps.base import App, PagedProgram
from environments.phone.layouts import Card, Column, Dialog, Page, Scrolling
from environments.phone.text_field import Field
from environments.phone.widgets import Button, IconButton, Label

NEW = -1


class Notes(PagedProgram):
    """`notes` are the texts, newest first. `open_note` is the index of the one being edited, `NEW`, or None."""

    app = App("com.sim.notes", ".Main", "Notes")
    icon = "page"
    colour = (232, 160, 32)

    def start(self, random: Random) -> None:
        self.notes: list[str] = []
        for text in random.sample(world.NOTES, random.randint(3, 14)):
            self.notes.append(f"{text}\n{random.choice(world.MORE)}" if random.random() < 0.3 else text)
        self.restart()

    def restart(self) -> None:
        self.open_note: int | None = None
        self.draft = ""
        self.deleting: int | None = None

    def build(self) -> Page:
        page = self._list() if self.open_note is None else self._editor()
        return page if self.deleting is None else self._with_question(page)

    def _list(self) -> Page:
        cards = [self._card(i, text) for i, text in enumerate(self.notes)]
        empty = [Label("No notes yet", pad=(24, 64), align="center", id="empty")]
        return Page(
            "Notes",
            Scrolling("notes", cards or empty, pad=(4, 96)),
            floating=IconButton("plus", "New note", lambda: self._open(NEW), id="new_note"),
        )

    def _card(self, index: int, text: str) -> Card:
        title, _, rest = text.partition("\n")
        lines = [Label(title or "(empty)", sp=17, bold=True, lines=1, pad=(16, 2), id="note_title")]
        if rest.strip():
            lines.append(Label(rest.strip(), sp=14, lines=2, pad=(16, 2), id="note_text"))
        return Card(
            Column(lines, pad=(0, 14)),
            text=title,
            id=f"note_{index}",
            on_tap=lambda: self._open(index),
            on_hold=lambda: self._ask(index),
        )

    def _editor(self) -> Page:
        field = Field("note", self.draft, self._edit, hint="Write something", multiline=True, bare=True)
        actions: list[IconButton | Button] = []
        index = self.open_note
        if index is not None and index != NEW:
            actions.append(IconButton("trash", "Delete note", lambda: self._ask(index), id="delete"))
        actions.append(Button("Save", self._save, id="save", look="plain"))
        title = "New note" if index == NEW else "Edit note"
        return Page(title, Scrolling("editor", [field], at_end=True, fill=True), up=self.back, actions=actions)

    def _with_question(self, page: Page) -> Page:
        assert self.deleting is not None
        text = self.notes[self.deleting].partition("\n")[0]
        return Page(
            page.title,
            page.body,
            page.up,
            page.actions,
            page.bottom,
            page.floating,
            Dialog(
                "Delete this note?",
                [Label(f"“{text}” will be gone for good.", sp=16, lines=3, pad=(24, 6))],
                [
                    Button("Cancel", self._dismiss, id="cancel", look="plain"),
                    Button("Delete", self._delete, id="confirm", look="plain"),
                ],
                on_dismiss=self._dismiss,
            ),
        )

    def _open(self, index: int) -> None:
        self.open_note = index
        self.draft = "" if index == NEW else self.notes[index]
        self.host.reset_scroll("editor")
        if index == NEW:
            self.host.focus_on("note", self.draft)

    def _edit(self, text: str) -> None:
        self.draft = text
        self.host.reset_scroll("editor")

    def _save(self) -> None:
        if not self.draft.strip():
            self.host.toast("An empty note can't be saved")
            return
        if self.open_note is None or self.open_note == NEW:
            self.notes.insert(0, self.draft)
        else:
            self.notes[self.open_note] = self.draft
        self.host.note("saved", text=self.draft)
        self.host.reset_scroll("notes")
        self._leave()
        self.host.toast("Note saved")

    def put_first(self, text: str) -> None:
        """A note that comes from elsewhere, as from another device; what is open stays open."""
        self.notes.insert(0, text)
        self._shift(1)

    def take_away(self, text: str) -> None:
        """The first note of this text, where there is one, goes elsewhere; where it is open, it is closed."""
        if text not in self.notes:
            return
        at = self.notes.index(text)
        if at in (self.open_note, self.deleting):
            self._leave()
        del self.notes[at]
        self._shift(-1, at)

    def _shift(self, by: int, beyond: int = -1) -> None:
        if self.open_note is not None and self.open_note > beyond:
            self.open_note += by
        if self.deleting is not None and self.deleting > beyond:
            self.deleting += by

    def _ask(self, index: int) -> None:
        self.deleting = index
        self.host.unfocus()

    def _dismiss(self) -> None:
        self.deleting = None

    def _delete(self) -> None:
        assert self.deleting is not None
        self.host.note("deleted", text=self.notes.pop(self.deleting))
        self._leave()
        self.host.toast("Note deleted")

    def _leave(self) -> None:
        self.restart()
        self.host.unfocus()

    def back(self) -> bool:
        if self.deleting is not None:
            self._dismiss()
        elif self.open_note is not None:
            self._leave()
        else:
            return False
        return True

    def data(self) -> Any:
        return list(self.notes)

    def view(self) -> Any:
        return {"open": self.open_note, "draft": self.draft, "deleting": self.deleting}
