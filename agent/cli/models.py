"""`handeye models`: which model families are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from agent.models.published import Family, Published

SPACES = {"thousand": "0 to 1000", "999": "0 to 999", "unit": "0 to 1", "absolute": "pixels as resized"}
ABOUT = """\
gigabytes of memory in bfloat16: 2 for each billion, and {headroom:g} for pictures and cache; in 4 bit: 0.55
for each billion that is quantised, 2 for each that is not (vision, embeddings), and {headroom:g}
--model takes one of these, a folder with one, or with --endpoint a server's name for it; a grounder
stands beside it, as --grounder; {unknown}: a licence that only the checkpoint's page tells"""
UNKNOWN = "?"


def models(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the model families that handeye runs, with their published checkpoints.

    For each family: whether it is an agent or a grounder, its dialect, how it counts coordinates. For each checkpoint:
    its size, the memory that it needs, and its licence.
    """
    from agent.cli import terminal
    from agent.models.published import FAMILIES, HEADROOM

    if as_json:
        print(terminal.as_json([_facts(family) for family in FAMILIES]))
        return
    print(f"{'':<42}{'billions':>9}{'bfloat16':>10}{'4 bit':>8}  licence")
    for family in FAMILIES:
        where = "" if family.place == "here" else ", behind an endpoint only"
        print(f"{family.name}: {family.role}{where}, dialect {family.dialect}, coordinates {SPACES[family.space]}")
        for published in family.published:
            print(_line(published))
    print(ABOUT.format(headroom=HEADROOM, unknown=UNKNOWN))


def _line(published: Published) -> str:
    weights = published.weights
    sizes = f"{weights.billions:>8.3g}{weights.gigabytes:>7.0f} GB{weights.gigabytes_in_4_bit:>5.0f} GB"
    return f"    {_path(published):<39}{sizes}  {published.licence or UNKNOWN}"


def _path(published: Published) -> str:
    return f"{published.id}/{published.folder}" if published.folder else published.id


def _facts(family: Family) -> dict[str, Any]:
    return {
        "name": family.name,
        "role": family.role,
        "place": family.place,
        "dialect": family.dialect,
        "space": family.space,
        "model_types": family.model_types,
        "checkpoints": [
            {
                "id": _path(published),
                "billions": published.weights.billions,
                "gigabytes": round(published.weights.gigabytes, 1),
                "gigabytes_in_4_bit": round(published.weights.gigabytes_in_4_bit, 1),
                "licence": published.licence,
            }
            for published in family.published
        ],
    }
