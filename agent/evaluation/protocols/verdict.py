"""What a protocol says of one prediction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agent.evaluation.step import Prediction, Truth

OTHER = "other"
"""What was said is readable, and of no kind that the protocol knows."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` is that of the recorded action and `said` that of the predicted one, both in the protocol's own words;
    `said` is None where the reply could not be read. `score` is `exact_match` but in protocols that grade. `parts`
    are figures that only this protocol knows."""

    kind: str
    said: str | None
    type_match: bool
    exact_match: bool
    score: float
    parts: Mapping[str, float] = field(default_factory=dict[str, float])

    @classmethod
    def of(cls, kind: str, said: str | None, exact: bool, *, type_match: bool | None = None) -> Verdict:
        """A protocol of yes and no. The type matches where both kinds are the same and known, unless it is told."""
        same = kind == said != OTHER if type_match is None else type_match
        exact = same and exact
        return cls(kind, said, same, exact, float(exact))


Judge = Callable[[Truth, Prediction], Verdict]
