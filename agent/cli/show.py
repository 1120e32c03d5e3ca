"""`handeye show`: the page of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def show(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    browse: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Write the page of a run, one self-contained HTML file, and print where it is."""
    import webbrowser

    from agent.viewer.page import write_page

    page = write_page(run)
    print(page)
    if browse:
        webbrowser.open(page.resolve().as_uri())
