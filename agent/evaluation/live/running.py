"""A suite, episode by episode, several side by side: each on a phone and in a thread of its own.

What one episode meets, a crash of the model or a lost phone, is its result, and the others go on. What would meet all
of them, a disk that is full or a wrong setting, ends the suite.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing

from actions.errors import DeviceError, HandeyeError, StorageError, UsageError
from agent.core import Agent
from agent.evaluation.live.players import Seat
from agent.evaluation.live.results import CRASHES, EpisodeResult, ResultsFile
from agent.evaluation.live.stage import Faults, oracle_steps, staged
from agent.evaluation.live.suite import Case
from agent.records import UsageRecord, recordable
from environments.episode import End, Episode, Step
from environments.phone.tasks import sample
from prompts.dialect import Language

SIGNAL_SECONDS = 0.2
"""How long a signal may wait until its handler runs."""

TIMES_ORACLE: Mapping[Faults, int] = {"plain": 3, "disturbed": 6}
"""An episode may take so many times the steps of the phone's own solution, undisturbed, where no number is given."""


class LiveSuite:
    """Plays cases into a file. `run` may be called once; `stop` ends it from a signal handler or another thread.

    most_steps: of every episode; by default `TIMES_ORACLE` times what the phone's own solution takes. seat: gives an
    agent for each episode.
    """

    def __init__(
        self,
        file: ResultsFile,
        seat: Seat,
        *,
        at_once: int = 1,
        faults: Faults = "plain",
        language: Language = "en",
        most_steps: int | None = None,
    ) -> None:
        self._file, self._seat, self._at_once = file, seat, at_once
        self._faults: Faults = faults
        self._language: Language = language
        self._most_steps = most_steps
        self._writing = threading.Lock()
        self._stopped = threading.Event()
        self._playing: dict[Case, Agent] = {}

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def run(self, cases: Iterable[Case], on_result: Callable[[EpisodeResult], None] = lambda _: None) -> None:
        """Play the cases, and give each result to `on_result` once it stands in the file, one at a time.

        After `stop` it returns when the replies under way are written; what was not played to its end is in no result.
        Raises `StorageError`, `UsageError`, and whatever `on_result` raises, once the others have been stopped.
        """
        left = iter(cases)

        def play() -> None:
            try:
                while not self.stopped:
                    with self._writing:
                        case = next(left, None)
                    if case is None:
                        return
                    result = self._play(case)
                    _give_back()
                    if result is not None:
                        with self._writing:
                            self._file.write(result)
                            on_result(result)
            except BaseException:
                self.stop()
                raise

        with ThreadPoolExecutor(self._at_once, thread_name_prefix="episode") as pool:
            players = [pool.submit(play) for _ in range(self._at_once)]
            try:
                # A signal that the system gives to another thread ends no wait of this one, and its handler runs here.
                while wait(players, SIGNAL_SECONDS).not_done:
                    pass
            finally:
                self.stop()
            for player in players:
                player.result()

    def stop(self) -> None:
        self._stopped.set()
        for agent in list(self._playing.values()):
            agent.stop()

    def _play(self, case: Case) -> EpisodeResult | None:
        """None where it was stopped before its end."""
        task = sample(case.template, case.seed)
        text = task.text_zh if self._language == "zh" else task.text
        episode, folder, done = Episode(text), None, False
        optimal = most = 0
        seconds = 0.0
        try:
            optimal = oracle_steps(case)
            most = self._most_steps or TIMES_ORACLE[self._faults] * optimal
            with staged(task, self._faults) as stage:
                began = time.monotonic()
                with self._seat(stage, most) as agent:
                    try:
                        episode = self._go(agent, case, text)
                    finally:
                        folder, seconds = agent.folder, time.monotonic() - began
                done = stage.done(answer=episode.answer, gave_up=episode.end == "not_done")
        except (StorageError, UsageError):
            raise
        except Exception as e:  # noqa: BLE001  what happens to one episode is its result
            if episode.end is None:
                episode.end, episode.message = _crash(e)
        if self.stopped and (episode.end in (None, "interrupted", *CRASHES)):
            return None
        assert episode.end is not None
        return EpisodeResult(
            template=case.template,
            seed=case.seed,
            task=text,
            possible=task.goal.possible,
            done=done,
            end=episode.end,
            message=episode.message,
            answer=episode.answer,
            steps=len(episode.steps),
            oracle_steps=optimal,
            most_steps=most,
            actions=tuple(recordable(s.action) for s in episode.steps if s.action is not None),
            seconds=_stages(episode.steps),
            wall_seconds=seconds,
            usage=UsageRecord.of(episode.usage),
            run=None if folder is None else str(folder),
        )

    def _go(self, agent: Agent, case: Case, text: str) -> Episode:
        """The episode, also where the agent crashed in it: its steps are there."""
        self._playing[case] = agent
        try:
            with closing(agent.iter(text)) as steps:
                for _ in steps:
                    if self.stopped:
                        break
        except (StorageError, UsageError):
            raise
        except Exception:
            if agent.episode is None or agent.episode.end is None:
                raise
        finally:
            del self._playing[case]
        assert agent.episode is not None
        return agent.episode


def _give_back() -> None:
    """The memory of a phone that is gone. Its parts refer to each other, and its pictures leave holes in the heap:
    without this 285 episodes take 2 GB."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
        if trim is not None:
            trim(0)


def _crash(error: Exception) -> tuple[End, str]:
    """What ended an episode outside of its loop."""
    match error:
        case DeviceError():
            return "device", error.message
        case HandeyeError():
            return "error", error.message
        case _:
            return "error", f"{type(error).__name__}: {error}"


def _stages(steps: Sequence[Step]) -> dict[str, float]:
    total: dict[str, float] = {}
    for step in steps:
        for stage, seconds in step.seconds.items():
            total[stage] = total.get(stage, 0.0) + seconds
    return total
