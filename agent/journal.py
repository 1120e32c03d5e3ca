"""Writing a run folder as the run goes, so that a crash at any instruction leaves it readable.

    20261123T075812.345Z-open-settings-3fa2c1/     mode 0700
        journal.jsonl      one line for each event, each with a checksum (`agent.records`)
        0000.png …         the screen of each step, lossless
        run.html           written afterwards, by `agent.viewer`

For each step, in this order: `begin` starts the picture in the background; `intend` writes down what is about to be
done, before it is done; `step` waits until the picture is safely on the disk and then writes the line that names it. A
picture that can't be written makes the next call raise `StorageError`, so nothing more is done unrecorded.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
import zlib
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from actions.errors import StorageError, UsageError
from actions.types import Action
from agent import durable
from agent.records import (
    MAX_LINE_BYTES,
    EndRecord,
    Header,
    Intent,
    ObservationRecord,
    PictureFile,
    Record,
    SizeRecord,
    StepRecord,
    recordable,
    write_line,
)
from agent.run_folder import JOURNAL, open_journal, scan_journal
from environments.base import Observation
from environments.episode import Episode, Step
from environments.picture import Picture


class Journal:
    """The writer of one run folder. One at a time (the journal file is locked), used from one thread.

    Calls: `create` (or `reopen`), then for each step `begin`, `intend` where something is done, `step`; at last `end`
    and `close`. `next_index` is the index of the next step. Raises `StorageError` where the disk is full or forbids
    writing; what was written before stays whole.
    """

    def __init__(self, folder: Path, fd: int, good: int, next_index: int, *, reserve_bytes: int) -> None:
        """Use `create` or `reopen`. `good`: how long the file's valid part is, in bytes."""
        self.folder = folder
        self.next_index = next_index
        self._fd: int | None = fd
        self._good = good
        self._reserve_bytes = reserve_bytes
        self._begun: dict[int, tuple[Observation, Future[PictureFile]]] = {}
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")

    @classmethod
    def create(cls, root: Path, *, task: str, about: Mapping[str, str], reserve_bytes: int = 16 << 20) -> Journal:
        """A new run folder in `root`, which is made where it is missing.

        about: what else identifies the run, such as model, dialect, environment and version. reserve_bytes: with less
        than this free on the disk, `intend` raises before anything is done.
        """
        now = time.time()
        folder = _new_folder(root, task, now)
        with durable.storing(folder):
            fd = durable.open_new(folder / JOURNAL)
            durable.lock(fd)
        journal = cls(folder, fd, 0, 0, reserve_bytes=reserve_bytes)
        try:
            journal._append(Header(task=task, about=dict(about), time=now))
            with durable.storing(folder):
                durable.sync_folder(folder)
        except BaseException:
            journal.close()
            raise
        return journal

    @classmethod
    def reopen(cls, folder: Path, *, reserve_bytes: int = 16 << 20) -> Journal:
        """Go on writing an existing run folder. A last line that was cut off is removed.

        `UsageError` where another process writes it, or where more than the last line is damaged.
        """
        fd = open_journal(folder, write=True)
        try:
            if not durable.lock(fd):
                raise UsageError(f"{folder} is being written by another run", remedy="wait for it to end")
            scan = scan_journal(fd, folder)
            if scan.dropped is not None and not scan.dropped.torn:
                raise UsageError(f"{folder / JOURNAL} is damaged: {scan.dropped}", remedy="start a new run")
            with durable.storing(folder / JOURNAL):
                os.ftruncate(fd, scan.good)
                os.fsync(fd)
                for draft in folder.glob(".*.tmp"):
                    draft.unlink()
        except BaseException:
            os.close(fd)
            raise
        return cls(folder, fd, scan.good, scan.last_index + 1, reserve_bytes=reserve_bytes)

    def begin(self, index: int, observation: Observation) -> None:
        """Start writing the screenshot of step `index` in the background."""
        observation.picture.encode_soon()
        self._begun[index] = (observation, self._writer.submit(self._store, index, observation.picture))

    def intend(self, index: int, thought: str, action: Action) -> None:
        """Write down what is about to be done on the screen given to `begin`.

        Raises `StorageError`, and then it must not be done, where an earlier write failed or the disk is nearly full.
        """
        if index not in self._begun:
            raise ValueError(f"intend({index}) needs begin({index}) before it")
        for _, writing in self._begun.values():
            if writing.done():
                writing.result()
        with durable.storing(self.folder):
            if durable.free_bytes(self.folder) < self._reserve_bytes:
                raise durable.disk_full(self.folder)
        observation, _ = self._begun[index]
        # The picture itself may still be under way: a model that answers at once need not wait for it.
        picture = PictureFile(file=PictureFile.name(index), size=SizeRecord.of(observation.size))
        self._append(
            Intent(
                index=index,
                time=time.time(),
                observation=ObservationRecord.of(observation, picture),
                thought=thought,
                action=recordable(action),
            )
        )

    def step(self, step: Step) -> None:
        """Record a step. When this returns, the step and its picture survive whatever happens."""
        picture = step.observation.picture
        observation, writing = self._begun.pop(step.index, (None, None))
        if writing is None or observation is None or observation.picture is not picture:
            self.begin(step.index, step.observation)
            _, writing = self._begun.pop(step.index)
        self._append(StepRecord.of(step, writing.result(), time=time.time()))
        self.next_index = step.index + 1

    def end(self, episode: Episode) -> None:
        """Record how the episode ended. Its steps are recorded by `step`."""
        self._append(EndRecord.of(episode, time=time.time()))

    def close(self) -> None:
        """Let go of the folder; may be called twice. A picture that is being written is finished first."""
        self._writer.shutdown(wait=True)
        self._begun.clear()
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _store(self, index: int, picture: Picture) -> PictureFile:
        png = picture.png
        name = PictureFile.name(index)
        durable.write_whole(self.folder / name, png)
        return PictureFile(file=name, size=SizeRecord.of(picture.size), bytes=len(png), crc=zlib.crc32(png))

    def _append(self, record: Record) -> None:
        fd = self._fd
        if fd is None:
            raise StorageError(f"the run folder {self.folder} is closed already")
        line = write_line(record)
        if len(line) > MAX_LINE_BYTES:
            raise StorageError(f"a record of {len(line)} bytes is too long for the journal: at most {MAX_LINE_BYTES}")
        with durable.storing(self.folder / JOURNAL):
            try:
                # From the end of what is whole: an interrupted call may have left half a line behind it.
                os.lseek(fd, self._good, os.SEEK_SET)
                durable.write_all(fd, line)
                os.ftruncate(fd, self._good + len(line))
                durable.sync(fd)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(fd, self._good)
                raise
        self._good += len(line)


def _new_folder(root: Path, task: str, now: float) -> Path:
    """Sorted by name is sorted by time; unique, and safe as a name on every file system."""
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"
    slug = re.sub(r"[^a-z0-9]+", "-", task[:200].lower())[:32].strip("-")
    while True:
        folder = root / "-".join(part for part in (stamp, slug, secrets.token_hex(3)) if part)
        if durable.make_folder(folder):
            return folder
