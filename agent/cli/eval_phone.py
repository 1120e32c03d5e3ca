"""`handeye eval phone`: whole tasks on the simulated phone, judged by its state."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from agent.cli import options

if TYPE_CHECKING:
    from agent.cli.session import Settings
    from agent.core import Agent
    from agent.evaluation.live.players import Baseline, Seat
    from agent.evaluation.live.results import EpisodeResult
    from agent.evaluation.live.running import LiveSuite
    from agent.evaluation.live.suite import Case
    from agent.models.base import Model
    from environments.base import Environment


def phone(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="The file of results.")],
    tasks: Annotated[
        str, typer.Option("--tasks", help="all, or names and patterns with commas; `handeye phone --tasks` lists them.")
    ] = "all",
    seeds: Annotated[str, typer.Option("--seeds", help="0-19 or 5,7; another seed is another phone and task.")] = "0-4",
    faults: Annotated[
        Literal["plain", "disturbed"],
        typer.Option("--faults", help="disturbed: apps crash, the screen goes off and touches get lost, by the seed."),
    ] = "plain",
    baseline: Annotated[
        Literal["oracle", "random", "done", "give_up"] | None,
        typer.Option(
            "--baseline",
            help="In place of a model: the phone's own solution, actions at random, or one that says at once that it "
            "is done, or can't be.",
        ),
    ] = None,
    at_once: Annotated[int, typer.Option("--at-once", min=1, help="Phones that run side by side.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a file that was begun.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="With --resume: those that ended in a crash once more.")
    ] = False,
    show: Annotated[bool, typer.Option("--show", help="Only tell what the file holds; nothing is run.")] = False,
    steps: Annotated[
        int | None,
        typer.Option(
            "--steps",
            min=1,
            help="Stop after so many; by default 3 times what the phone's solution takes, 6 times if disturbed.",
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.1, help="Stop an episode after so many seconds.")
    ] = 1800.0,
    runs: Annotated[
        Path | None, typer.Option("--runs", file_okay=False, help="Keep run folders there, for `handeye show`.")
    ] = None,
    model: options.Model = None,
    grounder: options.Grounder = None,
    constrain: options.Constrain = None,
    endpoint: options.Endpoint = None,
    dialect: options.DialectName = None,
    language: options.Language = "en",
    screenshots: options.Screenshots = None,
    min_pixels: options.MinPixels = None,
    max_pixels: options.MaxPixels = None,
    reply_tokens: options.ReplyTokens = 1024,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as JSON on stdout.")] = False,
) -> None:
    """Do whole tasks on simulated phones over the real adb, and judge them by the phones' state.

    Each episode is a live run on a phone of its own. Results are written as they come; a suite that was broken off
    goes on with --resume and repeats nothing. The exit code is 0 however many tasks were done, and 3 where every
    episode ended in a crash of the model or the phone.
    """
    from actions.errors import UsageError
    from agent.cli.live_table import tell
    from agent.cli.session import Settings
    from agent.evaluation.live.results import ResultsFile
    from agent.evaluation.live.running import LiveSuite
    from agent.evaluation.live.suite import suite

    if show:
        tell(out, as_json=as_json)
        return
    cases = suite(tasks, seeds)
    if baseline is not None:
        for name in ("model", "endpoint", "grounder"):
            source = context.get_parameter_source(name)
            if source is not None and source.name == "COMMANDLINE":
                raise UsageError(f"a baseline plays in place of a model; --{name} has no part in it")
        model = endpoint = grounder = None  # as the settings have them
    if out.exists() and not resume:
        raise UsageError(f"{out} is there already", remedy=f"--resume to go on with it, or another --out than {out}")
    settings = Settings(
        model=model,
        grounder=grounder,
        constrain=constrain,
        endpoint=endpoint,
        dialect=dialect,
        language=language,
        screenshots=screenshots,
        min_pixels=min_pixels,
        max_pixels=max_pixels,
        steps=steps or 1,
        seconds=seconds,
        reply_tokens=reply_tokens,
        runs=runs,
    )
    with ExitStack() as stack:
        seat, about = _seat(settings, baseline, at_once, stack)
        about |= {"faults": faults, "steps": str(steps or "by the oracle's")}
        file = stack.enter_context(ResultsFile.open(out, about))
        there = {c for c, e in file.episodes.items() if not (again and e.crashed)}
        left = [case for case in cases if case not in there]
        live = LiveSuite(
            file,
            seat,
            at_once=at_once,
            faults=faults,
            language=options.known_language(language),
            most_steps=steps,
        )
        code = _play(live, left, done=len(cases) - len(left))
        episodes = [file.episodes[case] for case in cases if case in file.episodes]
    tell(out, as_json=as_json)
    if code == 0 and episodes and all(e.crashed for e in episodes):
        print("every episode ended in a crash", file=sys.stderr)
        code = 3
    raise typer.Exit(code)


def _seat(settings: Settings, baseline: Baseline | None, at_once: int, stack: ExitStack) -> tuple[Seat, dict[str, str]]:
    """Who plays, and what tells its results from another's."""
    from importlib.metadata import version

    from agent.evaluation.live.players import baseline_seat, model_seat
    from agent.grounder import Grounder
    from agent.models.scripted import ScriptedModel
    from agent.models.shared import SharedModel
    from environments.shown import shown

    second: Grounder | None = None
    opened: Model
    if baseline is None:
        opened = stack.enter_context(settings.open_model())
        found = stack.enter_context(settings.open_grounder(opened, "mobile"))
        if found is not None:  # nobody waits for anybody there: it writes for one at a time
            second = Grounder(SharedModel(found.model, most=1), dialect=found.dialect)
    else:
        opened = ScriptedModel((), dialect=settings.dialect or "qwen2_vl", name=f"baseline {baseline}")

    def make(model: Model, environment: Environment, most_steps: int) -> Agent:
        return replace(settings, steps=most_steps).make_agent(model, environment, grounder=second)

    spoken = make(opened, shown("mobile"), 1).dialect
    seat = model_seat(opened, make, at_once=at_once) if baseline is None else baseline_seat(baseline, spoken, make)
    asked = ("language", "screenshots", "min_pixels", "max_pixels", "constrain", "seconds", "reply_tokens")
    about: dict[str, object] = {
        "phone": f"handeye {version('handeye')}",
        "model": opened.name,
        "dialect": spoken.name,
        "grounder": None if second is None else second.model.name,
        **{name: getattr(settings, name) for name in asked},
    }
    return seat, {name: str(value) for name, value in about.items() if value is not None}


def _play(live: LiveSuite, cases: Sequence[Case], *, done: int) -> int:
    """Play them, a line on stderr for each. The exit code: 130 or 143 where a signal ended it."""
    from agent.cli.live_table import line

    total = done + len(cases)
    if done:
        print(f"{done} of {total} episodes are there already", file=sys.stderr)

    def told(result: EpisodeResult) -> None:
        nonlocal done
        done += 1
        print(f"{done:>{len(str(total))}}/{total}  {line(result)}", file=sys.stderr, flush=True)

    with _signals(live) as signals:
        live.run(cases, told)
    return 128 + signals[0] if signals else 0


@contextmanager
def _signals(live: LiveSuite) -> Generator[list[int]]:
    """The first signal ends the suite once the replies under way are written; the second ends it at once, and what this
    process started goes with it. What arrived is in the list."""
    arrived: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        if arrived:
            os._exit(128 + number)
        arrived.append(number)
        live.stop()
        print("stopping; once more stops at once. --resume goes on from here", file=sys.stderr, flush=True)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield arrived
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
