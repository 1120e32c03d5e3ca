"""`handeye eval run`: what a model would do on recorded episodes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.cli import options

Engine = Literal["local", "ray", "vllm"]


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
    batch: Annotated[int, typer.Option("--batch", min=1, help="Replies written side by side, by each worker.")] = 1,
    engine: Annotated[
        Engine, typer.Option("--engine", help="Where the model runs: here, on a Ray cluster's GPUs, or in vLLM.")
    ] = "local",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Models side by side, for ray; by default one for each GPU.")
    ] = None,
    gpus_per_worker: Annotated[
        float | None, typer.Option("--gpus-per-worker", min=0, help="Of each model, for ray and vllm; by default 1.")
    ] = None,
    ray_address: Annotated[
        str | None, typer.Option("--ray-address", help="A Ray cluster to run on, as auto; else Ray is started here.")
    ] = None,
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
    from agent.evaluation.engines.asking import Asking
    from agent.evaluation.predicting import predict_into
    from agent.evaluation.predictions import PredictionsFile
    from agent.evaluation.protocols import protocol
    from agent.evaluation.selection import Selection
    from agent.plugins import find_checkpoint

    for name in protocols or ():
        protocol(name)
    _fitting(engine, endpoint, workers, gpus_per_worker, ray_address)
    selection = Selection.of(shard, sample)
    if out.exists() and not resume:
        raise UsageError(f"{out} is there already", remedy=f"--resume to go on with it, or another --out than {out}")
    for _ in read(dataset, root):  # what is wrong with it is said before a model loads
        break
    asking = Asking(
        model,
        endpoint=endpoint,
        dialect=dialect,
        min_pixels=min_pixels,
        max_pixels=max_pixels,
        history=history,
        level=level,
        language=options.known_language(language),
        screenshots=screenshots,
        attempts=attempts,
        reply_tokens=reply_tokens,
        constrain=constrain,
    )
    where = {"dataset": dataset} | ({} if sample is None else {"sample": str(sample)})
    steps = partial(selection.of_steps, partial(read, dataset, root.absolute()))
    if engine == "ray":
        from agent.evaluation.engines.cluster import Cluster, connected
        from agent.evaluation.engines.ray import predict_on_ray

        about = asking.about(find_checkpoint(model, dialect=dialect).family.dialect)
        with (
            connected(Cluster(ray_address, workers, gpus_per_worker)) as room,
            PredictionsFile.open(out, where | about) as file,
            _progress() as told,
        ):
            predict_on_ray(file, steps, asking, room, at_once=batch, on_step=told)
    else:
        with asking.opened(engine, gpus=int(gpus_per_worker or 1)) as opened:
            make = asking.maker(opened)
            make(opened, "mobile")  # what is wrong with what was asked for is said before there is a file
            with PredictionsFile.open(out, where | asking.about(opened.dialect)) as file, _progress() as told:
                predict_into(file, steps(), opened, make, at_once=batch, history=history, level=level, on_step=told)
    score(out, protocols, None, as_json)


def _fitting(
    engine: Engine, endpoint: str | None, workers: int | None, gpus: float | None, ray_address: str | None
) -> None:
    """`UsageError` for options that say nothing where they stand."""
    from actions.errors import UsageError

    if engine != "local" and endpoint is not None:
        raise UsageError(
            f"--engine {engine} opens the model itself, and --endpoint names a server that has it",
            remedy="--endpoint with --batch 8, which asks it eight questions at a time",
        )
    if engine != "ray" and (workers is not None or ray_address is not None):
        raise UsageError("--workers and --ray-address are for --engine ray", remedy="--engine ray")
    if gpus is not None and (engine == "local" or (engine == "vllm" and gpus not in range(1, 1025))):
        raise UsageError("--gpus-per-worker is for --engine ray, and a whole number for --engine vllm")


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
