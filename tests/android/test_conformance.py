"""The Android driver keeps the contract of environments, and the checks notice those that don't."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pytest

from actions.types import Action, Kind
from environments.base import DONE, Environment, Observation, Outcome, Platform
from environments.conformance import RULES, Nonconformity, Rule, check, name_of
from environments.picture import Picture
from tests.android.rig import Rig


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_the_android_driver_conforms(rig: Rig, rule: Rule) -> None:
    rule(rig.open)


class Fake(Environment):
    """Keeps the contract, with nothing behind it; the tests break one thing at a time."""

    name: ClassVar[str] = "fake"
    platform: ClassVar[Platform] = "mobile"
    supports: frozenset[Kind] = frozenset({"click"})

    def __init__(self) -> None:
        self._acted = False

    def reset(self, task: str) -> None:
        self._acted = False

    def observe(self) -> Observation:
        acted, self._acted = self._acted, False
        array = np.zeros((8, 4, 3), np.uint8)
        return Observation(picture=Picture(array), time=time.time(), changed=False if acted else None)

    def perform(self, action: Action) -> Outcome:
        if action.kind not in self.supports:
            return Outcome("failed", f"no {action.kind}")
        self._acted = True
        return DONE


class Raises(Fake):
    def perform(self, action: Action) -> Outcome:
        raise ValueError(action.kind)


class SaysDone(Fake):
    def perform(self, action: Action) -> Outcome:
        super().perform(action)
        return DONE


class FailsMute(Fake):
    def perform(self, action: Action) -> Outcome:
        outcome = super().perform(action)
        return outcome if outcome.status == "done" else Outcome("failed")


class Forgets(Fake):
    def observe(self) -> Observation:
        super().observe()
        return Observation(picture=Picture(np.zeros((8, 4, 3), np.uint8)), time=time.time())


class Grows(Fake):
    height = 8

    def observe(self) -> Observation:
        self.height += 1
        return Observation(picture=Picture(np.zeros((self.height, 4, 3), np.uint8)), time=time.time())


class Claims(Fake):
    supports: frozenset[Kind] = frozenset({"click", "finish"})


class ClosesOnce(Fake):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise RuntimeError("closed")
        self.closed = True


def test_an_environment_that_keeps_the_contract_passes() -> None:
    check(Fake)


@pytest.mark.parametrize("broken", [Raises, SaysDone, FailsMute, Forgets, Grows, Claims])
def test_a_broken_rule_is_noticed(broken: Callable[[], Environment]) -> None:
    with pytest.raises(Nonconformity):
        check(broken)


def test_closing_twice_is_checked() -> None:
    with pytest.raises(RuntimeError):
        check(ClosesOnce)
