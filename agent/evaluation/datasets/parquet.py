# pyright: basic
"""Rows of a Parquet file, a few at a time. pyarrow comes with the extra `eval` and has no types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from actions.errors import UsageError
from agent.evaluation.datasets.reading import Damaged

ROWS = 16
"""At a time: a row may hold a screenshot of a whole web page."""


def rows(path: Path, columns: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Of the columns only those that are there. `Damaged` where the file isn't whole."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as e:
        raise UsageError("Parquet files need pyarrow", remedy="uv sync --extra eval") from e
    try:
        with parquet.ParquetFile(path) as file:
            there = [c for c in columns if c in file.schema_arrow.names]
            for batch in file.iter_batches(ROWS, columns=there):
                yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError) as e:
        raise Damaged(f"{path.name} is no whole Parquet file: {e}") from e
