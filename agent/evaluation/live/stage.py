"""The stage of one episode: a fresh phone on which the task is set up, behind the real adb, on a clock of its own.

The phone's clock stands still while the model thinks, so that neither its speed nor the machine's decides what is on
the screen: the same replies always meet the same screens.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Literal

from actions.errors import HandeyeError
from actions.types import Action, Answer, Finish
from agent.evaluation.live.suite import Case
from environments.android.driver import AndroidEnvironment
from environments.android.server import AdbServer
from environments.base import Environment, Observation, Outcome
from environments.phone.editing import SLEEP
from environments.phone.environment import PhoneEnvironment
from environments.phone.oracle import Oracle
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from environments.phone.tasks import PhoneTask, sample
from environments.picture import Picture

Faults = Literal["plain", "disturbed"]

PACE_SECONDS = 10.0
"""How far the phone's clock is from the beginning of one step to that of the next. Nothing but a timer runs longer, and
few steps take as long on the device."""

DISTURBANCES = {"crash": 0.08, "off": 0.05, "lost": 0.1, "none": 0.77}
"""What happens before an action of a disturbed episode, and how often: the app in front crashes, the screen turns off,
or the action doesn't arrive. About as often as where the phone's own solution is tested (benchmarks/phone.py); but
never twice in a row, so that who tries again is right."""

MOST_STEPS = 300


@dataclass(frozen=True, slots=True)
class Stage:
    task: PhoneTask
    phone: Phone
    environment: Environment

    def done(self, *, answer: str | None, gave_up: bool) -> bool:
        """Whether the task is done, by what the phone's apps keep and by the answer."""
        with self.phone.lock:
            return self.task.check(self.phone, answer, gave_up=gave_up)


@contextmanager
def staged(task: PhoneTask, faults: Faults = "plain") -> Generator[Stage]:
    """Open the phone and set the task up; nothing is left of either afterwards. `DeviceError` where it can't be had."""
    clock = StepClock()
    phone = Phone(task.seed, clock=clock)
    task.setup(phone)
    chaos = Random(f"disturbed/{task.template} {task.seed}") if faults == "disturbed" else None  # noqa: S311  no secret
    with PhoneServer(phone) as wire, AdbServer() as adb:
        adb.connect(wire.address)
        # No picture grows old while the clock stands still; and there is nobody else to type a PIN.
        with AndroidEnvironment(
            wire.address, client=adb.client, fresh_seconds=math.inf, pin_by_hand=False
        ) as environment:
            yield Stage(task, phone, StagedPhone(environment, phone, clock, chaos))


class StepClock:
    """Seconds that pass while a step is done and settles, and not between. Each step begins at a whole multiple of
    `PACE_SECONDS`, so that how long the last one took has no part in what is shown."""

    def __init__(self) -> None:
        self._now: tuple[float, float | None] = (0.0, None)

    def __call__(self) -> float:
        base, since = self._now
        return base if since is None else base + time.monotonic() - since

    def step(self) -> None:
        self._now = ((self() // PACE_SECONDS + 1) * PACE_SECONDS, time.monotonic())

    def hold(self) -> None:
        self._now = (self(), None)


class StagedPhone(Environment):
    """The Android environment of a phone whose clock it moves on, and that it disturbs by `chaos`, where that is given.

    A step that does nothing to the phone, such as a wait, lasts as long as any on the phone's clock.
    """

    name = "android"
    platform = "mobile"

    def __init__(self, inner: Environment, phone: Phone, clock: StepClock, chaos: Random | None) -> None:
        self.supports = inner.supports
        self._inner, self._phone, self._clock, self._chaos = inner, phone, clock, chaos
        self._stepped = self._disturbed = False

    def reset(self, task: str) -> None:
        self._inner.reset(task)

    def observe(self) -> Observation:
        self._step()
        self._stepped = False
        try:
            return self._inner.observe()
        finally:
            self._clock.hold()

    def glance(self) -> Picture | None:
        return self._inner.glance()

    def perform(self, action: Action) -> Outcome:
        self._step()
        self._disturb()
        try:
            return self._inner.perform(action)
        finally:
            self._phone.faults.ignore_input = False

    def _disturb(self) -> None:
        if self._chaos is None or self._disturbed:
            self._disturbed = False
            return
        (what,) = self._chaos.choices(list(DISTURBANCES), list(DISTURBANCES.values()))
        self._disturbed = what != "none"
        with self._phone.lock:
            if what == "crash":
                self._phone.crash()
            elif what == "off":
                self._phone.key(SLEEP)
            elif what == "lost":
                self._phone.faults.ignore_input = True

    def _step(self) -> None:
        if not self._stepped:
            self._clock.step()
            self._stepped = True


def oracle_steps(case: Case) -> int:
    """How many steps the phone's own solution takes, undisturbed; its answer and its last word are steps as well."""
    now = 0.0
    phone = Phone(case.seed, clock=lambda: now)
    task = sample(case.template, case.seed)
    task.setup(phone)
    environment, oracle = PhoneEnvironment(phone), Oracle(task, phone)
    for count in range(1, MOST_STEPS + 1):
        _, action = oracle.next()
        if isinstance(action, Finish):
            return count
        if not isinstance(action, Answer):
            environment.perform(action)
            now += 1.0
    raise HandeyeError(f"the phone's own solution of {case} does not end in {MOST_STEPS} steps")
