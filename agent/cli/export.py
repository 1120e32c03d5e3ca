"""`handeye export`: recorded episodes as training data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli.options import Language, MaxPixels, MinPixels, known_language

if TYPE_CHECKING:
    from agent.export.folder import Summary
    from agent.export.source import Source
    from agent.models.family import Family
    from agent.run_folder import Run


def export(
    recorded: Annotated[
        list[Path],
        typer.Argument(metavar="EPISODES", help="Run folders, or folders of them; or a data set, with --dataset."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", file_okay=False, help="The folder to write; a new one.")],
    format: Annotated[  # noqa: A002
        str, typer.Option("--format", "-f", help="llama-factory, ms-swift or qwen-vl.")
    ] = "llama-factory",
    dialect: Annotated[
        str | None, typer.Option("--dialect", help="The model family to be taught; by default the one that ran.")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", "-d", help="How the episodes are recorded: aitz, android_control, …")
    ] = None,
    language: Language = "en",
    min_pixels: MinPixels = None,
    max_pixels: MaxPixels = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also runs that did not end with success; without it they are left out.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as JSON on stdout.")] = False,
) -> None:
    """Write recorded runs, or the episodes of a data set, as training data in any dialect.

    Each step becomes an example: the prompt of a live run, and the recorded action as a model of that family writes
    it. Steps that failed or changed nothing are left out and counted. export.json says how coordinates count.
    """
    from agent.export.folder import Target, write_folder
    from agent.export.formats import named
    from agent.export.source import of_run

    if dataset is None:
        found = _read(recorded, everything=everything)
        spoken, sources = {run.about.get("dialect", "") for run in found}, map(of_run, found)
    else:
        spoken, sources = set[str](), _read_dataset(dataset, recorded)
    name, family = _family(spoken, dialect)
    target = Target(named(format), name, family, known_language(language), min_pixels, max_pixels)
    _tell(write_folder(out, sources, target), target.dialect, as_json=as_json)


def _read_dataset(dataset: str, roots: list[Path]) -> Iterator[Source]:
    from agent.evaluation.datasets import read
    from agent.export.source import of_steps

    return of_steps(step for root in roots for step in read(dataset, root))


def _read(folders: list[Path], *, everything: bool) -> list[Run]:
    from actions.errors import UsageError
    from agent.run_folder import JOURNAL, list_runs, read_run

    paths = [
        p for folder in folders for p in ([folder] if (folder / JOURNAL).exists() else list_runs(folder) or [folder])
    ]
    found = [read_run(path) for path in paths]
    good = [run for run in found if everything or run.episode.success]
    if not good:
        raise UsageError(f"none of the {len(found)} runs ended with success", remedy="handeye export --all …")
    return good


def _family(spoken: set[str], dialect: str | None) -> tuple[str, Family]:
    from actions.errors import UsageError
    from agent.models.family import by_dialect
    from prompts.dialects import by_name, names

    if dialect is None and len(spoken) != 1:
        several = f"these runs are of several dialects: {', '.join(sorted(spoken))}"
        raise UsageError(several if spoken else "a data set is in no dialect", remedy="--dialect NAME")
    name = by_name(dialect or spoken.pop()).name
    family = by_dialect(name)
    if family is None:
        known = ", ".join(n for n in names() if by_dialect(n) is not None)
        raise UsageError(f"how {name} resizes pictures is not known here; it is for {known}", remedy="--dialect NAME")
    return name, family


def _tell(summary: Summary, dialect: str, *, as_json: bool) -> None:
    from agent.cli.terminal import as_json as to_json

    if as_json:
        told: dict[str, Any] = {
            "folder": str(summary.folder),
            "dialect": dialect,
            "episodes": summary.episodes,
            "examples": summary.examples,
            "pictures": summary.pictures,
            "left_out": dict(summary.left_out),
            "approximate": dict(summary.approximate),
        }
        print(to_json(told))
        return
    print(f"{summary.folder}: {summary.examples} examples of {summary.episodes} episodes in {dialect}")
    for reason, count in summary.left_out.most_common():
        print(f"  left out: {count} × {reason}")
    for what, count in summary.approximate.most_common():
        print(f"  approximate: {count} × {what}, which {dialect} can't say")
