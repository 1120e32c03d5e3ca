# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Several beginnings of a reply go on side by side, and the likeliest is the reply.

Beam search: where a word or a digit is doubtful, what is written after it often tells which it was. Likelihoods are
those of the thought, whatever its length, and of its call's first mark, where a grammar says which that is. A tap's
likelihood is spread over many points of one element, so that with its coordinates it would lose against an action that
has none; so the call then follows greedily, but for what stands in double quotes in it, as what is typed does: of that
again several beginnings go on. transformers has a search of its own, which counts all tokens, reads the
prompt and its pictures once for each beam, and knows neither stop texts nor each row's grammar.

A prompt has as many rows at a time as it has beams that live: one where the call follows greedily.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

import torch

from agent.models.constraint import Constraint
from agent.models.writer import Writer

ESCAPED = re.compile(r"\\.", re.DOTALL)


class Beams:
    """For `generate`'s `custom_generate`: in place of its own way of choosing tokens. count: beams for each prompt."""

    def __init__(
        self,
        count: int,
        writers: Sequence[Writer],
        constraints: Sequence[Constraint | None],
        openings: Sequence[str],
    ) -> None:
        self._searches = [Search(count, *each) for each in zip(writers, constraints, openings, strict=True)]
        self.rows = 1
        """How many each prompt has, the same for all, as transformers wants them."""

    def __call__(
        self,
        model: Any,
        input_ids: torch.Tensor,
        logits_processor: Any,
        stopping_criteria: Any,  # noqa: ARG002  writers say when to stop
        generation_config: Any,  # noqa: ARG002
        **inputs: Any,
    ) -> torch.Tensor:
        ids = input_ids
        cache = _cache(inputs)
        has_read = 0 if cache is None else int(cache.get_seq_length())
        to_read = ids.shape[1] - has_read if has_read else None
        read = model.prepare_inputs_for_generation(ids, next_sequence_length=to_read, is_first_iteration=True, **inputs)
        while True:
            outputs = model(**read, return_dict=True)
            inputs = model._update_model_kwargs_for_generation(outputs, inputs)
            logits = outputs.logits[:, -1].float()
            # One row of each prompt at a time, since a repetition penalty counts the prompts.
            for row in range(self.rows):
                logits[row :: self.rows] = logits_processor(ids[row :: self.rows], logits[row :: self.rows])
            likely = logits.log_softmax(-1)
            firsts = range(0, len(ids), self.rows)
            taken = [
                search.take(ids[first : first + self.rows], likely[first : first + self.rows])
                for search, first in zip(self._searches, firsts, strict=True)
            ]
            if all(search.is_done for search in self._searches):
                return ids
            before, self.rows = self.rows, max(map(len, taken))
            # A row too many goes on with any token; where one stays in its place, nothing is moved for it.
            padded = [some + [(row % before, 0) for row in range(len(some), self.rows)] for some in taken]
            chosen = [(first + beam, token) for first, some in zip(firsts, padded, strict=True) for beam, token in some]
            rows, tokens = torch.tensor(chosen, device=ids.device).T
            ids = torch.cat([ids[rows], tokens[:, None]], 1)
            if rows.tolist() != list(range(len(firsts) * before)):
                inputs = _chosen(inputs, rows)
                _cache(inputs).reorder_cache(rows)
            read = model.prepare_inputs_for_generation(ids, next_sequence_length=1, **inputs)


def _cache(inputs: Mapping[str, Any]) -> Any:
    return inputs.get("cache", inputs.get("past_key_values"))


def _chosen(inputs: Mapping[str, Any], rows: torch.Tensor) -> dict[str, Any]:
    """What has a row for each of the batch, with these rows. Positions come as (rows, length), or as several of these,
    one upon the other."""
    by_row = {"attention_mask": 0, "mm_token_type_ids": 0, "token_type_ids": 0, "position_ids": -2}
    return {
        key: value.index_select(by_row[key], rows) if key in by_row and value is not None else value
        for key, value in inputs.items()
    }


@dataclass(slots=True)
class Beam:
    """nats: log of how likely the tokens that count are, at most 0. call: what it has written of its call, from what
    opens it on, if that has begun."""

    tokens: list[int] = field(default_factory=list[int])
    nats: float = 0.0
    constraint: Constraint | None = None
    call: str = ""

    @property
    def quotes(self) -> bool:
        """Whether its call is within a text in double quotes."""
        return ESCAPED.sub("", self.call).count('"') % 2 == 1


class Search:
    """For one reply. Its writer is given a token once all beams have it. opening: what a call begins with."""

    def __init__(self, count: int, writer: Writer, constraint: Constraint | None, opening: str = "") -> None:
        self.is_done = False
        self._count, self._writer, self._opening = count, writer, opening
        self._constraint = constraint
        self._live = [Beam(constraint=constraint)]
        self._is_chosen = False
        """Whether the thought is, so that all beams have begun its call."""
        self._whole: Beam | None = None
        """The likeliest that has ended."""
        self._told = 0

    def take(self, ids: torch.Tensor, likely: torch.Tensor) -> list[tuple[int, int]]:
        """Which beam goes on with which token, for each that lives then; none once it is done. ids: (rows, length),
        the prompt with what was written. likely: (rows, vocabulary) logs of how likely each token is next."""
        if self.is_done:
            return []
        rows = likely[: len(self._live)].clone()
        for i, beam in enumerate(self._live):
            if beam.constraint is not None:
                rows[i : i + 1] = beam.constraint(ids[i : i + 1], rows[i : i + 1])
            if beam.call and not (self._is_chosen and beam.quotes):
                rows[i] = torch.full_like(rows[i], -torch.inf).index_fill(0, rows[i].argmax(), 0.0)
            rows[i] += beam.nats
        taken = self._grown(rows)
        self._tell()
        return taken

    def _grown(self, rows: torch.Tensor) -> list[tuple[int, int]]:
        """The likeliest beams with one token more become those that live. rows: (beams, vocabulary) nats."""
        before, taken = self._live, list[tuple[int, int]]()
        self._live = []
        best = rows.flatten().topk(min(2 * self._count, rows.numel()))
        for nats, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            if nats == -float("inf") or len(taken) == self._count:
                break
            number, token = divmod(place, rows.shape[1])
            last = before[number]
            constraint = None if last.constraint is None else last.constraint.fork()
            beam = Beam([*last.tokens, token], nats, constraint)
            beam.call = self._call(beam.tokens)
            # Thoughts that go on only become less likely, so none is to be waited for.
            chooses = not self._is_chosen and bool(beam.call) and not self._live
            if chooses:
                self._is_chosen, self._whole = True, None
            ended = self._writer.would_end(beam.tokens)
            if ended is None and constraint is not None and constraint.take(token):
                ended = "stop"
            if ended is None:
                self._live.append(beam)
                taken.append((number, token))
            elif self._whole is None or (ended == "stop" and nats > self._whole.nats):
                self._whole = beam
            if chooses:
                break
        return taken

    def _call(self, tokens: Sequence[int]) -> str:
        if not self._opening:
            return ""
        _, opening, rest = self._writer.decode(tokens).partition(self._opening)
        return opening + rest

    def _tell(self) -> None:
        """Give the writer what is certain now, and end where it can't become likelier or is to end."""
        now = time.monotonic()
        whole, live, writer = self._whole, self._live, self._writer
        writer.first = writer.first or now
        late = now >= writer.deadline
        is_best = whole is not None and (not live or whole.nats >= live[0].nats)
        if late or is_best:
            self.is_done = True
            best = whole or live[0]
            for token in best.tokens[self._told :]:
                writer.take(token, timed=False)
            if self._constraint is not None and best.constraint is not None:
                self._constraint.cut = best.constraint.cut
            writer.ended = writer.ended or ("seconds" if whole is None else "stop")
            return
        all_of_them = [beam.tokens[self._told :] for beam in (*live, *([whole] if whole else []))]
        for tokens in takewhile(lambda tokens: len(set(tokens)) == 1, zip(*all_of_them, strict=False)):
            self._told += 1
            writer.take(tokens[0], timed=False)
