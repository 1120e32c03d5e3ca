"""`handeye eval compare`: two files of predictions, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.evaluation.comparison import Changed, Comparison, Paired


def compare(
    a: Annotated[Path, typer.Argument(help="A file of predictions.", dir_okay=False)],
    b: Annotated[Path, typer.Argument(help="Another, on the same steps.", dir_okay=False)],
    protocols: Annotated[
        list[str] | None,
        typer.Option("--protocol", "-p", help="A scoring rule; may be given again. Else the data set's usual ones."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write a page about it as well.")] = None,
    changed: Annotated[
        int, typer.Option("--changed", min=0, help="At most so many steps that changed, each way.")
    ] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Tell by how much B is better than A on the steps that stand in both, and which steps changed.

    Differences have 95 % intervals, by the paired bootstrap over episodes. What stands in one file only is counted and
    named.
    """
    import sys
    from dataclasses import asdict

    from agent.cli.pages import page_path
    from agent.cli.terminal import as_json as to_json
    from agent.evaluation.comparing import compare as compare_files
    from agent.evaluation.datasets import usual_protocols
    from agent.evaluation.predictions import read_header

    names = [*dict.fromkeys(protocols or usual_protocols(read_header(a).about))]
    write = None if out is None else _writer(page_path(out, a, b), a, b)
    comparison = compare_files(a, b, names, changed=changed)
    if as_json:
        print(to_json(asdict(comparison)))
    else:
        _tell(comparison, a, b)
    if write is not None:
        print(write(comparison), file=sys.stderr if as_json else sys.stdout)


def _writer(page: Path, a: Path, b: Path) -> Callable[[Comparison], Path]:
    """What is wrong with the page's place, or with the packages that it needs, is told before the files are read."""
    from agent import durable
    from agent.evaluation.report.side_by_side import render

    def write(comparison: Comparison) -> Path:
        durable.write_whole(page, render(comparison, a.name, b.name).encode())
        return page

    return write


def _tell(comparison: Comparison, a: Path, b: Path) -> None:
    from agent.cli.terminal import clean
    from agent.evaluation.comparison import gaps

    print(clean(f"A: {a}"))
    print(clean(f"B: {b}"))
    print(f"{comparison.steps} steps of {comparison.episodes} episodes stand in both")
    for name, (one, other) in comparison.differing.items():
        print(clean(f"  {name}: {one or '(not said)'} in A, {other or '(not said)'} in B"))
    for what, places in gaps(comparison):
        print(f"  {what}")
        for place in places:
            print(clean(f"    {place}"))
    for paired in comparison.paired:
        _tell_one(paired)


def _tell_one(paired: Paired) -> None:
    from agent.evaluation.comparison import in_points

    print(f"\n{paired.protocol:<15} {'A':>7} {'B':>7}   B - A, in points")
    for figure in paired.figures:
        print(f"  {figure.name:<13} {figure.a.value:>7.1%} {figure.b.value:>7.1%}   {in_points(figure.difference)}")
    print(f"  {paired.signs}")
    _tell_changes(f"{paired.lost} right in A and wrong in B", paired.losses, paired.lost)
    _tell_changes(f"{paired.gained} wrong in A and right in B", paired.gains, paired.gained)
    print(f"  {paired.both_right} right in both, {paired.both_wrong} wrong in both")


def _tell_changes(title: str, changes: Sequence[Changed], count: int) -> None:
    from agent.cli.terminal import clean

    print(f"  {title}{', of them' if 0 < len(changes) < count else ''}")
    for change in changes:
        print(clean(f"    {change.place}: {change.recorded or '(not known)'}"))
        print(clean(f"      A {change.a}   B {change.b}"))
