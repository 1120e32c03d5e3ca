"""What a watcher tells while a test is the person."""

from __future__ import annotations

import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from types import FrameType

from actions.errors import DeviceError
from actions.types import Action
from environments.watching import TICK_SECONDS, Deed, Watcher


@dataclass
class Told:
    deeds: list[Deed] = field(default_factory=list[Deed])
    said: list[str] = field(default_factory=list[str])
    problem: list[DeviceError] = field(default_factory=list[DeviceError])

    @property
    def actions(self) -> list[Action]:
        return [deed.action for deed in self.deeds]

    @contextmanager
    def listening(self, watcher: Watcher) -> Generator[None]:
        """What is done in the block is in `deeds` after it."""
        thread = Thread(target=self._listen, args=(watcher,))
        thread.start()
        try:
            yield
        finally:
            watcher.stop()
            thread.join(20)
        assert not thread.is_alive()

    def _listen(self, watcher: Watcher) -> None:
        try:
            for told in watcher.deeds():
                if isinstance(told, str):
                    self.said.append(told)
                else:
                    self.deeds.append(told)
        except DeviceError as e:
            self.problem.append(e)


def stopped_by_a_slow_handler(watcher: Watcher) -> list[Deed | str]:
    """What it tells when a signal comes while it waits for something to be done, and stopping it takes longer than
    it would have waited."""
    stops: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        assert not stops, "it waits on, though it was stopped"
        stops.append(number)
        watcher.stop()
        time.sleep(4 * TICK_SECONDS)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 5 * TICK_SECONDS, 10.0)
    try:
        told = list(watcher.deeds())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert stops
    return told
