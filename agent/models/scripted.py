"""A model whose replies are written beforehand, for tests, examples and demonstrations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from actions.errors import ModelError
from actions.geometry import Size, Space
from agent.models.base import Budget, Model, Reply
from agent.models.family import by_dialect
from agent.models.images import pixels
from agent.models.stream import Stream
from environments.episode import Usage
from environments.picture import Picture
from prompts.grammar import Grammar
from prompts.messages import Message, pictures


class ScriptedModel(Model):
    """Replies from an iterable, one per call, or from a function of the messages.

    To script actions rather than text, write them with the dialect: `dialect.write(Decision("", (Click(...),)), seen)`.
    `calls` holds the messages of every call. It sees pictures as they are, or, with `max_pixels`, resized as the
    dialect's family would. A stop text cuts a reply as it would cut a real one; the budget plays no part. `Usage`
    counts the call and no tokens, since there are none.
    """

    def __init__(
        self,
        replies: Iterable[str] | Callable[[Sequence[Message]], str],
        *,
        dialect: str = "qwen2_vl",
        space: Space | None = None,
        max_pixels: int | None = None,
        name: str = "scripted",
    ) -> None:
        self.name = name
        self.dialect = dialect
        self.space = space
        self.calls: list[tuple[Message, ...]] = []
        self._family = by_dialect(dialect)
        self._max_pixels = max_pixels
        self._ask = replies if callable(replies) else None
        self._replies: Iterator[str] = iter(()) if callable(replies) else iter(replies)
        if max_pixels is not None and self._family is None:
            raise ValueError(f"max_pixels needs a family's resize rule, and none has the dialect {dialect!r}")

    def seen(self, size: Size) -> Size:
        if self._max_pixels is None or self._family is None:
            return size
        low = min(self._family.min_pixels, self._max_pixels)
        return self._family.resized(size, min_pixels=low, max_pixels=self._max_pixels)

    def generate(
        self,
        messages: Sequence[Message],
        *,
        grammar: Grammar | None = None,  # noqa: ARG002
        stop: Sequence[str] = (),
        budget: Budget = Budget(),  # noqa: ARG002
        on_text: Callable[[str], None] | None = None,
    ) -> Reply:
        """The next reply; `ModelError` where the script has run out."""
        self.calls.append(tuple(messages))
        text = self._ask(messages) if self._ask is not None else next(self._replies, None)
        if text is None:
            raise ModelError(f"the script ran out: it has {len(self.calls) - 1} replies and this is one more call")
        stream = Stream(stop, on_text)
        stream.push(text)
        seen = tuple(self.seen(_size(p.picture)) for p in pictures(messages))
        return Reply(stream.finish(), seen, Usage(calls=1))


def _size(picture: Picture | str) -> Size:
    return (picture if isinstance(picture, Picture) else Picture(pixels(picture))).size
