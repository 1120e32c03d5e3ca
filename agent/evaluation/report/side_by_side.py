"""The page of two files of predictions, side by side; as self-contained and as inert as that of one."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from agent.evaluation.comparison import Changed, Comparison, Paired, gaps, in_points
from agent.evaluation.report import plots
from agent.evaluation.report.page import Cell, frame, template
from agent.viewer.words import shown


def render(comparison: Comparison, a: str, b: str) -> str:
    """a, b: the files' names."""
    return template("side_by_side.html.jinja").render(
        **frame(),
        a=shown(a, limit=200),
        b=shown(b, limit=200),
        about=[
            (
                shown(n, limit=100),
                *(shown(side.get(n, "–"), limit=500) for side in (comparison.a, comparison.b)),
                n in comparison.differing,
            )
            for n in sorted({*comparison.a, *comparison.b})
        ],
        steps=comparison.steps,
        episodes=comparison.episodes,
        gaps=[(what, [shown(str(p), limit=300) for p in places]) for what, places in gaps(comparison)],
        rules=[_rule(i, p) for i, p in enumerate(comparison.paired)],
    )


def _rule(number: int, paired: Paired) -> dict[str, object]:
    rates = [(f.name, f.difference) for f in paired.figures]
    return {
        "name": paired.protocol,
        "figures": [(f.name, Cell.of(f.a), Cell.of(f.b), in_points(f.difference)) for f in paired.figures],
        "plot": Markup(plots.differences(f"differences{number}", rates)),  # noqa: S704  our own
        "signs": str(paired.signs),
        "both_right": paired.both_right,
        "both_wrong": paired.both_wrong,
        "changes": [
            ("right in A and wrong in B", paired.lost, _changes(paired.losses)),
            ("wrong in A and right in B", paired.gained, _changes(paired.gains)),
        ],
    }


def _changes(changes: Sequence[Changed]) -> list[tuple[str, str, str, str]]:
    return [(shown(str(c.place), limit=300), shown(c.recorded), shown(c.a), shown(c.b)) for c in changes]
