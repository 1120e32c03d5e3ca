"""Files: folders with files, opening, renaming, a bin, new folders, another order, the text of text files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from actions.geometry import Rect
from environments.phone.apps.base import App, PagedProgram
from environments.phone.apps.filing import STORED, Entry, listing, new_file, size_text
from environments.phone.calendar_days import date_of, short_text
from environments.phone.layouts import Dialog, Page, Scrolling
from environments.phone.parts import Layout, Style, Widget
from environments.phone.text_field import Field
from environments.phone.theme import Colour
from environments.phone.widgets import Button, IconButton, Item, Label

FOLDER: Colour = (245, 166, 35)
HOME = "Files"
BIN = "Bin"
ORDERS = MappingProxyType({"name": "Name", "size": "Largest first", "date": "Newest first"})
SAID = MappingProxyType({"name": "by name", "size": "largest first", "date": "newest first"})
LONGEST_NAME = 80


@dataclass(slots=True)
class Binned:
    """What lies in the bin, and the names of the folders that it lay in."""

    entry: Entry
    place: tuple[str, ...]


@dataclass(slots=True)
class Writing:
    """A name that is being written: for `entry`, or for a new folder where that is None."""

    entry: Entry | None
    name: str = field(default="")


class Files(PagedProgram):
    """`top` is the storage's first folder, `path` the names of the open folders; `("Bin",)` with `in_bin` the bin."""

    app = App("com.sim.files", ".Main", "Files")
    icon = "folder"
    colour = (0, 105, 180)

    def start(self, random: Random) -> None:
        self.today = date_of(self.host.date_text())
        self.top: list[Entry] = []
        for folder, names in STORED.items():
            files = [new_file(n, random, self.today) for n in random.sample(names, random.randint(4, len(names)))]
            self.top.append(Entry(folder, self.today - timedelta(days=random.randint(1, 200)), items=files))
        self.bin: list[Binned] = []
        for name in random.sample(("old-notes.txt", "blurry.jpg", "copy-of-copy.pdf"), random.randint(0, 2)):
            self.bin.append(Binned(new_file(name, random, self.today), ("Documents",)))
        self.restart()

    def restart(self) -> None:
        self.path: list[str] = []
        self.in_bin = False
        self.order = "name"
        self.sorting = False
        self.shown: Entry | None = None
        self.menu: Entry | None = None
        self.removing: Entry | None = None
        self.writing: Writing | None = None

    def folder(self, path: Sequence[str]) -> list[Entry]:
        """What lies in a folder; a KeyError where there is none."""
        entries = self.top
        for name in path:
            found = next((e.items for e in entries if e.name == name and e.items is not None), None)
            if found is None:
                raise KeyError("/".join(path))
            entries = found
        return entries

    @property
    def here(self) -> list[Entry]:
        return [b.entry for b in self.bin] if self.in_bin else self.folder(self.path)

    # ------------------------------------------------------------ screens

    def build(self) -> Page:
        if self.writing is not None:
            return self._name_page(self.writing)
        dialog = self._dialog()
        return self._list(dialog) if self.shown is None else self._file(self.shown, dialog)

    def _list(self, dialog: Dialog | None) -> Page:
        entries = self._sorted(self.here)
        rows: list[Widget] = [
            Label(
                f"{self._count(len(entries))}, {SAID[self.order]}", sp=14, bold=True, lines=1, pad=(16, 8), id="order"
            )
        ]
        rows += [self._row(i, e) for i, e in enumerate(entries)]
        if not self.path and not self.in_bin:
            count = self._count(len(self.bin))
            rows += [Item(BIN, count, id="bin", icon="trash", badge=(96, 96, 104), on_tap=self._open_bin)]
        elif not entries:
            rows.append(Label("Nothing here", pad=(24, 48), align="center", id="empty"))
        actions = [IconButton("sort", "Sort", self._sort, id="sort")]
        if not self.in_bin:
            actions.append(IconButton("folder_plus", "New folder", self._new_folder, id="new_folder"))
        up = self.back if self.path or self.in_bin else None
        title = BIN if self.in_bin else self.path[-1] if self.path else HOME
        return Page(title, Scrolling("files", rows, pad=(0, 16)), up=up, actions=actions, dialog=dialog)

    def _sorted(self, entries: Sequence[Entry]) -> list[Entry]:
        by: dict[str, Callable[[Entry], int]] = {
            "name": lambda _: 0,
            "size": lambda e: -e.size,
            "date": lambda e: -e.day.toordinal(),
        }
        place = by[self.order]
        return sorted(entries, key=lambda e: (e.items is None, place(e), e.name.casefold()))

    @staticmethod
    def _count(number: int) -> str:
        return f"{number} item{'' if number == 1 else 's'}"

    def _row(self, index: int, entry: Entry) -> Widget:
        if entry.items is None:
            _, icon, colour, _, _ = entry.kind
            about = f"{size_text(entry.size)} · {short_text(entry.day)}"
        else:
            icon, colour, about = "folder", FOLDER, self._count(len(entry.items))
        return WithMore(
            Item(entry.name, about, id=f"file_{index}", icon=icon, badge=colour, on_tap=lambda: self._open(entry)),
            IconButton("more", f"More about {entry.name}", lambda: self._more(entry), id=f"more_{index}"),
        )

    def _file(self, entry: Entry, dialog: Dialog | None) -> Page:
        rows: list[Widget] = [
            Item("Type", entry.kind[0], id="file_type", icon=entry.kind[1]),
            Item("Size", size_text(entry.size), id="file_size", icon="info"),
            Item("Changed", short_text(entry.day), id="file_day", icon="clock"),
        ]
        if entry.text is not None:
            rows.insert(0, Label(entry.text, sp=17, pad=(20, 12), id="file_text"))
        more = IconButton("more", f"More about {entry.name}", lambda: self._more(entry), id="more")
        return Page(entry.name, Scrolling("file", rows), up=self.back, actions=[more], dialog=dialog)

    def _name_page(self, writing: Writing) -> Page:
        title = "New folder" if writing.entry is None else "Rename"
        name = Field("name", writing.name, self._edit, hint="Name", on_submit=self._save)
        rows: list[Widget] = [NameBox(name)]
        if writing.entry is not None:
            rows.append(Label(f"It is called {writing.entry.name} now.", sp=14, lines=2, id="old_name"))
        save = Button("Save", self._save, id="save", look="plain")
        return Page(title, Scrolling("name_form", rows), up=self.back, actions=[save])

    def _dialog(self) -> Dialog | None:
        cancel = Button("Cancel", self._dismiss, id="cancel", look="plain")
        if self.sorting:
            options: list[Widget] = [
                Item(said, id=f"order_{o}", radio=True, checked=o == self.order, on_tap=lambda o=o: self._arrange(o))
                for o, said in ORDERS.items()
            ]
            return Dialog("Sort by", options, [cancel], on_dismiss=self._dismiss)
        if self.removing is not None:
            name = self.removing.name
            return Dialog(
                "Delete for good?",
                [Label(f"“{name}” can't be brought back.", sp=16, lines=4, pad=(24, 6))],
                [cancel, Button("Delete", self._delete, id="confirm", look="plain")],
                on_dismiss=self._dismiss,
            )
        entry = self.menu
        if entry is None:
            return None
        choices: list[Widget] = []
        if self.in_bin:
            choices.append(Item("Restore", id="restore", icon="rotate", on_tap=self._restore))
        else:
            choices.append(Item("Rename", id="rename", icon="pencil", on_tap=lambda: self._rename(entry)))
            choices.append(Item("Move to bin", id="to_bin", icon="trash", on_tap=self._to_bin))
        choices.append(Item("Delete for good", id="remove", icon="close", on_tap=self._ask))
        return Dialog(entry.name, choices, [cancel], on_dismiss=self._dismiss)

    # ------------------------------------------------------------ what is done

    def _open(self, entry: Entry) -> None:
        if self.in_bin:
            self._more(entry)
        elif entry.items is None:
            self.shown = entry
            self.host.reset_scroll("file")
        else:
            self.path.append(entry.name)
            self.host.reset_scroll("files")

    def _open_bin(self) -> None:
        self.in_bin = True
        self.host.reset_scroll("files")

    def _sort(self) -> None:
        self.sorting = True
        self.host.reset_scroll("dialog_list")

    def _arrange(self, order: str) -> None:
        self.order, self.sorting = order, False
        self.host.reset_scroll("files")

    def _more(self, entry: Entry) -> None:
        self.menu = entry
        self.host.reset_scroll("dialog_list")

    def _dismiss(self) -> None:
        self.sorting, self.menu, self.removing = False, None, None

    def _ask(self) -> None:
        self.removing, self.menu = self.menu, None

    def _new_folder(self) -> None:
        self._write(Writing(None))

    def _rename(self, entry: Entry) -> None:
        self._write(Writing(entry, entry.name))

    def _write(self, writing: Writing) -> None:
        self._dismiss()
        self.writing = writing
        self.host.reset_scroll("name_form")
        self.host.focus_on("name", writing.name)

    def _edit(self, text: str) -> None:
        assert self.writing is not None
        self.writing.name = text[:LONGEST_NAME]

    def _save(self) -> None:
        assert self.writing is not None
        name, entry = self.writing.name.strip(), self.writing.entry
        wrong = self._wrong(name, entry)
        if wrong:
            self.host.toast(wrong)
            return
        place = "/".join(self.path)
        if entry is None:
            self.here.append(Entry(name, self.today, items=[]))
            self.host.note("folder_created", name=name, place=place)
        elif name != entry.name:
            self.host.note("renamed", old=entry.name, new=name, place=place)
            entry.name = name
        self.writing = None
        self.host.unfocus()

    def _wrong(self, name: str, entry: Entry | None) -> str:
        """Why a name can't be given, "" where it can."""
        if not name or name in (".", ".."):
            return "A name is needed"
        if "/" in name or any(ord(c) < 32 or ord(c) == 127 for c in name):
            return "A name can't have a / or a line break"
        if (not self.path and name == BIN) or any(e.name == name for e in self.here if e is not entry):
            return f"There is already a {name}"
        return ""

    def _to_bin(self) -> None:
        entry = self.menu
        assert entry is not None
        self._take_out(entry)
        self.bin.insert(0, Binned(entry, tuple(self.path)))
        self.host.note("moved_to_bin", name=entry.name, place="/".join(self.path))
        self._leave()
        self.host.toast("Moved to the bin")

    def _delete(self) -> None:
        entry = self.removing
        assert entry is not None
        self._take_out(entry)
        self.host.note("deleted", name=entry.name, place=BIN if self.in_bin else "/".join(self.path))
        self._leave()
        self.host.toast("Deleted")

    def _restore(self) -> None:
        entry = self.menu
        assert entry is not None
        place = next(b.place for b in self.bin if b.entry is entry)
        try:
            target = self.folder(place)
        except KeyError:
            target, place = self.top, ()
        self._dismiss()
        if any(e.name == entry.name for e in target):
            self.host.toast(f"There is already a {entry.name}")
            return
        self._take_out(entry)
        target.append(entry)
        self.host.note("restored", name=entry.name, place="/".join(place))
        self.host.toast("Restored")

    def _take_out(self, entry: Entry) -> None:
        """Entries are told apart by identity: the bin may hold several of a name."""
        if self.in_bin:
            self.bin = [b for b in self.bin if b.entry is not entry]
        else:
            entries = self.here
            entries[:] = [e for e in entries if e is not entry]

    def _leave(self) -> None:
        self._dismiss()
        self.shown = None

    def back(self) -> bool:
        if self.writing is not None:
            self.writing = None
            self.host.unfocus()
        elif self.sorting or self.menu is not None or self.removing is not None:
            self._dismiss()
        elif self.shown is not None:
            self.shown = None
        elif self.in_bin:
            self.in_bin = False
        elif self.path:
            self.path.pop()
        else:
            return False
        return True

    def data(self) -> Any:
        return {
            "items": listing(self.top),
            "bin": [{"name": b.entry.name, "from": "/".join(b.place), **b.entry.data()} for b in self.bin],
        }

    def view(self) -> Any:
        return {
            "path": list(self.path),
            "in_bin": self.in_bin,
            "order": self.order,
            "sorting": self.sorting,
            "shown": None if self.shown is None else self.shown.name,
            "menu": None if self.menu is None else self.menu.name,
            "removing": None if self.removing is None else self.removing.name,
            "writing": None if self.writing is None else self.writing.name,
        }


@dataclass(frozen=True, slots=True)
class WithMore(Widget):
    """A row of a list with a button at its end."""

    item: Item
    more: IconButton

    def height(self, width: int, style: Style) -> int:
        return self.item.height(width, style)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        button, rest = area.cut_right(style.dp(56))
        self.item.place(rest, style, out)
        self.more.place(button.cut_left(style.dp(48))[0], style, out)


@dataclass(frozen=True, slots=True)
class NameBox(Widget):
    """A text field with room around it."""

    name: Field

    def height(self, width: int, style: Style) -> int:
        return self.name.height(width - 2 * style.dp(16), style) + 2 * style.dp(8)

    def place(self, area: Rect, style: Style, out: Layout) -> None:
        self.name.place(area.inset(style.dp(16), style.dp(8)), style, out)
