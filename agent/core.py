"""The loop: look, ask the model, act, until the task is done.

`decide` touches no device, so a live run and replay evaluation are the same code. `iter` yields each step once it is
recorded; `run` goes to the end. What the model can mend (an unreadable reply, an action that this screen can't do) is
shown to it and asked again; what it can't (no device, no model) is raised once the run folder is closed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, overload

from actions.errors import ActionError, DeviceError, HandeyeError, ModelError, ParseError, UsageError
from actions.geometry import Size
from actions.tools import Tool
from actions.types import (
    LOOP_KINDS,
    Action,
    Answer,
    AskUser,
    CallTool,
    Click,
    Drag,
    Finish,
    Kind,
    LongPress,
    Move,
    Scroll,
    Wait,
)
from agent.journal import Journal
from agent.models.base import Budget, Model
from agent.repetition import Repetition
from agent.returns import Returns, TaskFailed
from environments.base import DONE, Environment, Observation, Outcome
from environments.episode import Attempt, End, Episode, Step, Usage
from environments.settle import differs, thin
from prompts.dialect import Decision, Dialect, Moment
from prompts.dialects import by_name

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run is stopped though the task is not done. `attempts` are replies to one screen, `repeats` the same
    action on the same screen; `tokens` counts what was read and written."""

    steps: int = 40
    seconds: float = 1800.0
    tokens: int = 1_000_000
    attempts: int = 3
    repeats: int = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """What the model decided for a screen. `decision` is None where no attempt could be read."""

    decision: Decision | None
    attempts: tuple[Attempt, ...]
    seen: Size
    usage: Usage
    seconds: dict[str, float]


@dataclass(slots=True)
class _Run:
    """What one episode keeps between its steps. `queued`: actions of the last reply that are still to be done."""

    episode: Episode
    now: Observation
    deadline: float
    repetition: Repetition
    returns: Returns[Any] | None
    journal: Journal | None
    queued: Choice | None = None

    @property
    def prompt(self) -> str:
        return self.episode.task if self.returns is None else self.returns.instruct(self.episode.task)


class Agent:
    """A model that uses a screen.

    dialect: the model's own unless given, by name or made. runs: the folder that each episode gets a run folder in;
    without it nothing is written. ask: answers the model's questions; without it the model is not offered to ask.
    on_text: gets the model's text as it comes.
    """

    def __init__(
        self,
        model: Model,
        environment: Environment,
        *,
        dialect: Dialect | str | None = None,
        limits: Limits = Limits(),
        budget: Budget = Budget(),
        tools: Sequence[Tool] = (),
        runs: Path | None = None,
        ask: Callable[[str], str] | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> None:
        self.model = model
        self.environment = environment
        if not isinstance(dialect, Dialect):
            dialect = by_name(dialect or model.dialect)(environment.platform, space=None if dialect else model.space)
        self.dialect = dialect
        self.limits = limits
        self.budget = budget
        self.tools = {tool.name: tool for tool in tools}
        if len(self.tools) < len(tools):
            raise UsageError(f"two tools have the same name: {', '.join(t.name for t in tools)}")
        self.runs = runs
        self.ask = ask
        self.on_text = on_text
        self.folder: Path | None = None
        """The run folder of the latest episode."""
        self.episode: Episode | None = None
        """The latest episode, also where it ended in an error."""
        self._stopping: End | None = None
        self._wake = threading.Event()

    @property
    def supports(self) -> frozenset[Kind]:
        """The kinds of action that the prompt offers: what the device, the dialect and this agent all can."""
        kinds = (self.environment.supports | LOOP_KINDS) & self.dialect.kinds()
        absent: set[Kind] = set()
        if self.ask is None:
            absent.add("ask_user")
        if not self.tools:
            absent.add("call_tool")
        return kinds - absent

    def stop(self, end: End = "interrupted") -> None:
        """End the run after the step that is under way. Safe in a signal handler and from another thread."""
        self._stopping = end
        self._wake.set()

    @property
    def stopping(self) -> bool:
        return self._stopping is not None

    # ------------------------------------------------------------ reason

    def decide(self, task: str, steps: Sequence[Step], now: Observation, *, seconds: float | None = None) -> Choice:
        """Ask the model what to do on this screen, again where its reply can't be read. Touches no device."""
        budget = self.budget if seconds is None else replace(self.budget, seconds=min(self.budget.seconds, seconds))
        supports = self.supports
        seen = self.model.seen(now.size)
        attempts: list[Attempt] = []
        spent: dict[str, float] = {"render": 0.0, "parse": 0.0}
        usage = Usage()
        decision: Decision | None = None
        while decision is None and len(attempts) < self.limits.attempts:
            started = time.perf_counter()
            moment = Moment(task, steps, now, seen, supports, tuple(self.tools.values()), tuple(attempts))
            messages = self.dialect.render(moment)
            rendered = time.perf_counter()
            reply = self.model.generate(messages, stop=self.dialect.stop, budget=budget, on_text=self.on_text)
            replied = time.perf_counter()
            usage += reply.usage
            if reply.seen and reply.seen[-1] != seen:
                raise ModelError(f"{self.model.name} saw {reply.seen[-1]} where {seen} was announced")
            try:
                decision = self.dialect.parse(reply.text, seen)
                self._check(decision, cut_off=reply.ended != "stop")
                attempts.append(Attempt(reply.text, repairs=decision.repairs))
            except (ParseError, ActionError) as e:
                decision = None
                attempts.append(Attempt(reply.text, problem=e.message))
            spent["render"] += rendered - started
            for stage, duration in (reply.seconds or {"decode": replied - rendered}).items():
                spent[stage] = spent.get(stage, 0.0) + duration
            spent["parse"] += time.perf_counter() - replied
        return Choice(decision, tuple(attempts), seen, usage, spent)

    def _check(self, decision: Decision, *, cut_off: bool) -> None:
        """Readable, but can it be done here? Raises what the model is told."""
        if not decision.actions:
            raise ParseError("the reply holds no action")
        for action in decision.actions:
            if isinstance(action, CallTool) and action.name not in self.tools:
                known = ", ".join(self.tools) or "none"
                raise ActionError(f"there is no function {action.name!r}; the functions of the user are: {known}")
            if action.kind not in self.supports:
                raise ActionError(f"{action.kind} is not possible here; possible: {', '.join(sorted(self.supports))}")
            if cut_off and isinstance(action, Answer | Finish):
                raise ParseError("the reply was cut off before its end: write less")

    # ------------------------------------------------------------ the loop

    def iter(self, task: str, *, returns: Returns[Any] | None = None) -> Generator[Step, None, None]:
        """Yield each step of an episode once it is recorded; afterwards `self.episode` tells how it ended.

        Raises `ModelError` and `DeviceError` where no further step is possible; the run folder is complete by then.
        """
        episode = self.episode = Episode(task)
        self._stopping = None
        self._wake.clear()
        journal = self._open_journal(task)
        try:
            deadline = time.monotonic() + self.limits.seconds
            self.environment.reset(task)
            run = _Run(episode, self.environment.observe(), deadline, Repetition(self.limits.repeats), returns, journal)
            while episode.end is None:
                if reason := self._exhausted(run):
                    episode.end, episode.message = reason
                else:
                    yield self._step(run)
        except ModelError as e:
            episode.end, episode.message = "model", str(e)
            raise
        except DeviceError as e:
            episode.end, episode.message = "device", str(e)
            raise
        except (KeyboardInterrupt, GeneratorExit):
            episode.end = self._stopping or "interrupted"
            raise
        finally:
            if journal is not None:
                with journal:
                    if episode.end is not None:
                        journal.end(episode)

    def _step(self, run: _Run) -> Step:
        """One action: decided (or left over from the last reply), carried out, and recorded with what it led to."""
        episode, now = run.episode, run.now
        index = len(episode.steps)
        if run.journal is not None:
            run.journal.begin(index, now)
        choice = run.queued or self.decide(run.prompt, episode.steps, now, seconds=run.deadline - time.monotonic())
        run.queued = None
        step = Step(
            index,
            now,
            choice.attempts,
            thought="",
            action=None,
            outcome=None,
            seen=choice.seen,
            seconds={**now.seconds, **choice.seconds},
            usage=choice.usage,
        )
        if choice.decision is None:
            episode.end = "unreadable"
            episode.message = f"no reply of {len(choice.attempts)} could be read: {choice.attempts[-1].problem}"
            return self._record(step, run)

        action, *rest = choice.decision.actions
        if run.journal is not None:
            run.journal.intend(index, choice.decision.thought, action)
        started = time.perf_counter()
        outcome, result = self._perform(action, run)
        step = replace(
            step,
            thought=choice.decision.thought,
            action=action,
            outcome=outcome,
            result=result,
            seconds={**step.seconds, "act": time.perf_counter() - started},
        )
        if episode.end is None and action.kind not in ("answer", "ask_user", "call_tool"):
            run.now = self.environment.observe()
            step = replace(step, changed=run.now.changed)
            if circle := run.repetition.add(action, now):
                episode.end, episode.message = "limit", f"going round in circles: {circle}"
        if rest and outcome.status == "done":
            run.queued = Choice(Decision(step.thought, tuple(rest)), (), choice.seen, Usage(), {})
        return self._record(step, run)

    def _record(self, step: Step, run: _Run) -> Step:
        started = time.perf_counter()
        if run.journal is not None:
            run.journal.step(step)
        step = replace(step, seconds={**step.seconds, "journal": time.perf_counter() - started})
        run.episode.steps.append(step)
        return step

    def _exhausted(self, run: _Run) -> tuple[End, str] | None:
        limits, usage = self.limits, run.episode.usage
        if self._stopping is not None:
            return self._stopping, "stopped on request"
        if run.now.terminal:
            return "not_done", "the environment's episode is over"
        if len(run.episode.steps) >= limits.steps:
            return "limit", f"{limits.steps} steps were not enough"
        if time.monotonic() >= run.deadline:
            return "limit", f"{limits.seconds:g} seconds were not enough"
        if usage.prompt_tokens + usage.completion_tokens >= limits.tokens:
            return "limit", f"{limits.tokens} tokens were not enough"
        return None

    def _open_journal(self, task: str) -> Journal | None:
        if self.runs is None:
            return None
        about = {"model": self.model.name, "dialect": self.dialect.name, "environment": self.environment.name}
        journal = Journal.create(self.runs, task=task, about=about)
        self.folder = journal.folder
        return journal

    # ------------------------------------------------------------ act

    def _perform(self, action: Action, run: _Run) -> tuple[Outcome, str]:
        """Carry out one action: its outcome, and what a tool or the person said."""
        episode, returns = run.episode, run.returns
        match action:
            case Wait():
                self._wake.wait(action.seconds)
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
                if reason := self._withheld(action, run.now):
                    return Outcome("failed", reason), ""
                return self.environment.perform(action), ""

    def _call(self, action: CallTool) -> tuple[Outcome, str]:
        try:
            return DONE, self.tools[action.name].call(action.arguments)
        except HandeyeError as e:
            return Outcome("failed", e.message), ""

    def _withheld(self, action: Action, now: Observation) -> str | None:
        """Why an action that points at the screen must not be carried out, if so: what it points at is not there."""
        if not isinstance(action, Click | LongPress | Move | Drag | Scroll):
            return None
        if now.secure:
            return "withheld: this app forbids pictures of its screen, so nothing on it can be pointed at"
        if not now.stable:
            return None
        glance = self.environment.glance()
        if glance is not None and differs(thin(glance.array), thin(now.picture.array)):
            return "withheld: the screen changed after it was looked at; look again"
        return None

    # ------------------------------------------------------------ to the end

    @overload
    def run(self, task: str) -> Episode: ...
    @overload
    def run(self, task: str, *, returns: type[T]) -> T: ...
    def run(self, task: str, *, returns: type[T] | None = None) -> Episode | T:
        """Do a task. With `returns` (a pydantic model or any type that pydantic validates) its validated answer comes
        back, or `TaskFailed` is raised; without, the episode, whose `end` and `exit_code` tell how it went."""
        if returns is None:
            for _ in self.iter(task):
                pass
            assert self.episode is not None
            return self.episode
        wanted = Returns(returns)
        for _ in self.iter(task, returns=wanted):
            pass
        assert self.episode is not None
        if self.episode.end != "done" or self.episode.answer is None:
            raise TaskFailed(self.episode)
        return wanted.read(self.episode.answer)
