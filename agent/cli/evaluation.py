"""`handeye eval`: what a model would do on recorded episodes, and what that is worth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.compare import compare
from agent.cli.eval_phone import phone
from agent.cli.predict import run
from agent.cli.report import report

if TYPE_CHECKING:
    from agent.evaluation.scoring import Kind, Summary

app = typer.Typer(help="Ask a model what it would do on recorded episodes, and score that.", no_args_is_help=True)
app.command("run")(run)
app.command("report")(report)
app.command("compare")(compare)
app.command("phone")(phone)


@app.callback()
def evaluation() -> None:
    """Ask a model what it would do on recorded episodes, and score that by named protocols."""


@app.command()
def score(
    predictions: Annotated[Path, typer.Argument(help="A file of predictions.", dir_okay=False)],
    protocols: Annotated[
        list[str] | None,
        typer.Option("--protocol", "-p", help="A scoring rule; may be given again. Else the data set's usual ones."),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="A tag of the steps to group by, as subset or type.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each protocol on stdout.")] = False,
) -> None:
    """Score a file of predictions, with no model and no data set at hand.

    Steps that could not be read and steps of a begun episode that were not predicted count as wrong, and are told.
    Intervals are those of 95 %, by the bootstrap over episodes (Wilson's where all or nothing was right). The same
    predictions get different scores under different protocols: name the protocol beside the score.
    """
    from dataclasses import asdict

    from agent.cli.terminal import as_json as to_json
    from agent.evaluation.datasets import usual_protocols
    from agent.evaluation.predictions import read_header
    from agent.evaluation.scoring import score as score_file

    for summary in score_file(predictions, protocols or usual_protocols(read_header(predictions).about), by=by):
        if as_json:
            print(to_json(asdict(summary)))
        else:
            _tell(summary, by)


def _tell(summary: Summary, by: str | None) -> None:
    from agent.cli.terminal import clean

    about = ", ".join(f"{k} {v}" for k, v in summary.about.items())
    print(clean(f"{summary.protocol}: {summary.steps} steps of {summary.episodes} episodes{about and ' · ' + about}"))
    for count, what in (
        (summary.unreadable, "replies could not be read"),
        (summary.unread, "steps could not be read; they count as wrong"),
        (summary.missing, "steps of begun episodes were not predicted; they count as wrong"),
        (summary.duplicates, "steps stand there more than once; the first counts"),
        (summary.damaged, "lines are damaged and left out"),
    ):
        if count:
            print(f"  {count} {what}")
    for reason, count in summary.reasons.items():
        print(clean(f"    {count} × {reason}"))
    rates = {
        "type match": summary.type_match,
        "exact match": summary.exact_match,
        **({"score": summary.score} if summary.graded else {}),
        "episode mean": summary.episode_mean,
        "goal progress": summary.progress,
        "success": summary.success,
    }
    for name, rate in rates.items():
        print(f"  {name:<14} {rate}")
    for name, value in summary.parts.items():
        print(f"  {name:<14} {value:.3f}")
    _rows("kind", summary.kinds)
    if by is not None:
        _rows(by, summary.groups)
    print()


def _rows(title: str, kinds: Mapping[str, Kind]) -> None:
    from agent.cli.terminal import clean

    names = {name: clean(name)[:24] or "(none)" for name in kinds}
    print(f"\n  {clean(title)[:24]:<24} {'steps':>7}  {'type match':<26} exact match")
    for name, kind in kinds.items():
        print(f"  {names[name]:<24} {kind.steps:>7}  {kind.type_match!s:<26} {kind.exact_match}")
