"""`handeye eval report`: a page about a file of predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    predictions: Annotated[Path, typer.Argument(help="A file of predictions.", dir_okay=False)],
    protocols: Annotated[
        list[str] | None,
        typer.Option(
            "--protocol", "-p", help="A scoring rule; may be given again, the first leads. Else the usual ones."
        ),
    ] = None,
    episodes: Annotated[
        Path | None, typer.Option("--episodes", help="The recorded episodes, for the screens of what went wrong.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The page; else beside the file.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="A tag of the steps to group by, as subset or type.")] = None,
    failures: Annotated[int, typer.Option("--failures", min=0, help="At most so many steps that went wrong.")] = 24,
    browse: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Write one self-contained HTML page about a file of predictions, and print where it is.

    Figures with 95 % intervals beside published numbers, kinds of action and which was taken for which, how far points
    are off, and some of what went wrong.
    """
    import webbrowser

    from agent import durable
    from agent.cli.pages import check_episodes, page_path
    from agent.evaluation.datasets import usual_protocols
    from agent.evaluation.predictions import read_header
    from agent.evaluation.report.page import render
    from agent.evaluation.report.screens import screens
    from agent.evaluation.report.survey import survey

    about = read_header(predictions).about
    page = page_path(out, predictions)
    dataset = "" if episodes is None else check_episodes(about, episodes)
    found = survey(predictions, [*dict.fromkeys(protocols or usual_protocols(about))], by=by, failures=failures)
    pictures = None if episodes is None else screens(found.failures, dataset, episodes)
    durable.write_whole(page, render(found, predictions.name, by=by, screens=pictures).encode())
    print(page)
    if browse:
        webbrowser.open(page.resolve().as_uri())
