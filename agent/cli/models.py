"""`handeye models`: which model families are known."""

from __future__ import annotations

from typing import Annotated

import typer


def models(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the model families that handeye runs: dialect, coordinate space, and published checkpoints."""
    from dataclasses import asdict

    from agent.cli import terminal
    from agent.models.family import FAMILIES

    if as_json:
        print(terminal.as_json([asdict(family) for family in FAMILIES]))
        return
    space = {"thousand": "0 to 1000", "999": "0 to 999", "unit": "0 to 1", "absolute": "pixels as resized"}
    for family in FAMILIES:
        print(f"{family.name}: dialect {family.dialect}, coordinates {space[family.space]}")
        for checkpoint in family.published:
            print(f"    {checkpoint.id:<36} {checkpoint.gigabytes:>6g} GB in 16 bit")
    print("--model takes one of these, a folder with such a checkpoint, or with --endpoint a server's name for it")
