"""All that the page of a file says, in one pass over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.evaluation.predictions import Predicted
from agent.evaluation.protocols.verdict import Verdict
from agent.evaluation.report.failures import Failure, Sample
from agent.evaluation.report.pointing import Pointing
from agent.evaluation.scoring import Summary, score


@dataclass(frozen=True, slots=True)
class Survey:
    """By the first protocol: `pointing`, and some `failures` of all the steps that are `wrong`."""

    summaries: Sequence[Summary]
    pointing: Pointing
    failures: Sequence[Failure]
    wrong: int


def survey(path: Path, protocols: Sequence[str], *, by: str | None = None, failures: int = 24) -> Survey:
    """`UsageError` as `score`. protocols: the first leads."""
    pointing, sample = Pointing(), Sample(failures)

    def watch(line: Predicted, verdicts: Sequence[Verdict]) -> None:
        pointing.add(line.truth, line.prediction, verdicts[0])
        sample.add(line, dict(zip(protocols, verdicts, strict=True)))

    summaries = score(path, protocols, by=by, watch=watch)
    return Survey(summaries, pointing, sample.chosen(), sample.wrong)
