"""What runs on a worker: a model, opened once, that is asked about one episode after the other, or several at a time.

Knows nothing of Ray, which makes one of these in each of its actors and calls it from as many threads as may ask.
"""

from __future__ import annotations

from collections.abc import Iterator

from actions.errors import HandeyeError
from agent.evaluation.engines.asking import Asking
from agent.evaluation.engines.parcel import Episode, Returned, Sent, pack, unpack
from agent.evaluation.predicting import as_line
from agent.evaluation.predictions import UnreadStep
from agent.evaluation.replay import Earlier, replay
from agent.evaluation.step import Place, RecordedStep, Unread
from agent.models.shared import SharedModel
from environments.base import Platform


class EpisodeWorker:
    """Errors of ours are given back as they are, since an actor that raises them would be told in Ray's words."""

    def __init__(self, asking: Asking, at_once: int) -> None:
        """at_once: replies that are written side by side."""
        self._asking = asking
        self._failed: HandeyeError | None = None
        try:
            model = asking.opened()
        except HandeyeError as e:
            self._failed = e
            return
        self._make = asking.maker(model)
        self._shared = SharedModel(model, most=at_once)

    def __call__(self, sent: bytes) -> Iterator[bytes]:
        """The lines of one episode, each as soon as it is there, or the error that ended it. In the same order
        whenever it is asked again, as Ray wants it of what it may have to repeat."""
        try:
            if self._failed is not None:
                raise self._failed
            content: Sent = unpack(sent)
            if isinstance(content, HandeyeError):
                raise content
            for line in self._lines(content):
                yield pack(line)
        except HandeyeError as e:
            yield pack(e)

    def _lines(self, episode: Episode) -> Iterator[Returned]:
        for step in episode.steps:
            if isinstance(step, Unread) and step.place.index not in episode.done:
                yield UnreadStep.of(step)
        platforms: list[Platform] = [s.platform for s in episode.steps if isinstance(s, RecordedStep)]
        if not platforms:
            return

        def earlier(place: Place) -> Earlier | None:
            return episode.done.get(place.index)

        asking = self._asking
        with self._shared.asking():
            agent = self._make(self._shared, platforms[0])
            for decided in replay(agent, episode.steps, history=asking.history, level=asking.level, earlier=earlier):
                yield as_line(decided)
