"""The phone's own solution of its tasks, one step at a time.

At each call it looks at the accessibility nodes as they are now and takes the next step from there, so it goes on after
a tap that was lost, and past a dialog or the keyguard that stands in the way. It acts only on what is on the screen.
The way to the app is here; what is done in the app is each template's `solve`.
"""

from __future__ import annotations

from collections.abc import Sequence

from actions.geometry import Point
from actions.types import Button, Drag, Finish, TypeText
from environments.phone.nodes import Node
from environments.phone.phone import Phone
from environments.phone.tasks import PhoneTask
from environments.phone.tasks.eyes import SYSTEM, Eyes, Move, still_needs


class Oracle:
    """Solves one task on one phone. `answer` is what it has answered so far."""

    def __init__(self, task: PhoneTask, phone: Phone) -> None:
        self.task = task
        self.phone = phone
        self.eyes = Eyes(phone, task.goal.package)

    @property
    def answer(self) -> str | None:
        return self.eyes.answered

    @answer.setter
    def answer(self, text: str | None) -> None:
        """For who acts otherwise than this says: what has been answered instead, None for nothing."""
        self.eyes.answered = text

    def next(self) -> Move:
        with self.phone.lock:
            return self.on(self.phone.nodes(), is_done=self.task.check(self.phone, self.answer))

    def on(self, nodes: Sequence[Node], *, is_done: bool) -> Move:
        """The same of a screen that was looked at already, and of a task that is done or not."""
        self.eyes.nodes = list(nodes)
        if is_done:
            # An answer was given before, in a step of its own; what is on or off is looked at again.
            return f"{self.task.goal.seen_done(self.eyes)}The task is done.", Finish()
        self.eyes.package = self.task.goal.where(self.eyes)
        return self._clear_the_way() or self._reach_the_app() or self.task.goal.solve(self.eyes)

    def _clear_the_way(self) -> Move | None:
        eyes = self.eyes
        if not self.phone.awake:
            return "The screen is off; I turn it on.", Button(name="power")
        if eyes.find(id="keyguard"):
            return "The phone is locked; I swipe up.", Drag(start=Point(0.5, 0.8), end=Point(0.5, 0.3), seconds=0.3)
        if eyes.find(id="pin_pad"):
            return self._unlock()
        close = eyes.find(id="aerr_close")
        if close is not None:
            return f"A dialog says “{self.phone.dialog}”; I close the app.", eyes.click(close)
        refuse = eyes.find(id="hostile_refuse")
        if refuse is not None:
            return "Something asks for what the task doesn't want; I refuse.", eyes.click(refuse)
        deny = eyes.find(id="permission_deny_button")
        if deny is not None:
            return "The app asks for something the task doesn't need; I don't allow it.", eyes.click(deny)
        return None

    def _unlock(self) -> Move:
        """Digit by digit; what was typed wrong is said by the pad after OK, and begins anew."""
        pin, typed = self.task.goal.pin, len(self.eyes.need("pin_entry").text)
        if typed >= len(pin):
            return "The PIN is typed; I tap OK.", self.eyes.click(self.eyes.need("pin_ok"))
        key = self.eyes.need(f"pin_{pin[typed]}")
        return f"The phone's PIN {still_needs(pin[typed:], pin[typed])}", self.eyes.click(key)

    def _reach_the_app(self) -> Move | None:
        eyes, package = self.eyes, self.eyes.package
        if package == SYSTEM or eyes.find(package=package):
            return None
        eyes.look_down_first()
        label = self.phone.program(package).app.label
        icon = eyes.find(id="icon", text=label)
        if icon is not None:
            return f"I look for {label}; I see it and open it.", eyes.click(icon)
        field = eyes.find(id="app_search")
        if field is not None:
            if field.text == label:
                return eyes.search("all_apps", label)
            if not field.focused:
                return "All apps can be searched; I tap the field.", eyes.click(field)
            return f"I type {label} to find it.", TypeText(text=label, replace=bool(field.text))
        bar = eyes.find(id="search_bar")
        if bar is not None:
            return f"I look for {label}; it is not here, so I search for it.", eyes.click(bar)
        if not eyes.find(id="workspace"):
            noted = self.task.goal.noted(eyes)
            return f"{noted or f'This is not {label}'}; I go to the home screen.", Button(name="home")
        swipe = Drag(start=Point(0.5, 0.7), end=Point(0.5, 0.25), seconds=0.3)
        return f"I look for {label}; it is not here, so I swipe up to all apps.", swipe
