"""Two files of predictions on the same steps: by how much one is better, how sure that is, and which steps changed.

Both are judged on what stands in both. The difference is paired: an episode is drawn with what both files have of it,
so that what makes it hard for both cancels out. Its interval is that of the bootstrap over episodes (Efron and
Tibshirani 1993, chapters 6 and 13; paired, Koehn 2004, "Statistical Significance Tests for Machine Translation
Evaluation"). The sign test (Conover 1999, chapter 3) counts episodes in which one file has more steps right. A test
over single steps, as McNemar's, would take those of an episode for independent, which they are not.

A is read once and kept as a few bytes for each step, then B is read against that; A is read again only for the names of
what B hasn't and for what it said where the outcome changed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from actions.errors import UsageError
from agent.evaluation.comparison import Comparison, Figure, OneSided, Paired, Signs
from agent.evaluation.intervals import ratios
from agent.evaluation.ledger import Ledger
from agent.evaluation.pairing import Counts, Pairing
from agent.evaluation.predictions import BadLine, Header, Predicted, UnreadStep, read_header, read_predictions
from agent.evaluation.protocols import protocol
from agent.evaluation.protocols.verdict import Judge, Verdict

SAME = ("dataset", "level")
"""What two files must agree in to be about the same."""
FIGURES = ("type match", "exact match", "score", "goal progress", "success")


def compare(a: Path, b: Path, protocols: Sequence[str], *, changed: int = 20) -> Comparison:
    """changed: of the steps that changed at most so many each way, the same ones each time.

    `UsageError` where the files are about different things, or have no step in common.
    """
    headers = read_header(a).about, read_header(b).about
    differing = {
        name: (headers[0].get(name), headers[1].get(name))
        for name in sorted({*headers[0], *headers[1]})
        if headers[0].get(name) != headers[1].get(name)
    }
    for name in SAME:
        if name in differing:
            one, other = (f"of {name} {v}" if v is not None else f"of no {name} that it says" for v in differing[name])
            raise UsageError(f"{a} and {b} can't be compared: the first is {one}, the second {other}")
    judges = [protocol(name) for name in protocols]
    ledger = Ledger(len(judges))
    damaged_a = _read_into(ledger, a, judges)
    pairing = Pairing(ledger, judges, changed)
    damaged_b = pairing.read(b)
    if pairing.steps == 0:
        raise UsageError(f"no step stands in both {a} and {b}, so there is nothing to compare")
    only_a = pairing.fill_in(a)
    return Comparison(
        a=headers[0],
        b=headers[1],
        differing=differing,
        steps=pairing.steps,
        episodes=pairing.episodes,
        whole=pairing.whole,
        only_a=OneSided(ledger.steps - pairing.steps - pairing.otherwise, only_a),
        only_b=OneSided(pairing.only_b, tuple(pairing.names_b)),
        otherwise=OneSided(pairing.otherwise, tuple(pairing.names_otherwise)),
        duplicates=(ledger.duplicates, pairing.duplicates),
        damaged=(damaged_a, damaged_b),
        paired=tuple(_paired(name, counts, pairing) for name, counts in zip(protocols, pairing.counts, strict=True)),
    )


def _read_into(ledger: Ledger, path: Path, judges: Sequence[Judge]) -> int:
    """How many lines are damaged."""
    damaged = 0
    for line in read_predictions(path):
        match line:
            case Predicted():
                ledger.add(line.place, line.truth, _asked(judges, line))
            case UnreadStep():
                ledger.add(line.place, None, tuple)
            case BadLine():
                damaged += 1
            case Header():
                pass
    ledger.close()
    return damaged


def _asked(judges: Sequence[Judge], line: Predicted) -> Callable[[], list[Verdict]]:
    return lambda: [judge(line.truth, line.prediction) for judge in judges]


def _paired(name: str, counts: Counts, pairing: Pairing) -> Paired:
    """An outcome has steps, whether it is whole, and A's and B's part in each of `FIGURES`."""
    count = len(FIGURES)
    outcomes = {(*o, *(o[i + 1] - o[i] for i in range(2, 2 + 2 * count, 2))): n for o, n in counts.outcomes.items()}
    over = (0, 0, 0, 1, 1)
    pairs = [(2 + 2 * i + side, over[i]) for i in range(count) for side in (0, 1)]
    rates = ratios(
        outcomes, [*pairs, *((2 + 2 * count + i, over[i]) for i in range(count))], differences_from=2 + 2 * count
    )
    figures = [Figure(n, rates[2 * i], rates[2 * i + 1], rates[2 * count + i]) for i, n in enumerate(FIGURES)]
    graded = any(abs(o[4] - o[6]) + abs(o[5] - o[7]) > 1e-9 for o in counts.outcomes)
    told = [f for f in figures if (f.name != "score" or graded) and (pairing.whole or f.name not in FIGURES[3:])]
    alike = pairing.episodes - counts.better - counts.worse
    return Paired(
        protocol=name,
        figures=tuple(told),
        signs=Signs(counts.better, counts.worse, alike, sign_test(counts.better, counts.worse)),
        both_right=counts.both_right,
        both_wrong=counts.both_wrong,
        gained=counts.gained,
        lost=counts.lost,
        gains=tuple(c for _, c in counts.gains),
        losses=tuple(c for _, c in counts.losses),
    )


def sign_test(better: int, worse: int) -> float:
    """Two-sided and exact: how likely at least so uneven a split of so many is by the toss of a coin."""
    n = better + worse
    if n == 0:
        return 1.0
    total = math.lgamma(n + 1) - n * math.log(2)
    tail = sum(math.exp(total - math.lgamma(k + 1) - math.lgamma(n - k + 1)) for k in range(min(better, worse) + 1))
    return min(1.0, 2 * tail)
