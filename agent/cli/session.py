"""Drive an agent from the command line: print each step, end well on Ctrl-C and SIGTERM, write the page."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from actions.errors import HandeyeError
from actions.geometry import Space
from agent.cli.console import Console
from agent.cli.options import known_language
from agent.core import Agent, Limits
from agent.grounder import Grounder
from agent.models.base import Budget, Model
from agent.plugins import open_model
from environments.base import Environment, Platform
from environments.episode import Episode
from prompts.dialect import Dialect
from prompts.dialects import by_name
from prompts.history import History
from prompts.planning import describing


@dataclass(frozen=True, slots=True)
class Settings:
    """What `run` and `demo` have in common: which model, how it is asked, and when it is stopped."""

    model: str | None
    grounder: str | None
    constrain: bool | None
    endpoint: str | None
    dialect: str | None
    language: str
    screenshots: int | None
    min_pixels: int | None
    max_pixels: int | None
    steps: int
    seconds: float
    reply_tokens: int
    runs: Path | None

    def open_model(self) -> Model:
        return open_model(
            self.model,
            endpoint=self.endpoint,
            dialect=self.dialect,
            min_pixels=self.min_pixels,
            max_pixels=self.max_pixels,
        )

    def make_dialect(self, name: str, platform: Platform, *, space: Space | None = None) -> Dialect:
        """The dialect that was asked for, else the one of that name (in the coordinate space of its checkpoint)."""
        return by_name(self.dialect or name)(
            platform,
            language=known_language(self.language),
            space=None if self.dialect else space,
            history=None if self.screenshots is None else History(screenshots=self.screenshots),
        )

    @contextmanager
    def open_grounder(self, planner: Model, platform: Platform) -> Generator[Grounder | None]:
        """The second model, where one is asked for. A planner that can't describe is told of before it loads."""
        if self.grounder is None:
            yield None
            return
        describing(self.make_dialect(planner.dialect, platform))
        with open_model(
            self.grounder, role="grounder", min_pixels=self.min_pixels, max_pixels=self.max_pixels
        ) as model:
            yield Grounder(model)

    def make_agent(
        self,
        model: Model,
        environment: Environment,
        *,
        grounder: Grounder | None = None,
        ask: Callable[[str], str] | None = None,
    ) -> Agent:
        return Agent(
            model,
            environment,
            dialect=self.make_dialect(model.dialect, environment.platform, space=model.space),
            grounder=grounder,
            constrain=self.constrain,
            limits=Limits(steps=self.steps, seconds=self.seconds),
            budget=Budget(tokens=self.reply_tokens),
            runs=self.runs,
            ask=ask,
        )


def spoken(agent: Agent) -> str:
    """How the models are asked, in a few words."""
    grounder = agent.grounder
    beside = "" if grounder is None else f"; grounder {grounder.model.name}, asked as {grounder.dialect.name}"
    return f"dialect {agent.dialect.name}{beside}"


def drive(agent: Agent, task: str, console: Console) -> Episode:
    """Do a task and print it. Errors are raised once the run folder and its page have been named.

    A run that is ended at once gets no page: drawing all of its pictures can take seconds.
    """
    whole, at_once = False, False
    try:
        with _signals(agent, console), closing(agent.iter(task)) as steps:
            for step in steps:
                console.step(step)
        whole = True
    except (KeyboardInterrupt, SystemExit):
        at_once = True
        raise
    finally:
        if agent.folder is not None:
            show_folder(agent.folder, console, page=not at_once)
            if not whole and agent.episode is not None:
                console.end(agent.episode, run=str(agent.folder))
    assert agent.episode is not None
    return agent.episode


def show_folder(folder: Path, console: Console, *, page: bool) -> None:
    """Write the page and say where it lies. A page that can't be written changes nothing about the run."""
    written = _page(folder) if page else f"`handeye show {folder}` writes it"  # first: whoever reads may have left
    console.say(f"run folder {folder}", "dim")
    console.say(f"page       {written}", "dim")


def _page(folder: Path) -> str:
    from agent.viewer.page import write_page

    try:
        return str(write_page(folder))
    except HandeyeError as e:
        return f"could not be written: {e.message}"


def report(episode: Episode, console: Console) -> None:
    """The last line of a run: how it ended, by the model's own word."""
    ended = {
        "done": ("said to be done", "green"),
        "not_done": ("given up", "yellow"),
        "unreadable": ("the model's output could not be read", "red"),
        "limit": ("stopped at a limit", "red"),
    }
    words, color = ended.get(episode.end or "limit", (f"ended: {episode.end}", "red"))
    console.say(f"{words}{': ' + episode.message if episode.message else ''}", color)
    if episode.answer is not None:
        console.say(f"answer: {episode.answer}", "bold")


@contextmanager
def _signals(agent: Agent, console: Console) -> Generator[None]:
    """The first signal ends the run after the reply that is being written; the second ends it at once."""

    def interrupted(_signal: int, _frame: FrameType | None) -> None:
        if agent.stopping:
            raise KeyboardInterrupt
        agent.stop("interrupted")
        console.say("stopping; Ctrl-C again stops at once", "yellow")

    def terminated(number: int, _frame: FrameType | None) -> None:
        if agent.stopping:
            raise SystemExit(128 + number)
        agent.stop("terminated")

    handlers: dict[signal.Signals, Callable[[int, FrameType | None], None]] = {signal.SIGINT: interrupted}
    if sys.platform != "win32":
        handlers[signal.SIGTERM] = terminated
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ask(question: str) -> str:
    """Ask the person at the terminal."""
    from agent.cli.terminal import clean

    print(f"\nThe model asks: {clean(question)}\n> ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer:
        raise HandeyeError("nobody answered the model's question: the input has ended")
    return answer.rstrip("\n")
