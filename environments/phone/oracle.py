"""The phone's own solution of its tasks, one step at a time.

At each call it looks at the accessibility nodes as they are now and takes the next step from there, so it goes on after
a tap that was lost, and past a dialog or the keyguard that stands in the way. It acts only on what is on the screen.
The way to the app is here; what is done in the app is each template's `solve`.
"""

from __future__ import annotations

from actions.geometry import Point
from actions.types import Button, Drag, Finish, Scroll
from environments.phone.phone import Phone
from environments.phone.tasks import PhoneTask
from environments.phone.tasks.eyes import Eyes, Move


class Oracle:
    """Solves one task on one phone. `answer` is what it has answered so far."""

    def __init__(self, task: PhoneTask, phone: Phone) -> None:
        self.task = task
        self.phone = phone
        self._eyes = Eyes(phone, task.goal.package)

    @property
    def answer(self) -> str | None:
        return self._eyes.answered

    def next(self) -> Move:
        with self.phone.lock:
            self._eyes.look()
            if self.task.check(self.phone, self.answer):
                return "The task is done.", Finish(message=self.answer or "")
            self._eyes.package = self.task.goal.where(self._eyes)
            return self._clear_the_way() or self._reach_the_app() or self.task.goal.solve(self._eyes)

    def _clear_the_way(self) -> Move | None:
        if not self.phone.awake:
            return "The screen is off; I turn it on.", Button(name="power")
        if self._eyes.find(id="keyguard"):
            return "The phone is locked; I swipe up.", Drag(start=Point(0.5, 0.8), end=Point(0.5, 0.3), seconds=0.3)
        close = self._eyes.find(id="aerr_close")
        if close is not None:
            return f"A dialog says “{self.phone.dialog}”; I close the app.", self._eyes.click(close)
        return None

    def _reach_the_app(self) -> Move | None:
        package = self._eyes.package
        if self._eyes.find(package=package):
            return None
        self._eyes.look_down_first()
        label = self.phone.program(package).app.label
        if not self._eyes.find(id="workspace"):
            return f"This is not {label}; I go to the home screen.", Button(name="home")
        icon = self._eyes.find(id="icon", text=label)
        if icon is not None:
            return f"The home screen shows {label}; I open it.", self._eyes.click(icon)
        pages = self._eyes.find(id="page_indicator")
        first = pages is None or pages.description.startswith("Page 1 ")
        return f"{label} is not on this page; I look at the other one.", Scroll(direction="right" if first else "left")
