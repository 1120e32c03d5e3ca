# pyright: reportUnknownMemberType=false
"""Several prompts side by side: padded before what differs, each read and stopped as if it were alone.

Not at their ends, since what is written has to follow its prompt. Pictures and videos of all prompts lie one after
the other, as transformers wants them; it finds by the ids which belong where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from transformers import LogitsProcessor, StoppingCriteria

from agent.models.constraint import Constraint
from agent.models.writer import Writer

_BY_TOKEN = ("input_ids", "attention_mask", "mm_token_type_ids")


def padded(prompts: Sequence[Mapping[str, Any]], *, after: int = 0) -> dict[str, Any]:
    """A processor's tensors for each prompt as those of a batch. after: tokens that stay before the padding.

    In unused places stands the prompt's own first token: nothing looks at it but a repetition penalty, which is the
    same for a token however often it occurs.
    """
    longest = max(int(p["input_ids"].shape[1]) for p in prompts)
    batch: dict[str, Any] = {}
    for key in _BY_TOKEN:
        fills = [int(p[key][0, 0]) if key == "input_ids" else 0 for p in prompts]
        batch[key] = torch.cat([_filled(p[key], longest, fill, after) for p, fill in zip(prompts, fills, strict=True)])
    for key in dict.fromkeys(k for p in prompts for k in p if k not in _BY_TOKEN):
        there = [p[key] for p in prompts if key in p]
        batch[key] = torch.cat(there) if isinstance(there[0], torch.Tensor) else [x for some in there for x in some]
    return batch


def _filled(row: torch.Tensor, length: int, fill: int, after: int) -> torch.Tensor:
    rest = torch.nn.functional.pad(row[:, after:], (length - int(row.shape[1]), 0), value=fill)
    return torch.cat([row[:, :after], rest], dim=1)


class Writers(StoppingCriteria):
    """Gives each row's token to its writer and its grammar. A row that has ended is padded until the others have."""

    def __init__(self, writers: Sequence[Writer], constraints: Sequence[Constraint | None]) -> None:
        self._writers, self._constraints = writers, constraints

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> Any:  # noqa: ARG002
        last = [int(t) for t in input_ids[:, -1]]
        rows = zip(self._writers, self._constraints, last, strict=True)
        return torch.tensor([_ends(*row) for row in rows], device=input_ids.device)


def _ends(writer: Writer, constraint: Constraint | None, token: int) -> bool:
    if not writer.take(token) and constraint is not None and constraint.take(token):
        writer.ended = "stop"
    return writer.ended is not None


class Constraints(LogitsProcessor):
    """Holds each row to its own grammar, where it has one, until it has ended."""

    def __init__(self, constraints: Sequence[Constraint | None], writers: Sequence[Writer]) -> None:
        self._constraints, self._writers = constraints, writers

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        rows = [scores[i : i + 1] for i in range(len(self._writers))]
        for i, (constraint, writer) in enumerate(zip(self._constraints, self._writers, strict=True)):
            if constraint is not None and writer.ended is None:
                rows[i] = constraint(input_ids[i : i + 1], rows[i])
        return torch.cat(rows)
