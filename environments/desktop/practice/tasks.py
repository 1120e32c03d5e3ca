"""Tasks for the practice desktop: what is asked, how it can be done, and whether it was, judged outside the screen.

A solution looks at the windows and not at pixels: it shows that a machine can do all of it. What a model does with a
task is judged by the same check: the file that was saved, the folder that was made, what the page has sent.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from actions.errors import UsageError
from actions.geometry import Point, Rect, from_pixel
from actions.types import Action, Click, Finish, OpenApp, PressKeys, TypeText, Wait
from environments.desktop.practice.desk import PracticeDesktop, require
from environments.desktop.practice.form import Form
from environments.desktop.window import Window, titled

Move = tuple[str, Action]
"""A thought, and what is done."""
Look = Callable[[], tuple[Window, ...]]


class DeskTask(ABC):
    """One task on one desktop, which is made ready for it. `programs` are what it needs on the PATH.

    Raises `DeviceError` where one of them is missing.
    """

    name: ClassVar[str]
    text: ClassVar[str]
    programs: ClassVar[tuple[str, ...]]

    def __init__(self, desk: PracticeDesktop) -> None:
        require(self.programs)
        self.desk = desk

    @abstractmethod
    def solve(self, look: Look) -> Iterator[Move]:
        """A move at a time; `look` shows the windows as they are then."""

    @abstractmethod
    def check(self) -> bool: ...

    def close(self) -> None:  # noqa: B027  most have nothing to end
        """End what the task has started beside the desktop."""

    def _point(self, area: Rect) -> Point:
        return from_pixel(*area.center, self.desk.size)


class Note(DeskTask):
    name = "note"
    text = 'Write a note that says "Crème fraîche & 豆腐, 2 ×" and save it as shopping.txt in the home folder.'
    programs = ("mousepad",)

    def solve(self, look: Look) -> Iterator[Move]:  # noqa: ARG002
        yield "I need an editor.", OpenApp(name="Mousepad")
        yield "I write the note.", TypeText(text="Crème fraîche & 豆腐, 2 ×")
        yield from _save_as("shopping.txt")

    def check(self) -> bool:
        return _content(self.desk.home / "shopping.txt") == "Crème fraîche & 豆腐, 2 ×"


class Sum(DeskTask):
    name = "sum"
    text = "Work out 127 times 43 with the calculator, and save the result as result.txt in the home folder."
    programs = ("galculator", "mousepad")

    def solve(self, look: Look) -> Iterator[Move]:  # noqa: ARG002
        yield "I need the calculator.", OpenApp(name="Galculator")
        for key in ("1", "2", "7", "*", "4", "3", "enter"):
            yield f"I press {key}.", PressKeys(keys=(key,))
        yield "I copy the result.", PressKeys(keys=("ctrl", "c"))
        yield "It goes into a file.", OpenApp(name="Mousepad")
        yield "I paste it.", PressKeys(keys=("ctrl", "v"))
        yield from _save_as("result.txt")

    def check(self) -> bool:
        return _content(self.desk.home / "result.txt") == "5461"


class Folder(DeskTask):
    name = "folder"
    text = 'In the file manager, make a folder called "Reports 2026" in the home folder.'
    programs = ("pcmanfm",)

    def solve(self, look: Look) -> Iterator[Move]:  # noqa: ARG002
        yield "I need the file manager; it shows the home folder.", OpenApp(name="pcmanfm")
        yield "I make a folder.", PressKeys(keys=("ctrl", "shift", "n"))
        yield "It asks for the name.", TypeText(text="Reports 2026", replace=True, submit=True)

    def check(self) -> bool:
        return (self.desk.home / "Reports 2026").is_dir()


class Count(DeskTask):
    name = "count"
    text = "In a terminal, count the lines of visits.log in the home folder, and write the number into count.txt there."
    programs = ("xterm",)

    def __init__(self, desk: PracticeDesktop) -> None:
        super().__init__(desk)
        (desk.home / "visits.log").write_text("".join(f"visit {n}\n" for n in range(1, 358)))

    def solve(self, look: Look) -> Iterator[Move]:  # noqa: ARG002
        yield "I need a terminal.", OpenApp(name="XTerm")
        yield "wc counts lines.", TypeText(text="wc -l < ~/visits.log > ~/count.txt", submit=True)

    def check(self) -> bool:
        return _content(self.desk.home / "count.txt") == "357"


class Sign(DeskTask):
    name = "sign"
    text = "Sign the guest book that is open in the browser with the name Zoë O'Neill."
    programs = ("chromium",)

    def __init__(self, desk: PracticeDesktop) -> None:
        super().__init__(desk)
        self._form = Form()
        options = ["--no-first-run", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
        if os.geteuid() == 0:
            options.append("--no-sandbox")  # it refuses to run as root otherwise; it opens our own page only
        profile = desk.home / ".chromium"
        desk.start(["chromium", *options, f"--user-data-dir={profile}", f"--app={self._form.address}"])

    def solve(self, look: Look) -> Iterator[Move]:
        while (page := titled("Guest book", look())) is None:
            yield "The page is not there yet.", Wait(seconds=0.5)
        field, button = page.area.rows(2)
        yield "I click into the field.", Click(point=self._point(field))
        yield "I write the name.", TypeText(text="Zoë O'Neill")
        yield "I sign.", Click(point=self._point(button))
        while titled("Signed", look()) is None:
            yield "The page is still sending.", Wait(seconds=0.5)

    def check(self) -> bool:
        return self._form.sent == ["Zoë O'Neill"]

    def close(self) -> None:
        self._form.close()


TASKS: dict[str, type[DeskTask]] = {task.name: task for task in (Note, Sum, Folder, Count, Sign)}


def named(name: str) -> type[DeskTask]:
    if name not in TASKS:
        raise UsageError(f"the practice desktop has no task {name!r}; there are {', '.join(TASKS)}")
    return TASKS[name]


def solution(task: DeskTask, look: Look) -> Iterator[Move]:
    """The task's own solution to its end, which says whether the check holds. GTK takes a second to save a file."""
    yield from task.solve(look)
    for _ in range(2):
        if task.check():
            yield "It is done.", Finish()
        yield "Nothing has come of it yet.", Wait(seconds=1)
    yield "It has not worked.", Finish(success=False)


def _save_as(name: str) -> Iterator[Move]:
    yield "I save it.", PressKeys(keys=("ctrl", "s"))
    yield "The dialog shows the home folder and asks for a name.", TypeText(text=name, replace=True, submit=True)


def _content(path: Path) -> str | None:
    """What a file holds, but for the line end that editors and commands add."""
    try:
        return path.read_text("utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError):
        return None
