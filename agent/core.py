"""The loop: look, ask the model, act, until the task is done.

`decide` touches no device, so a live run and replay evaluation are the same code. `iter` yields each step once it is
recorded; `run` goes to the end. What the model can mend (an unreadable reply, an action that this screen can't do) is
shown to it and asked again; what it can't (no device, no model) is raised once the run folder is closed.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, overload

from actions.errors import ActionError, DeviceError, HandeyeError, ModelError, ParseError, StorageError, UsageError
from actions.geometry import Size
from actions.tools import Tool
from actions.types import (
    LOOP_KINDS,
    Answer,
    CallTool,
    Finish,
    Kind,
)
from agent.acting import Hands, points_at_screen, visibly_changed
from agent.grounder import Grounder
from agent.journal import Journal
from agent.models.base import Budget, Model
from agent.repetition import Repetition
from agent.returns import Returns, TaskFailed
from environments.base import Environment, Observation
from environments.episode import Attempt, End, Episode, Grounding, Step, Usage
from prompts.dialect import Decision, Dialect, Moment
from prompts.dialects import by_name
from prompts.grammar import Grammar
from prompts.planning import PlanningDialect, describing

T = TypeVar("T")

MOST_REFUSED = 2
"""Replies of a run that are not done, since it would go round in circles with them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run is stopped though the task is not done. `attempts` are replies to one screen, `repeats` the same
    action on the same screen, before the last of which the model is asked for another (`MOST_REFUSED`); `tokens` counts
    what was read and written."""

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
    """What one episode keeps between its steps. `queued`: actions of the last reply that are still to be done.
    `refused`: how many replies were not done, since they lead in circles."""

    episode: Episode
    now: Observation
    deadline: float
    repetition: Repetition
    returns: Returns[Any] | None
    journal: Journal | None
    queued: Choice | None = None
    refused: int = 0

    @property
    def prompt(self) -> str:
        return self.episode.task if self.returns is None else self.returns.instruct(self.episode.task)


class Agent:
    """A model that uses a screen.

    dialect: the model's own unless given, by name or made. grounder: another model, which finds on the screen what this
    one describes; `UsageError` where the dialect has no place for descriptions. constrain: whether a reply may only be
    what the dialect's grammar allows; by default where model and dialect can do that, and with True a `UsageError`
    where they can't (for the dialect: from `decide`). runs: the folder that each episode gets a run folder in; without
    it nothing is written. ask: answers the model's questions; without it the model is not offered to ask. on_text: gets
    the model's text as it comes.
    """

    def __init__(
        self,
        model: Model,
        environment: Environment,
        *,
        dialect: Dialect | str | None = None,
        grounder: Grounder | None = None,
        constrain: bool | None = None,
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
        self.dialect = dialect if grounder is None else describing(dialect)
        self.grounder = grounder
        self.constrain = constrain
        if constrain and not model.constrainable:
            raise UsageError(f"{model.name} can't be held to a grammar", remedy="--no-constrain")
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
        self._hands = Hands(environment, self.tools, ask)

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
        """End the run that is under way: the reply that is being written is its last, and what it asks for is not done.

        Safe in a signal handler and from another thread.
        """
        self._stopping = end
        self._hands.stopped.set()

    @property
    def stopping(self) -> bool:
        return self._stopping is not None

    # ------------------------------------------------------------ reason

    def decide(
        self,
        task: str,
        steps: Sequence[Step],
        now: Observation,
        *,
        seconds: float | None = None,
        refused: Sequence[Attempt] = (),
    ) -> Choice:
        """Ask the model what to do on this screen, again where its reply can't be read. Touches no device.

        seconds: how long all attempts may take together. refused: replies to this screen that could be read and are not
        to be done: their thoughts can't be written once more where the model is held to a grammar, else it is told why.
        """
        deadline = float("inf") if seconds is None else time.monotonic() + seconds
        supports = self.supports
        seen = self.model.seen(now.size)
        attempts: list[Attempt] = []
        spent: dict[str, float] = {"render": 0.0, "parse": 0.0}
        usage = Usage()
        decision: Decision | None = None
        while decision is None and (not attempts or self._may_ask_again(len(attempts), deadline)):
            started = time.perf_counter()
            budget = replace(self.budget, seconds=min(self.budget.seconds, max(0.0, deadline - time.monotonic())))
            moment = Moment(task, steps, now, seen, supports, tuple(self.tools.values()), tuple(attempts))
            grammar = self._grammar(moment)
            if refused:
                others = None if grammar is None else grammar.unlike(a.text for a in refused)
                grammar = others or grammar
                moment = moment if others else replace(moment, attempts=(*refused, *attempts))
            messages = self.dialect.render(moment)
            rendered = time.perf_counter()
            reply = self.model.generate(
                messages, grammar=grammar, stop=self.dialect.stop, budget=budget, on_text=self.on_text
            )
            replied = time.perf_counter()
            usage += reply.usage
            if reply.seen and reply.seen[-1] != seen:
                raise ModelError(f"{self.model.name} saw {reply.seen[-1]} where {seen} was announced")
            found: list[Grounding] = []
            try:
                decision = self._read(reply.text, seen, now, found, deadline)
                self._check(decision, cut_off=reply.ended != "stop")
                attempts.append(Attempt(reply.text, repairs=decision.repairs, groundings=tuple(found)))
            except (ParseError, ActionError) as e:
                decision = None
                attempts.append(Attempt(reply.text, problem=e.message, groundings=tuple(found)))
            spent["render"] += rendered - started
            for stage, duration in (reply.seconds or {"decode": replied - rendered}).items():
                spent[stage] = spent.get(stage, 0.0) + duration
            grounding = sum(g.seconds for g in found)
            if found:
                usage = sum((g.usage for g in found), usage)
                spent["ground"] = spent.get("ground", 0.0) + grounding
            spent["parse"] += time.perf_counter() - replied - grounding
        return Choice(decision, tuple(attempts), seen, usage, spent)

    def _read(self, text: str, seen: Size, now: Observation, found: list[Grounding], deadline: float) -> Decision:
        """What a reply means, once a grounder, where there is one, has found what it describes."""
        if self.grounder is None or not isinstance(self.dialect, PlanningDialect):
            return self.dialect.parse(text, seen)
        return self.grounder.decide(
            self.dialect, text, seen=seen, picture=now.picture, deadline=deadline, groundings=found
        )

    def _grammar(self, moment: Moment) -> Grammar | None:
        """What the next reply is held to."""
        if self.constrain is False or not self.model.constrainable:
            return None
        grammar = self.dialect.grammar(moment)
        if grammar is None and self.constrain:
            beside = "" if self.grounder is None else " beside a grounder"
            raise UsageError(f"the dialect {self.dialect.name} has no grammar{beside}", remedy="--no-constrain")
        return grammar

    def _may_ask_again(self, attempts: int, deadline: float) -> bool:
        return attempts < self.limits.attempts and not self.stopping and time.monotonic() < deadline

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

        Raises what the model can't mend (`ModelError`, `DeviceError`, `StorageError`, and whatever a plug-in's code
        raises); the run folder tells of it by then.
        """
        episode = self.episode = Episode(task)
        self._stopping = None
        self._hands.stopped.clear()
        journal = self._open_journal(task)
        with journal or contextlib.nullcontext():
            try:
                deadline = time.monotonic() + self.limits.seconds
                self.environment.reset(task)
                now = self._hands.look()
                run = _Run(episode, now, deadline, Repetition(self.limits.repeats), returns, journal)
                while episode.end is None:
                    if reason := self._exhausted(run):
                        episode.end, episode.message = reason
                    else:
                        yield self._step(run)
            except BaseException as e:
                if episode.end is None or isinstance(e, Exception):
                    episode.end, episode.message = self._broken_off(e)
                if journal is not None:
                    with contextlib.suppress(StorageError):  # the first error is the one to report
                        journal.end(episode)
                raise
            if journal is not None:
                journal.end(episode)

    def _broken_off(self, error: BaseException) -> tuple[End, str]:
        """How an episode ended that no further step is possible in."""
        match error:
            case ModelError():
                return "model", error.message
            case DeviceError():
                return "device", error.message
            case HandeyeError():
                return "error", error.message
            case Exception():
                return "error", f"{type(error).__name__}: {error}"
            case _:  # KeyboardInterrupt, SystemExit, or the consumer of the steps has left
                return self._stopping or "interrupted", ""

    def _step(self, run: _Run) -> Step:
        """One action: decided (or left over from the last reply), carried out, and recorded with what it led to."""
        episode, now = run.episode, run.now
        index = len(episode.steps)
        now.picture.encode_soon()  # while the model thinks; `_record` keeps only the PNG
        if run.journal is not None:
            run.journal.begin(index, now)
        choice = run.queued or self._choose(run)
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
            unreadable = f"no reply of {len(choice.attempts)} could be read: {choice.attempts[-1].problem}"
            episode.end, episode.message = self._exhausted(run) or ("unreadable", unreadable)
            return self._record(step, run)

        action, *rest = choice.decision.actions
        if run.journal is not None:
            run.journal.intend(index, choice.decision.thought, action)
        started = time.perf_counter()
        outcome, result = self._hands.perform(action, now, episode, run.returns)
        step = replace(
            step,
            thought=choice.decision.thought,
            action=action,
            outcome=outcome,
            result=result,
            seconds={**step.seconds, "act": time.perf_counter() - started},
        )
        if episode.end is None and action.kind not in ("answer", "ask_user", "call_tool"):
            run.now = self._hands.look()
            step = replace(step, changed=visibly_changed(action, now, run.now))
        if episode.end is None and (circle := run.repetition.add(action, now)):
            episode.end, episode.message = "limit", f"going round in circles: {circle}"
        # What points at the screen was decided on the screen before: on another one it is asked for anew.
        if rest and outcome.status == "done" and not (step.changed and points_at_screen(rest[0])):
            run.queued = Choice(Decision(step.thought, tuple(rest)), (), choice.seen, Usage(), {})
        return self._record(step, run)

    def _choose(self, run: _Run) -> Choice:
        """What to do on the screen that is there. What would go round in circles is not done before the model was asked
        for something else; but for an answer, in whose place another would be made up."""

        def ask(*refused: Attempt) -> Choice:
            seconds = run.deadline - time.monotonic()
            return self.decide(run.prompt, run.episode.steps, run.now, seconds=seconds, refused=refused)

        choice = ask()
        first = None if choice.decision is None else choice.decision.actions[0]
        circle = None if first is None or isinstance(first, Answer) else run.repetition.would(first, run.now)
        if circle is None or run.refused == MOST_REFUSED or self.stopping:
            return choice
        run.refused += 1
        *unreadable, last = choice.attempts
        refused = replace(last, problem=f"{circle} would go round in circles; do something else, or end the task")
        other = ask(refused)
        return Choice(
            other.decision or choice.decision,
            (*unreadable, refused, *other.attempts),
            choice.seen,
            choice.usage + other.usage,
            {
                stage: choice.seconds.get(stage, 0.0) + other.seconds.get(stage, 0.0)
                for stage in {**choice.seconds, **other.seconds}
            },
        )

    def _record(self, step: Step, run: _Run) -> Step:
        started = time.perf_counter()
        if run.journal is not None:
            run.journal.step(step)
        step = replace(step, seconds={**step.seconds, "journal": time.perf_counter() - started})
        # One step late: the screen before the last action is still compared with the one after it.
        before = run.episode.steps[-1].observation.picture if run.episode.steps else None
        if before is not None and before is not step.observation.picture:
            before.compact()
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
        self.folder = None
        if self.runs is None:
            return None
        about = {
            "model": self.model.name,
            "dialect": self.dialect.name,
            **({} if self.grounder is None else {"grounder": self.grounder.model.name}),
            "environment": self.environment.name,
            "platform": self.environment.platform,
            "actions": ",".join(sorted(self.supports)),
        }
        journal = Journal.create(self.runs, task=task, about=about)
        self.folder = journal.folder
        return journal

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
