"""From what a person does to a run folder, the same that an agent's run leaves behind.

Each deed is a step with the screen before it. A step whose screen was not seen (something was done before there was a
picture of what the deed before had led to) has the outcome unknown, so that nobody takes the pair for an example.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

from actions.types import Answer, Finish
from agent.journal import Journal
from environments.base import DONE, Outcome
from environments.episode import End, Episode, Step
from environments.watching import Deed, Watcher

NOT_SEEN = "done before there was a picture of what the step before had led to"


class Recorder:
    """One recording: `steps` until the watcher is stopped, then `finish`. Raises `DeviceError`, `StorageError`."""

    def __init__(self, watcher: Watcher, task: str, out: Path) -> None:
        """Makes a run folder in `out`."""
        self._watcher = watcher
        about = {
            "recorded": "a person's session",
            "environment": watcher.name,
            "platform": watcher.platform,
        }
        self._journal = Journal.create(out, task=task, about=about)
        self.folder = self._journal.folder
        self.episode = Episode(task)

    def steps(self) -> Iterator[Step | str]:
        """Each step once it is on the disk; a text is for the person."""
        for deed in self._watcher.deeds():
            yield deed if isinstance(deed, str) else self._add(deed)

    def finish(self, end: End, *, message: str = "", answer: str | None = None) -> Iterator[Step]:
        """The last word, on the screen as it is now: an answer, if there is one, and that the task is done or can't be.
        Only the end is recorded where it is neither."""
        if end in ("done", "not_done"):
            last = self._watcher.last()
            if answer is not None:
                yield self._add(Deed(Answer(text=answer), last))
            yield self._add(Deed(Finish(success=end == "done", message=answer or message), last))
        self.episode.end, self.episode.message, self.episode.answer = end, message, answer
        self._journal.end(self.episode)

    def close(self) -> None:
        """May be called twice. A recording without an end stays readable, as one that was cut off."""
        self._journal.close()

    def _add(self, deed: Deed) -> Step:
        step = Step(
            index=self._journal.next_index,
            observation=deed.shown.observation(self._watcher.patience.quiet_seconds, deed.notes),
            attempts=(),
            thought="",
            action=deed.action,
            outcome=DONE if deed.seen else Outcome("unknown", NOT_SEEN),
            seconds=MappingProxyType({"act": deed.seconds}),
        )
        self._journal.step(step)
        step.observation.picture.compact()
        self.episode.steps.append(step)
        return step
