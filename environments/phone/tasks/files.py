"""Tasks in Files."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from actions.types import Button
from environments.phone import world
from environments.phone.apps.files import HOME, SAID, Files
from environments.phone.apps.filing import NEW_FOLDERS, STORED, Entry, new_file
from environments.phone.nodes import Node
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import Eyes, Move, stands
from environments.phone.tasks.template import Question, Template, app_of

FOLDERS = tuple(STORED)


class BinFile(Template):
    """To the bin: deleting for good is not it."""

    name = "bin_file"
    package = Files.app.package

    def __init__(self, random: Random) -> None:
        self.folder = random.choice(FOLDERS)
        self.file = random.choice(STORED[self.folder])
        self._seed = random.getrandbits(32)
        self.text = random.choice(
            (
                f"Move the file {self.file} in the folder {self.folder} to the bin.",
                f"In Files, put {self.file} from {self.folder} into the bin.",
            )
        )
        self.text_zh = f"把文件夹 {self.folder} 里的文件 {self.file} 移到回收站（Bin）。"

    def setup(self, phone: Phone) -> None:
        with_file(phone, self.folder, self.file, self._seed)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        entry = data["Files"]["items"][self.folder]["items"].pop(self.file)
        data["Files"]["bin"].insert(0, {"name": self.file, "from": self.folder, **entry})
        return data

    def solve(self, eyes: Eyes) -> Move:
        return in_menu(eyes, self.file, "to_bin") or more_about(eyes, self.folder, self.file)


class RenameFile(Template):
    name = "rename_file"
    package = Files.app.package

    def __init__(self, random: Random) -> None:
        self.folder = random.choice(FOLDERS)
        self.file = random.choice(STORED[self.folder])
        stem, _, ending = self.file.rpartition(".")
        self.new = random.choice(
            (f"{stem}-2.{ending}", f"old-{stem}.{ending}", f"{random.randint(2019, 2024)}.{ending}")
        )
        self._seed = random.getrandbits(32)
        self.text = random.choice(
            (
                f"Rename the file {self.file} in the folder {self.folder} to {self.new}",
                f"In Files, give {self.file} in {self.folder} the name {self.new}",
            )
        )
        self.text += " (with this ending)."
        self.text_zh = f"把文件夹 {self.folder} 里的文件 {self.file} 重命名为 {self.new}。"

    def setup(self, phone: Phone) -> None:
        entries = with_file(phone, self.folder, self.file, self._seed)
        entries[:] = [e for e in entries if e.name != self.new]

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        items = data["Files"]["items"][self.folder]["items"]
        items[self.new] = items.pop(self.file)
        return data

    def solve(self, eyes: Eyes) -> Move:
        if eyes.title() == "Rename":
            old = eyes.find(id="old_name")
            if old is not None and f" {self.file} " not in old.text:
                return "This is another file; I go back.", Button(name="back")
            return eyes.fill("name", self.new, eyes.need("save"), "Save")
        return in_menu(eyes, self.file, "rename") or more_about(eyes, self.folder, self.file)


class CreateFolder(Template):
    """At the top, or within a folder."""

    name = "create_folder"
    package = Files.app.package

    def __init__(self, random: Random) -> None:
        self.folder = random.choice((*FOLDERS, HOME))
        self.new = random.choice(NEW_FOLDERS)
        if self.folder == HOME:
            self.text = random.choice(
                (
                    f"Create a folder called “{self.new}” at the top of Files.",
                    f"Make a new top folder “{self.new}” in Files.",
                )
            )
            self.text_zh = f"在 Files 的最上层新建文件夹“{self.new}”。"
        else:
            self.text = random.choice(
                (
                    f"Create a folder called “{self.new}” in the folder {self.folder}.",
                    f"In Files, make a new folder “{self.new}” inside {self.folder}.",
                )
            )
            self.text_zh = f"在文件夹 {self.folder} 里新建文件夹“{self.new}”。"

    def setup(self, phone: Phone) -> None:
        entries = app_of(phone, Files).top if self.folder == HOME else folder_of(phone, self.folder)
        entries[:] = [e for e in entries if e.name != self.new]

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        top = data["Files"]["items"]
        (top if self.folder == HOME else top[self.folder]["items"])[self.new] = {"items": {}}
        return data

    def solve(self, eyes: Eyes) -> Move:
        if eyes.title() == "New folder":
            return eyes.fill("name", self.new, eyes.need("save"), "Save")
        here = f"The new folder belongs in {self.folder} and this is {eyes.title()}"
        if (away := to_folder(eyes, self.folder)) is not None:
            return (f"{here}. {away[0]}" if eyes.title() else away[0]), away[1]
        return f"{here}; I tap New folder.", eyes.click(eyes.need("new_folder"))


class LargestFile(Question):
    """By comparing the sizes, or by another order."""

    name = "largest_file"
    package = Files.app.package

    def __init__(self, random: Random) -> None:
        self.folder = random.choice(FOLDERS)
        self._file = random.choice([n for n in STORED[self.folder] if not n.endswith(".txt")])
        self._seed = random.getrandbits(32)
        self.text = random.choice(
            (
                f"Which is the largest file in the folder {self.folder}?",
                f"What is the name of the biggest file in {self.folder} in Files?",
            )
        )
        self.text_zh = f"文件夹 {self.folder} 里最大的文件叫什么？"

    def setup(self, phone: Phone) -> None:
        entries = with_file(phone, self.folder, self._file, self._seed)
        rest = [e for e in entries if e.name != self._file]
        largest = next(e for e in entries if e.name == self._file)
        largest.size = max(e.size for e in rest) // 4 * 5 + 200_000
        self.expected = self._file
        self.others = [e.name for e in rest]

    def solve(self, eyes: Eyes) -> Move:
        by_size = eyes.find(id="order_size")
        if by_size is not None:
            return "The dialog offers “Largest first”; I tap it.", eyes.click(by_size)
        if (away := to_folder(eyes, self.folder)) is not None:
            return away
        order = eyes.find(id="order")
        if order is None:
            return eyes.search("files", "the head of the list")
        first = eyes.find(id="file_0")
        if SAID["size"] not in order.text or first is None:
            return "The list is in another order; I tap Sort.", eyes.click(eyes.need("sort"))
        return f"{stands('beneath', order.text, first.text)}.", eyes.answer(first.text)


def folder_of(phone: Phone, name: str) -> list[Entry]:
    """What lies in a top folder; made where there is none."""
    files = app_of(phone, Files)
    if not any(e.name == name and e.items is not None for e in files.top):
        files.top = [*(e for e in files.top if e.name != name), Entry(name, files.today, items=[])]
    return files.folder([name])


def with_file(phone: Phone, folder: str, name: str, seed: int) -> list[Entry]:
    """What lies in a top folder, with a file of that name and at least one other."""
    entries = folder_of(phone, folder)
    today: date = app_of(phone, Files).today
    for wanted in (name, *(n for n in STORED[folder] if n != name)):
        if len(entries) >= 2 and any(e.name == name for e in entries):
            break
        if all(e.name != wanted for e in entries):
            entries.append(new_file(wanted, world.stream(seed, wanted), today))
    return entries


def to_folder(eyes: Eyes, folder: str) -> Move | None:
    if (away := eyes.to_page(folder, HOME)) is not None:
        return away
    if eyes.title() == folder:
        return None
    row = _row(eyes, folder)
    if row is None:
        return eyes.search("files", folder)
    return f"I look for {folder}; I see it and open the folder.", eyes.click(row)


def more_about(eyes: Eyes, folder: str, file: str) -> Move:
    """Open the menu of a file."""
    if (away := to_folder(eyes, folder)) is not None:
        return away
    row = _row(eyes, file)
    more = None if row is None else eyes.find(id=row.resource_id.replace("file_", "more_"))
    if more is None:
        return eyes.search("files", file)
    return f"I look for {file}; I see it and tap the dots beside it.", eyes.click(more)


def in_menu(eyes: Eyes, file: str, choice: str) -> Move | None:
    """Tap a choice where the file's menu is open; leave any other dialog."""
    if not eyes.find(id="dialog"):
        return None
    item = eyes.find(id=choice)
    if item is None and eyes.find(text=file):
        return eyes.search("dialog_list", choice)
    if item is None or not eyes.find(text=file):
        return "This is another dialog; I cancel it.", eyes.click(eyes.need("cancel"))
    return f"The menu of {file} is open; I tap {item.text}.", eyes.click(item)


def _row(eyes: Eyes, name: str) -> Node | None:
    return next((n for n in eyes.nodes if n.text == name and n.resource_id.startswith("file_")), None)
