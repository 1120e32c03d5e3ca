"""`handeye eval run`: what a model would do on recorded episodes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from agent.cli import options

if TYPE_CHECKING:
    from agent.core import Agent
    from agent.models.base import Model
    from environments.base import Platform

    MakeAgent = Callable[[Model, Platform], Agent]


def run(
    root: Annotated[Path, typer.Argument(metavar="EPISODES", help="The folder or file of recorded episodes.")],
    dataset: Annotated[
        str, typer.Option("--dataset", "-d", help="How they are recorded: aitz, android_control, runs, …")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="The file of predictions.")],
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a file that was begun.")] = False,
    protocols: Annotated[
        list[str] | None,
        typer.Option("--protocol", "-p", help="A scoring rule; may be given again. Else the data set's usual ones."),
    ] = None,
    history: Annotated[
        Literal["gold", "own"], typer.Option("--history", help="The past as recorded, or as the model chose it.")
    ] = "gold",
    level: Annotated[
        Literal["high", "low"], typer.Option("--level", help="The goal alone, or each step's instruction as well.")
    ] = "high",
    batch: Annotated[int, typer.Option("--batch", min=1, help="Episodes that run side by side.")] = 1,
    sample: Annotated[int | None, typer.Option("--sample", min=1, help="At most so many episodes.")] = None,
    shard: Annotated[str | None, typer.Option("--shard", help="I/N: this machine's part of the episodes.")] = None,
    attempts: Annotated[int, typer.Option("--attempts", min=1, help="Ask again for replies that can't be read.")] = 1,
    model: options.Model = None,
    endpoint: options.Endpoint = None,
    dialect: options.DialectName = None,
    constrain: options.Constrain = None,
    language: options.Language = "en",
    screenshots: options.Screenshots = None,
    min_pixels: options.MinPixels = None,
    max_pixels: options.MaxPixels = None,
    reply_tokens: options.ReplyTokens = 1024,
    as_json: Annotated[bool, typer.Option("--json", help="The scores as JSON on stdout.")] = False,
) -> None:
    """Ask a model what it would do on each recorded step, and score it.

    It is asked as in a live run, and nothing is done. Predictions are written as they come; a run that was broken off
    goes on with --resume and asks nothing twice. `handeye eval score` scores the file again, by any protocol.
    """
    from actions.errors import UsageError
    from agent.cli.evaluation import score
    from agent.evaluation.datasets import read
    from agent.evaluation.predicting import predict_into
    from agent.evaluation.predictions import PredictionsFile
    from agent.evaluation.protocols import protocol
    from agent.evaluation.selection import Selection
    from agent.plugins import open_model

    for name in protocols or ():
        protocol(name)
    selection = Selection.of(shard, sample)
    if out.exists() and not resume:
        raise UsageError(f"{out} is there already", remedy=f"--resume to go on with it, or another --out than {out}")
    for _ in read(dataset, root):  # what is wrong with it is said before a model loads
        break
    with open_model(model, endpoint=endpoint, dialect=dialect, min_pixels=min_pixels, max_pixels=max_pixels) as opened:
        make = _maker(opened, dialect, language, screenshots, attempts, reply_tokens, constrain=constrain)
        about: dict[str, object] = {
            "dataset": dataset,
            "model": opened.name,
            "dialect": make(opened, "mobile").dialect.name,
            "history": history,
            "level": level,
            "language": language,
            "screenshots": screenshots,
            "attempts": attempts,
            "reply_tokens": reply_tokens,
            "constrain": constrain,
            "min_pixels": min_pixels,
            "max_pixels": max_pixels,
            "sample": sample,
        }
        said = {name: str(value) for name, value in about.items() if value is not None}
        with PredictionsFile.open(out, said) as file, _progress() as told:
            steps = selection.of_steps(lambda: read(dataset, root))
            predict_into(file, steps, opened, make, at_once=batch, history=history, level=level, on_step=told)
    score(out, protocols, None, as_json)


def _maker(
    opened: Model,
    name: str | None,
    language: str,
    screenshots: int | None,
    attempts: int,
    reply_tokens: int,
    *,
    constrain: bool | None,
) -> MakeAgent:
    from agent.core import Agent, Limits
    from agent.models.base import Budget
    from environments.shown import shown
    from prompts.dialects import by_name
    from prompts.history import History

    spoken = by_name(name or opened.dialect)
    past = None if screenshots is None else History(screenshots=screenshots)
    written = options.known_language(language)
    space = None if name else opened.space

    def make(model: Model, platform: Platform) -> Agent:
        return Agent(
            model,
            shown(platform),
            dialect=spoken(platform, space=space, language=written, history=past),
            limits=Limits(attempts=attempts),
            budget=Budget(tokens=reply_tokens),
            constrain=constrain,
        )

    return make


@contextmanager
def _progress() -> Generator[Callable[[], None]]:
    """Counts steps on a terminal's stderr, and tells how many there were."""
    began = said = time.monotonic()
    count = 0
    live = sys.stderr.isatty()

    def told() -> None:
        nonlocal count, said
        count += 1
        if live and time.monotonic() - said > 0.5:
            said = time.monotonic()
            print(f"\r{count} steps, {count / (said - began):.2f} a second ", end="", file=sys.stderr, flush=True)

    try:
        yield told
    finally:
        print(f"{chr(13) * live}{count} steps in {time.monotonic() - began:.1f} s", file=sys.stderr)
