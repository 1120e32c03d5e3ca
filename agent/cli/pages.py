"""What the commands that write a page have in common: where it goes, and that it's told early what can't be done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def page_path(out: Path | None, *files: Path) -> Path:
    """Where the page goes: beside the first of the files where nothing else is said. `UsageError` where it would take
    the place of one of them, or of a folder."""
    from actions.errors import UsageError

    page = out or files[0].with_suffix(".html")
    if page.is_dir():
        raise UsageError(f"{page} is a folder, expected a file for the page")
    for file in files:
        if page.exists() and page.samefile(file):
            raise UsageError(f"{page} is a file of predictions: the page would take its place", remedy="another --out")
    return page


def check_episodes(about: Mapping[str, str], episodes: Path) -> str:
    """The name of the data set that a file is about. `UsageError` where nothing of it is at `episodes`."""
    from actions.errors import UsageError
    from agent.evaluation.datasets import read

    dataset = about.get("dataset")
    if dataset is None:
        raise UsageError("the file doesn't say which data set it is about, so its screens can't be found")
    for _ in read(dataset, episodes):
        break
    return dataset
