"""One model for several threads: what they ask at the same time is written side by side.

Each thread goes through its own episode as if the model were its own; nothing in the loop knows of the others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from actions.errors import ModelError
from actions.geometry import Size
from agent.models.base import Budget, Model, Reply, Request
from prompts.grammar import Grammar
from prompts.messages import Message


class _Asked:
    def __init__(self, request: Request) -> None:
        self.request = request
        self.result: Reply | BaseException | None = None


class SharedModel(Model):
    """A model that several threads ask, each within `asking()`. It is closed by whoever opened the model within.

    A batch is written as soon as every thread that is asking waits for a reply, or `most` of them do. So what is in a
    batch depends on who asks when, and what is written does not. Each thread prepares its own pictures: where there
    are more than `most`, those of the next batch while this one is written.
    """

    def __init__(self, model: Model, *, most: int) -> None:
        self.name, self.dialect, self.space = model.name, model.dialect, model.space
        self.constrainable = model.constrainable
        self.batches: list[int] = []
        """How many replies were written at once, each time."""
        self._model, self._most = model, most
        self._changed = threading.Condition()
        self._asking = 0
        self._waiting: list[_Asked] = []
        self._writing = False

    @contextmanager
    def asking(self) -> Generator[None]:
        """For as long as this thread may ask: the others wait for it."""
        with self._changed:
            self._asking += 1
        try:
            yield
        finally:
            with self._changed:
                self._asking -= 1
                self._changed.notify_all()

    def seen(self, size: Size) -> Size:
        return self._model.seen(size)

    def generate(
        self,
        messages: Sequence[Message],
        *,
        grammar: Grammar | None = None,
        stop: Sequence[str] = (),
        budget: Budget = Budget(),
        on_text: Callable[[str], None] | None = None,
    ) -> Reply:
        """As the model within. `on_text` gets the whole text at once."""
        mine = _Asked(self._model.prepare(Request(messages, grammar, stop, budget)))
        with self._changed:
            self._waiting.append(mine)
            self._changed.notify_all()
            while mine.result is None:
                if self._writing or len(self._waiting) < min(self._asking, self._most):
                    self._changed.wait()
                    continue
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                self._writing = True
                self._changed.release()
                try:
                    results = self._write(batch)
                finally:
                    self._changed.acquire()
                    self._writing = False
                for asked, result in zip(batch, results, strict=True):
                    asked.result = result
                self._changed.notify_all()
        if isinstance(mine.result, BaseException):
            raise mine.result
        if on_text is not None:
            on_text(mine.result.text)
        return mine.result

    def _write(self, batch: Sequence[_Asked]) -> list[Reply | BaseException]:
        """What each gets. Where a batch fails, each is written alone, so that none fails for another's sake."""
        self.batches.append(len(batch))
        requests = [asked.request for asked in batch]
        try:
            return list(self._model.generate_all(requests))
        except ModelError as e:
            if len(batch) == 1:
                return [e]
        except BaseException as e:  # noqa: BLE001  told to each thread that waits, which raises it
            return [e] * len(batch)
        return [result for asked in batch for result in self._write([asked])]
