"""Many recorded episodes, several at a time: each in a thread of its own, on one model that writes side by side.

Which episodes run together changes nothing in what is predicted, and what was predicted before is not asked again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import groupby

from agent.core import Agent
from agent.evaluation.replay import Decided, Earlier, HistoryOf, Level, replay
from agent.evaluation.step import Place, RecordedStep, Unread
from agent.models.base import Model
from agent.models.shared import SharedModel
from environments.base import Platform

Found = RecordedStep | Unread


def episodes(steps: Iterable[Found]) -> Iterator[list[Found]]:
    """The steps of each episode; a data set has them one after the other."""
    for _, group in groupby(steps, key=lambda s: (s.place.file, s.place.episode)):
        yield list(group)


def predict(
    steps: Iterable[Found],
    model: Model,
    make_agent: Callable[[Model, Platform], Agent],
    sink: Callable[[Decided], None],
    *,
    at_once: int = 1,
    earlier: Callable[[Place], Earlier | None] = lambda _: None,
    history: HistoryOf = "gold",
    level: Level = "high",
) -> None:
    """Ask for what is not there yet, and give each decision to `sink`, one at a time.

    at_once: replies that are written side by side; twice as many episodes are under way, so that pictures are made
    ready meanwhile. With one the decisions come in the order of the steps. earlier: what was decided on a step before.
    Raises the first error, `ModelError` for one, once the replies under way are written.
    """
    shared = SharedModel(model, most=at_once)
    under_way = 1 if at_once == 1 else 2 * at_once
    lock, stop = threading.Lock(), threading.Event()

    def go(episode: list[Found]) -> None:
        platforms: list[Platform] = [s.platform for s in episode if isinstance(s, RecordedStep)]
        if not platforms:
            return
        with shared.asking():
            for decided in replay(
                make_agent(shared, platforms[0]), episode, history=history, level=level, earlier=earlier
            ):
                with lock:
                    sink(decided)
                if stop.is_set():
                    return

    running: set[Future[None]] = set()
    with ThreadPoolExecutor(under_way, thread_name_prefix="episode") as pool:
        try:
            for episode in episodes(steps):
                if len(running) == under_way:
                    running = _collected(running)
                running.add(pool.submit(go, episode))
            while running:
                running = _collected(running)
        finally:
            stop.set()


def _collected(running: set[Future[None]]) -> set[Future[None]]:
    """Those that still run once one has ended. Raises what it raised."""
    ended, left = wait(running, return_when=FIRST_COMPLETED)
    for future in ended:
        future.result()
    return left
