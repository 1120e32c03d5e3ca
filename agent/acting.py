"""Carrying out one action: on the device, or here where it is the loop's own; and withholding it where it must be."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from actions.errors import DeviceLocked, HandeyeError
from actions.tools import Tool
from actions.types import Action, Answer, AskUser, CallTool, Click, Drag, Finish, LongPress, Move, Scroll, Wait
from agent.returns import Returns
from environments.base import DONE, Environment, Observation, Outcome
from environments.episode import Episode
from environments.settle import close_to, differs, left_mark, thin

HANDED_OVER = 3
"""How often in a row a person is asked to unlock the device."""


class Hands:
    """What acts for an agent. Once `stopped` is set a wait ends, and nothing more is done to the device."""

    def __init__(self, environment: Environment, tools: Mapping[str, Tool], ask: Callable[[str], str] | None) -> None:
        self.environment = environment
        self.tools = tools
        self.ask = ask
        self.stopped = threading.Event()

    def perform(
        self, action: Action, now: Observation, episode: Episode, returns: Returns[Any] | None
    ) -> tuple[Outcome, str]:
        """Carry out an action that was decided on the screen `now`: its outcome, and what a tool or the person said.

        An answer and a finish are written into the episode.
        """
        if self.stopped.is_set() and not isinstance(action, Answer | Finish):
            return Outcome("failed", "withheld: the run was stopped"), ""
        match action:
            case Wait():
                self.stopped.wait(action.seconds)
                return DONE, ""
            case AskUser():
                assert self.ask is not None, "ask_user is only offered where somebody can be asked"
                return DONE, self.ask(action.question)
            case CallTool():
                return self._call(action)
            case Answer():
                if returns is not None and (problem := returns.problem(action.text)):
                    return Outcome("failed", problem), ""
                episode.answer = action.text
                return DONE, ""
            case Finish():
                if returns is not None and action.success and episode.answer is None:
                    return Outcome("failed", "the answer is still missing: give it before finishing"), ""
                episode.end = "done" if action.success else "not_done"
                episode.message = action.message
                return DONE, ""
            case _:
                if reason := self._withheld(action, now):
                    return Outcome("failed", reason), ""
                return self.environment.perform(action), ""

    def look(self) -> Observation:
        """The screen. A device that only a person can unlock is handed over, where somebody can be asked."""
        for _ in range(HANDED_OVER):
            try:
                return self.environment.observe()
            except DeviceLocked as e:
                if self.ask is None or self.stopped.is_set():
                    raise
                self.ask(f"{e.message}: {e.remedy}, then press Enter")
        return self.environment.observe()

    def _call(self, action: CallTool) -> tuple[Outcome, str]:
        try:
            return DONE, self.tools[action.name].call(action.arguments)
        except HandeyeError as e:
            return Outcome("failed", e.message), ""
        except Exception as e:  # noqa: BLE001  the user's own code: the model is told what it raised
            return Outcome("failed", f"{action.name} raised {type(e).__name__}: {e}"), ""

    def _withheld(self, action: Action, now: Observation) -> str | None:
        """Why an action that points at the screen must not be carried out, if so: what it points at is not there."""
        if not points_at_screen(action):
            return None
        if now.secure:
            return "withheld: this app forbids pictures of its screen, so nothing on it can be pointed at"
        if not now.stable:
            return None
        glance = self.environment.glance()
        if glance is not None and differs(thin(glance.array), thin(now.picture.array)):
            return "withheld: the screen changed after it was looked at; look again"
        return None


def points_at_screen(action: Action) -> bool:
    """Whether an action means a place on the screenshot, and so nothing on another one."""
    return isinstance(action, Click | LongPress | Move | Drag | Scroll)


def visibly_changed(action: Action, before: Observation, after: Observation) -> bool | None:
    """Whether the screen is another one after an action than the one it was decided on; None where that isn't known.
    Close to where it pointed a smaller change counts: a tap on a plus may change one digit."""
    if after.changed is False and isinstance(action, Click | LongPress):
        return left_mark(close_to(before.picture.array, action.point), close_to(after.picture.array, action.point))
    return after.changed
