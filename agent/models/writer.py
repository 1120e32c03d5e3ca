# pyright: reportUnknownMemberType=false
"""Tokens to text while a model generates, and the decision to stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

from agent.models.stream import Stream


class Writer:
    """Turns the tokens of one reply into text as they come, and says when to stop.

    Asked by a stopping criterion (rows.py) and not by a streamer: transformers asks the criteria before it feeds the
    streamer, and on mps feeds that one step late. Bytes that are no whole character yet wait for the next token.
    """

    def __init__(
        self,
        tokenizer: Any,
        *,
        ends: frozenset[int],
        stop: Sequence[str],
        on_text: Callable[[str], None] | None,
        deadline: float,
        tokens: int,
    ) -> None:
        self.ended: Literal["stop", "tokens", "seconds"] | None = None
        self.first: float | None = None
        """When the first token came, on time.monotonic."""
        self.count = 0
        self.telling = False
        """Whether `on_text` is running, or raised."""
        self._tokenizer = tokenizer
        self._ends = ends
        self._stop = tuple(filter(None, stop))
        self._on_text = on_text
        self._stream = Stream(stop, self._tell)
        self.deadline = deadline
        self._tokens = tokens
        self._waiting: list[int] = []

    def take(self, token: int, *, timed: bool = True) -> bool:
        """Whether the reply has ended with this token, or had before. timed: whether its time may end it."""
        if self.ended is None:
            self.ended = self._take(token, timed)
        return self.ended is not None

    def would_end(self, tokens: Sequence[int]) -> Literal["stop", "tokens"] | None:
        """How a reply of just these tokens would have ended, if none but the last can have ended it; its time aside."""
        if tokens[-1] in self._ends or (self._stop and any(stop in self.decode(tokens) for stop in self._stop)):
            return "stop"
        return "tokens" if len(tokens) >= self._tokens else None

    def _take(self, token: int, timed: bool) -> Literal["stop", "tokens", "seconds"] | None:
        now = time.monotonic()
        self.first = self.first or now
        self.count += 1
        if token in self._ends:
            return "stop"
        self._waiting.append(token)
        text = self.decode(self._waiting)
        if not text.endswith("\ufffd"):
            self._waiting.clear()
            if self._stream.push(text):
                return "stop"
        if self.count >= self._tokens:
            return "tokens"
        return "seconds" if timed and now >= self.deadline else None

    def decode(self, tokens: Sequence[int]) -> str:
        """As text, control tokens and all."""
        return str(self._tokenizer.decode(tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False))

    def _tell(self, piece: str) -> None:
        if self._on_text is not None:
            self.telling = True
            self._on_text(piece)
            self.telling = False

    def finish(self) -> str:
        """The whole text, with what was still held back."""
        if self._waiting:
            self._stream.push(self.decode(self._waiting))
            self._waiting.clear()
        return self._stream.finish()
