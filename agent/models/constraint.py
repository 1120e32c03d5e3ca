# pyright: reportUnknownMemberType=false
"""Replies that keep to a grammar: at each token all others are ruled out, by llguidance.

A reply always comes to its end. Where its tokens run out, or where the model would stop before its call is whole, it
writes what closes the grammar (`Grammar.closers`), instead of being cut off in the middle of an action.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import torch
from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper
from transformers import LogitsProcessor

from actions.errors import ModelError
from prompts.grammar import Grammar

RESERVE = 192
"""Tokens that are kept for the call: the longest is about so many, where a token is a letter."""
_KEPT = 8
"""Compiled grammars that are kept; a run needs one for each size of the screen."""
_WRITTEN = ("<|box_start|>", "<|box_end|>")
"""Control tokens that models write around a place, so that they are text that is one token as well."""


class Constrainer:
    """A model's tokens, and the grammars that were compiled for them. Made once for a model, in about a second."""

    def __init__(self, tokenizer: Any, *, size: int, ends: frozenset[int]) -> None:
        """size: how many tokens the model scores, which may be more than the tokenizer has. ends: those that end a
        reply."""
        self.ends = ends
        self._tokenizer = tokenizer
        last = sorted(ends)
        self._tokens = LLTokenizer(TokenizerWrapper(_Bytes(tokenizer, size, last[0])), eos_token=last)
        self._compiled: dict[str, LLMatcher] = {}

    def begin(self, grammar: Grammar, *, prompt: int, tokens: int) -> Constraint:
        """For one reply. prompt: tokens before it. tokens: how many it may have. `ModelError` for a wrong grammar."""
        matcher = self._compiled.pop(grammar.lark, None) or LLMatcher(self._tokens, grammar.lark, log_level=0)
        if matcher.is_error():
            raise ModelError(f"the reply's grammar is wrong: {matcher.get_error()[:200]}", remedy="--no-constrain")
        self._compiled[grammar.lark] = matcher
        while len(self._compiled) > _KEPT:
            del self._compiled[next(iter(self._compiled))]
        closers = [self._tokenizer.encode(text, add_special_tokens=False) for text in grammar.closers]
        return Constraint(matcher.deep_copy(), closers, self.ends, prompt=prompt, tokens=tokens)


class Constraint(LogitsProcessor):
    """One reply under a grammar: called for what may follow, and told what did (`take`)."""

    def __init__(
        self, matcher: LLMatcher, closers: list[list[int]], ends: frozenset[int], *, prompt: int, tokens: int
    ) -> None:
        self.cut = False
        """Whether the reply was closed because its tokens ran out."""
        self._matcher = matcher
        self._closers = closers
        self._ends = ends
        self._last = prompt + tokens - RESERVE
        self._waiting: list[int] = []

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        length = int(input_ids.shape[1])
        mask = torch.frombuffer(bytearray(self._matcher.compute_logit_bias()), dtype=torch.uint8)[: scores.shape[1]]
        if self._matcher.is_error():
            raise self._broken()
        if (forced := self._forced(mask, length, scores)) is not None:
            mask = torch.zeros_like(mask)
            mask[forced] = 1
        return scores.masked_fill(mask.to(scores.device) == 0, -float("inf"))

    def take(self, token: int) -> bool:
        """Whether the reply is whole with this token, so that nothing but its end could follow."""
        if token in self._ends:
            return True
        if not self._matcher.consume_token(token):
            raise self._broken()
        return bool(self._matcher.is_accepting() and self._matcher.is_stopped())

    def fork(self) -> Constraint:
        """One that goes on from here by itself."""
        other = copy(self)
        other._matcher, other._waiting = self._matcher.deep_copy(), list(self._waiting)
        return other

    def _forced(self, mask: torch.Tensor, length: int, scores: Any) -> int | None:
        """The token that has to follow, where the reply has to end or the model wants it to."""
        if self._waiting and mask[self._waiting[0]]:
            return self._waiting.pop(0)
        self._waiting = []
        late, wanted = length >= self._last, int(scores[0].argmax())
        if not late and wanted not in self._ends:
            return None
        if (end := next((e for e in self._ends if mask[e]), None)) is not None:
            return end if late else None
        for closer in self._closers:
            if self._matcher.validate_tokens(closer) == len(closer):
                first, *self._waiting = closer
                self.cut |= late and first != wanted
                return first
        return None

    def _broken(self) -> ModelError:
        error = self._matcher.get_error().partition("\n")[0]
        return ModelError(f"the reply left its grammar: {error}", remedy="--no-constrain")


class _Bytes:
    """A byte-level tokenizer as llguidance wants it: the bytes of each token.

    Not its own `hf.from_tokenizer`, for which every added token is a control token that no text can hold, even
    `<tool_call>`, which is text that happens to be one token.
    """

    def __init__(self, tokenizer: Any, size: int, end: int) -> None:
        self._tokenizer = tokenizer
        self.eos_token_id = end
        self.bos_token_id = None
        added = tokenizer.added_tokens_decoder
        names: dict[str, int] = tokenizer.get_vocab()
        codes = _byte_of()
        self.tokens = [b""] * max(size, max(names.values()) + 1)  # which no text holds
        for name, i in names.items():
            self.tokens[i] = name.encode() if i in added else bytes(codes[c] for c in name)
        self.special_token_ids = [i for i, token in added.items() if token.special and str(token) not in _WRITTEN]

    def __call__(self, text: bytes | str) -> list[int]:
        said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return self._tokenizer.encode(said, add_special_tokens=False)


def _byte_of() -> dict[str, int]:
    """The byte that a letter of a byte-level vocabulary stands for: printable ones themselves, the others past 255.

    Source: bytes_to_unicode of openai/gpt-2, src/encoder.py.
    """
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [b for b in range(256) if b not in plain]
    return {chr(b): b for b in plain} | {chr(256 + i): b for i, b in enumerate(others)}
