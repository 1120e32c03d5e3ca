"""No device at all: screens that are shown to an agent's `decide`, from a recording or drawn, and never touched."""

from __future__ import annotations

from actions.types import Action, Kind
from environments.base import Environment, Observation, Outcome, Platform

_BOTH: frozenset[Kind] = frozenset({"click", "long_press", "drag", "scroll", "type_text", "press_keys", "open_app"})
"""What our own phones and desktops can all do; a phone has buttons besides, a desktop a pointer."""


class Shown(Environment):
    """A device of which there are pictures and nothing else: it says what could be done on it, and does nothing."""

    name = "shown"

    def __init__(self) -> None:
        own: frozenset[Kind] = frozenset({"button"} if self.platform == "mobile" else {"move"})
        self.supports = _BOTH | own

    def reset(self, task: str) -> None:  # noqa: ARG002
        raise self._absent()

    def observe(self) -> Observation:
        raise self._absent()

    def perform(self, action: Action) -> Outcome:  # noqa: ARG002
        raise self._absent()

    def _absent(self) -> RuntimeError:
        return RuntimeError("what is only shown can be looked at, not run")


class _Phone(Shown):
    platform = "mobile"


class _Desktop(Shown):
    platform = "desktop"


def shown(platform: Platform) -> Shown:
    return _Phone() if platform == "mobile" else _Desktop()
