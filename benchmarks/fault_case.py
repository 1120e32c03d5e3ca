"""What the cases of the fault table are made of: a simulated phone behind the real adb, and what must hold of it.

A case does something to the phone while the driver, or a whole agent with scripted actions, uses it. It returns what
became of it in a few words, and raises `Broken` where it is not what was promised.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Timer

from actions.errors import HandeyeError
from actions.geometry import Point, from_pixel
from actions.types import Action, Click, OpenApp
from agent.core import Agent
from agent.models.scripted import ScriptedModel
from environments.android.driver import AndroidEnvironment, Capture
from environments.android.server import AdbServer
from environments.base import Observation
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from prompts.dialect import Decision
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.messages import transcript

INPUTS = ("tap", "press", "swipe", "text", "key", "combination")
"""What the phone's log calls an input that had its effect."""
NOWHERE = Click(point=Point(0.5, 0.004))
"""The status bar, which takes no tap."""
TRIES = 60


class Broken(AssertionError):
    """A promise that was not kept."""


def expect(holds: object, what: str) -> None:
    if not holds:
        raise Broken(what)


@dataclass
class Rig:
    """One phone on an adb server."""

    server: PhoneServer
    adb: AdbServer
    counted: int | None = None
    """How many inputs there were, where a case counts them itself."""
    made: list[Agent] = field(default_factory=list[Agent])

    @property
    def phone(self) -> Phone:
        return self.server.phone

    @property
    def address(self) -> str:
        return self.server.address

    def open(self, serial: str | None = None, *, capture: Capture = "raw") -> AndroidEnvironment:
        return AndroidEnvironment(serial or self.address, client=self.adb.client, capture=capture)

    @contextmanager
    def ready(self, *, capture: Capture = "raw") -> Generator[AndroidEnvironment]:
        """A driver that has looked once."""
        with self.open(capture=capture) as environment:
            environment.reset("hold")
            environment.observe()
            yield environment

    def injections(self) -> int:
        return len(self.phone.log.events(*INPUTS)) if self.counted is None else self.counted

    def begin(self) -> None:
        """What was done until here only made ready."""
        self.phone.log.clear()

    def gone(self) -> None:
        self.server.faults.refuse = True
        self.server.disconnect()

    def back(self) -> None:
        self.server.faults.refuse = False

    def point(self, name: str) -> Point:
        """The middle of what has this id, text or description."""
        for _ in range(TRIES):
            with self.phone.lock:
                rects = [n.rect for n in self.phone.nodes() if name in (n.resource_id, n.text, n.description)]
                if rects:
                    return from_pixel(*rects[0].center, self.phone.size)
            time.sleep(0.05)
        raise Broken(f"the phone shows no {name}")

    def new_note(self, environment: AndroidEnvironment) -> None:
        """An empty note with the caret in it."""
        environment.perform(OpenApp(name="Notes"))
        environment.observe()
        environment.perform(Click(point=self.point("new_note")))
        environment.observe()
        expect(self.phone.state()["focus"] == "note", "no note has the focus")

    @property
    def draft(self) -> str:
        with self.phone.lock:
            return str(self.phone.state()["apps"]["Notes"]["view"]["draft"])

    def agent(
        self,
        environment: AndroidEnvironment,
        actions: Sequence[Action],
        *,
        before: Callable[[int], object] = lambda _: None,
        ask: Callable[[str], str] | None = None,
    ) -> Agent:
        """An agent whose model writes these actions; `before` gets the number of the one that it is about to write."""
        dialect = Qwen2VL("mobile")
        written = iter(enumerate(actions))

        def reply(_: object) -> str:
            number, action = next(written)
            before(number)
            return dialect.write(Decision("", (action,)), self.phone.size)

        model = ScriptedModel(reply, dialect=dialect.name, space=dialect.space)
        agent = Agent(model, environment, dialect=dialect, ask=ask)
        self.made.append(agent)
        return agent

    def told(self) -> str:
        """All that the model of the latest agent got to read the last time."""
        model = self.made[-1].model
        assert isinstance(model, ScriptedModel)
        return transcript(model.calls[-1])


@dataclass(frozen=True)
class Case:
    """`number` as in the list of faults; `seconds` and `injections` are the most that it may take."""

    number: int
    title: str
    run: Callable[[Rig], str]
    seconds: float
    injections: int


def fault(
    number: int, title: str, *, seconds: float = 10.0, injections: int = 0
) -> Callable[[Callable[[Rig], str]], Case]:
    """Makes a case of a function."""
    return lambda run: Case(number, title, run, seconds, injections)


@dataclass(frozen=True)
class Verdict:
    case: Case
    outcome: str
    seconds: float
    injections: int
    held: bool


def judge(case: Case) -> Verdict:
    """Run a case on a phone and an adb server of its own."""
    with PhoneServer(Phone(3)) as server, AdbServer() as adb:
        adb.connect(server.address)
        rig = Rig(server, adb)
        started = time.monotonic()
        try:
            outcome, held = case.run(rig), True
        except Exception as e:  # noqa: BLE001  told in the table, and the other cases go on
            outcome, held = f"{type(e).__name__}: {e}", False
        seconds, injections = time.monotonic() - started, rig.injections()
    within = seconds <= case.seconds and injections <= case.injections
    return Verdict(case, outcome, seconds, injections, held and within)


@contextmanager
def later(seconds: float, act: Callable[[], object]) -> Generator[None]:
    """Do something after so many seconds, on another thread."""
    timer = Timer(seconds, act)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


@contextmanager
def raises(kind: type[HandeyeError], *, remedy: str = "") -> Generator[list[HandeyeError]]:
    """The error that is due, in the list that is given; `Broken` where there is none, or one of another kind."""
    found: list[HandeyeError] = []
    try:
        yield found
    except kind as e:
        found.append(e)
        expect("\n" not in str(e), "an error of several lines")
        expect(remedy in (e.remedy or ""), f"the remedy is {e.remedy!r}, not {remedy!r}")
        return
    raise Broken(f"no {kind.__name__}")


def noted(seen: Observation, words: str) -> None:
    expect(any(words in note for note in seen.notes), f"no note says {words!r}, only {seen.notes}")
