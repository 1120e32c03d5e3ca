"""`handeye export`: recorded runs as training data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli.options import Language, MaxPixels, MinPixels, known_language

if TYPE_CHECKING:
    from agent.export.folder import Summary
    from agent.models.family import Family
    from agent.run_folder import Run


def export(
    runs: Annotated[list[Path], typer.Argument(help="Run folders, or folders of run folders.")],
    out: Annotated[Path, typer.Option("--out", "-o", file_okay=False, help="The folder to write; a new one.")],
    format: Annotated[  # noqa: A002
        str, typer.Option("--format", "-f", help="llama-factory, ms-swift or qwen-vl.")
    ] = "llama-factory",
    dialect: Annotated[
        str | None, typer.Option("--dialect", help="The model family to be taught; by default the one that ran.")
    ] = None,
    language: Language = "en",
    min_pixels: MinPixels = None,
    max_pixels: MaxPixels = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also runs that did not end with success; without it they are left out.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as JSON on stdout.")] = False,
) -> None:
    """Write recorded runs as training data, in any dialect.

    Each step becomes an example: the prompt of a live run, and the recorded action as a model of that family writes
    it. Steps that failed or changed nothing are left out and counted. export.json says how coordinates count.
    """
    from agent.export.folder import Target, write_folder
    from agent.export.formats import named

    found = _read(runs, everything=everything)
    name, family = _family(found, dialect)
    target = Target(named(format), name, family, known_language(language), min_pixels, max_pixels)
    _tell(write_folder(out, found, target), target.dialect, as_json=as_json)


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


def _family(found: list[Run], dialect: str | None) -> tuple[str, Family]:
    from actions.errors import UsageError
    from agent.models.family import by_dialect
    from prompts.dialects import by_name, names

    spoken = {run.about.get("dialect", "") for run in found}
    if dialect is None and len(spoken) > 1:
        raise UsageError(f"these runs are of several dialects: {', '.join(sorted(spoken))}", remedy="--dialect NAME")
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
    print(f"{summary.folder}: {summary.examples} examples of {summary.episodes} runs in {dialect}")
    for reason, count in summary.left_out.most_common():
        print(f"  left out: {count} × {reason}")
    for what, count in summary.approximate.most_common():
        print(f"  approximate: {count} × {what}, which {dialect} can't say")
