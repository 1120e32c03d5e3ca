"""`handeye calibrate`: how well a model points, and what is wrong where it doesn't."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actions.geometry import Size
    from agent.calibration.asking import Answer, Pointer
    from agent.calibration.diagnosis import Diagnosis
    from agent.calibration.targets import Target

_AS = {"agent": "an agent", "grounder": "a grounder"}


def calibrate(
    model: options.Model = None,
    as_grounder: Annotated[
        bool,
        typer.Option("--as-grounder", help="Ask for places as a --grounder is asked; on for models that only point."),
    ] = False,
    constrain: options.Constrain = None,
    endpoint: options.Endpoint = None,
    dialect: options.DialectName = None,
    language: options.Language = "en",
    min_pixels: options.MinPixels = None,
    max_pixels: options.MaxPixels = None,
    reply_tokens: options.ReplyTokens = 1024,
    targets: Annotated[
        int, typer.Option("--targets", min=8, max=400, help="How many targets, over four sizes of picture.")
    ] = 24,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed is other targets.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", file_okay=False, help="A folder for calibration.png: each target and answer."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON on stdout, each reply with it.")] = False,
) -> None:
    """Show a model targets, and tell how far off it points and by what fault.

    Each picture has one thing that can be named in words; the model is asked for it as in a run. Where it points beside
    it by a rule (another coordinate space, x and y swapped, pixels of another size, an offset, a scale), that is said,
    with the option that mends it where there is one.

    Exit codes: 0 it points right, 1 a fault was found or it points badly, 2 usage, 3 model or set-up, 5 unreadable
    model output.
    """
    from agent.calibration.asking import pointer_for
    from agent.calibration.diagnosis import diagnose
    from agent.calibration.targets import make_targets
    from agent.models.base import Budget
    from agent.plugins import open_model

    words = options.known_language(language)
    if out is not None:
        _make_folder(out)
    with open_model(
        model, endpoint=endpoint, dialect=dialect, role="grounder", min_pixels=min_pixels, max_pixels=max_pixels
    ) as opened:
        pointer = pointer_for(
            opened,
            dialect=dialect,
            language=words,
            as_grounder=as_grounder,
            constrain=constrain,
            budget=Budget(tokens=reply_tokens),
        )
        shown = make_targets(targets, seed=seed)
        answers = [_asked(pointer, target, f"{i} of {targets}") for i, target in enumerate(shown, 1)]
        diagnosis = diagnose(pointer, answers)
    picture = None if out is None else _write_sheet(out / "calibration.png", answers, diagnosis)
    (_tell_json if as_json else _tell)(pointer, answers, diagnosis, picture)
    raise typer.Exit(diagnosis.exit_code)


def _asked(pointer: Pointer, target: Target, count: str) -> Answer:
    """Say at a terminal how far it is: a reply may take minutes."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{count}: {target.description}", end="", file=sys.stderr, flush=True)
    try:
        return pointer.ask(target)
    finally:
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _make_folder(out: Path) -> None:
    from actions.errors import UsageError

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise UsageError(f"{out} can't be made: {e.strerror}", remedy="--out with another folder") from e


def _write_sheet(path: Path, answers: Sequence[Answer], diagnosis: Diagnosis) -> Path:
    from actions.errors import StorageError
    from agent.calibration.sheet import draw_sheet

    try:
        path.write_bytes(draw_sheet(answers, diagnosis.sentence))
    except OSError as e:
        raise StorageError(f"{path} can't be written: {e.strerror}", remedy="--out with another folder") from e
    return path


def _tell(pointer: Pointer, answers: Sequence[Answer], diagnosis: Diagnosis, picture: Path | None) -> None:
    from agent.calibration.table import table
    from agent.cli.terminal import clean

    print(clean(f"{pointer.model.name}, asked as {_AS[pointer.role]} in the dialect {pointer.dialect}"))
    print(f"{'pictures':<16}{'size':>11}{'seen as':>11}{'read':>9}{'median':>10}{'90 %':>10}{'inside':>9}")
    for row in table(answers):
        size, seen = ("" if s is None else str(s) for s in (row.size, row.seen))
        median, most = ("-" if e is None else f"{e:.1f} px" for e in (row.median_pixels, row.p90_pixels))
        read, inside = (f"{count}/{row.targets}" for count in (row.read, row.inside))
        print(f"{row.name:<16}{size:>11}{seen:>11}{read:>9}{median:>10}{most:>10}{inside:>9}")
    print(clean(f"{diagnosis.name}: {diagnosis.sentence}"))
    if diagnosis.remedy is not None:
        print(clean(f"  try: {diagnosis.remedy}"))
    if picture is not None:
        print(f"picture {picture}")


def _tell_json(pointer: Pointer, answers: Sequence[Answer], diagnosis: Diagnosis, picture: Path | None) -> None:
    from agent.calibration.table import table
    from agent.cli.terminal import as_json

    told: dict[str, Any] = {
        "model": pointer.model.name,
        "role": pointer.role,
        "dialect": pointer.dialect,
        "space": pointer.space,
        "diagnosis": {"name": diagnosis.name, "sentence": diagnosis.sentence, "remedy": diagnosis.remedy},
        "exit_code": diagnosis.exit_code,
        "table": [
            {
                "pictures": row.name,
                "size": _pair(row.size),
                "seen": _pair(row.seen),
                "targets": row.targets,
                "read": row.read,
                "median_pixels": row.median_pixels,
                "p90_pixels": row.p90_pixels,
                "inside": row.inside,
            }
            for row in table(answers)
        ],
        "answers": [
            {
                "description": a.target.description,
                "size": _pair(a.target.size),
                "target": [a.target.point.x, a.target.point.y],
                "point": None if a.point is None else [a.point.x, a.point.y],
                "error_pixels": a.error_pixels,
                "inside": a.inside,
                "written": a.written,
                "problem": a.problem,
                "reply": a.text,
            }
            for a in answers
        ],
        "picture": None if picture is None else str(picture),
    }
    print(as_json(told))


def _pair(size: Size | None) -> list[int] | None:
    return None if size is None else [size.width, size.height]
