"""Killed at any moment, cut anywhere, a bit flipped anywhere, the disk full at any write: readable and never wrong."""

import errno
import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from actions.errors import HandeyeError, StorageError, UsageError
from agent import durable
from agent.journal import Journal
from agent.run_folder import JOURNAL, Run, read_run
from environments.episode import Attempt, Episode, Step
from tests.agent_files.runs import ABOUT, CLICK, picture, step, write, write_run

KILLS = 40

KILLED = """
import json, os, random, signal, sys, time
from pathlib import Path
from agent.journal import Journal
from tests.agent_files.runs import ABOUT, CLICK, step

step(0).observation.picture.png  # what is loaded lazily is loaded once, before the forks

def run(root, out):
    journal = Journal.create(root, task="t", about=ABOUT)
    os.write(out, f"folder {journal.folder}\\n".encode())
    index = 0
    while True:
        s = step(index)
        journal.begin(index, s.observation)
        journal.intend(index, s.thought, CLICK)
        os.write(out, f"intent {index}\\n".encode())
        journal.step(s)
        os.write(out, f"step {index}\\n".encode())
        index += 1

root, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)
for _ in range(kills):
    source, out = os.pipe()
    child = os.fork()
    if child == 0:
        run(root, out)
    os.close(out)
    with open(source, "rb") as acknowledged:
        first = acknowledged.readline()
        time.sleep(chance.random() * 0.08)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines = [first, *acknowledged]
    print(json.dumps([line.decode().split(" ", 1) for line in lines]), flush=True)
"""


def correct(read: Step) -> bool:
    """A step that was read is the one that was written under its index; an intent's outcome is unknown."""
    expected = step(read.index)
    assert read.thought == expected.thought
    assert read.action == CLICK
    return read.attempts == expected.attempts or (read.outcome is not None and read.outcome.status == "unknown")


def check(run: Run, *, at_least: int) -> int:
    """How many whole steps there are; all must be right and in order."""
    indices = [s.index for s in run.episode.steps]
    assert indices == list(range(len(indices)))
    assert all(correct(s) for s in run.episode.steps)
    whole = [s for s in run.episode.steps if s.attempts]
    assert len(whole) >= at_least
    for s in whole:
        assert np.array_equal(s.observation.picture.array, picture(s.index).array)
    return len(whole)


def test_killed_at_random_times(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(KILLS), "7"],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(runs) == KILLS
    total = 0
    for (_, folder), *said in runs:
        steps_said = sum(what == "step" for what, _ in said)
        intents_said = sum(what == "intent" for what, _ in said)
        path = Path(folder.strip())
        run = read_run(path)
        assert run.cut_off
        assert run.dropped is None or run.dropped.torn
        total += check(run, at_least=steps_said)
        assert len(run.episode.steps) >= intents_said, "an action that was begun is never forgotten"
        with Journal.reopen(path) as journal:
            assert journal.next_index == len(run.episode.steps)
            write(journal, [step(journal.next_index)])
        again = read_run(path)
        assert again.dropped is None
        assert check(again, at_least=steps_said) == len([s for s in run.episode.steps if s.attempts]) + 1
        assert not list(path.glob(".*.tmp"))
    assert total > KILLS, "the kills came too early to say anything"


def test_cut_at_every_byte(tmp_path: Path):
    folder = write_run(tmp_path, [step(0), step(1)])
    path = folder / JOURNAL
    whole = path.read_bytes()
    ends = [m.end() for m in re.finditer(b"\n", whole)]
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        if length < ends[0]:
            with pytest.raises(UsageError, match=r"no run folder: line 1 of journal\.jsonl is no header"):
                read_run(folder)
            continue
        run = read_run(folder)
        lines = sum(end <= length for end in ends)
        # header, intent 0, step 0, intent 1, step 1, end
        assert len(run.episode.steps) == (0, 0, 1, 1, 2, 2, 2)[lines]
        assert check(run, at_least=0) == (0, 0, 0, 1, 1, 2, 2)[lines]
        assert run.cut_off == (lines < 6)
        torn = length not in ends
        assert (run.dropped is not None) == torn
        if torn and length % 5 == 0:
            Journal.reopen(folder).close()
            assert path.stat().st_size == max(end for end in ends if end <= length)


def test_any_flipped_bit(tmp_path: Path):
    folder = write_run(tmp_path, [step(0), step(1), step(2)])
    path = folder / JOURNAL
    whole = path.read_bytes()
    header = whole.index(b"\n") + 1
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        path.write_bytes(damaged)
        if position < header:
            with pytest.raises(UsageError):
                read_run(folder)
            continue
        run = read_run(folder)
        check(run, at_least=0)
        assert run.dropped is not None
        assert run.episode.end is None
        last = whole.rindex(b"\n", 0, -1)
        if position <= last:
            assert not run.dropped.torn
            with pytest.raises(UsageError, match="is damaged: line"):
                Journal.reopen(folder)
            assert path.read_bytes() == damaged, "nothing is cut that may hold more than a torn line"


def test_a_damaged_picture_is_never_shown(tmp_path: Path):
    folder = write_run(tmp_path, [step(0)])
    path = folder / "0000.png"
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 4]) + whole[position + 1 :])
        with pytest.raises(HandeyeError, match=r"0000\.png"):
            _ = read_run(folder).episode.steps[0].observation.picture.array
    path.write_bytes(whole[:-1])
    with pytest.raises(HandeyeError, match="not the one that was written"):
        _ = read_run(folder).episode.steps[0].observation.picture.png
    path.unlink()
    with pytest.raises(HandeyeError, match="can't be read"):
        _ = read_run(folder).episode.steps[0].observation.picture.png


class FullDisk:
    """`os.write` on a disk with so much room: writes what fits, then fails, as a real one does."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._write = os.write

    def __call__(self, fd: int, data: bytes) -> int:
        part = bytes(data)[: self.room]
        if not part:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= len(part)
        return self._write(fd, part)


def test_the_disk_full_at_any_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # Times are a few digits longer or shorter in each run, so the last of the room is left out.
    whole = sum(p.stat().st_size for p in write_run(tmp_path / "whole", [step(0), step(1)]).iterdir())
    for room in range(0, whole - 150, 23):
        root = tmp_path / str(room)
        acted: list[int] = []
        recorded = 0
        journal = None
        monkeypatch.setattr(os, "write", FullDisk(room))
        try:
            with pytest.raises(StorageError, match="no space is left for") as caught:  # noqa: PT012
                journal = Journal.create(root, task="t", about=ABOUT)
                for s in (step(0), step(1)):
                    journal.begin(s.index, s.observation)
                    journal.intend(s.index, s.thought, CLICK)
                    acted.append(s.index)
                    journal.step(s)
                    recorded += 1
                journal.end(Episode("t", end="done"))
        finally:
            monkeypatch.undo()
            if journal is not None:
                journal.close()
        assert caught.value.exit_code == 3
        assert caught.value.remedy is not None
        assert "df -h" in caught.value.remedy
        if journal is None:
            continue
        run = read_run(journal.folder)
        assert run.dropped is None, "half a line is taken back"
        assert check(run, at_least=recorded) == recorded
        assert len(run.episode.steps) == len(acted), "nothing was done that is not recorded"
        assert not list(journal.folder.glob(".*.tmp"))


def test_a_limit_of_the_system_itself(tmp_path: Path):
    """No fake: the kernel refuses to let a file grow (EFBIG), for the journal and for pictures."""
    program = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from actions.errors import StorageError
from agent.journal import Journal
from environments.episode import Attempt
from tests.agent_files.runs import ABOUT, step, write
journal = Journal.create(Path(sys.argv[1]), task="t", about=ABOUT)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
recorded = 0
try:
    while True:
        write(journal, [replace(step(recorded), attempts=(Attempt("x" * 1000),))])
        recorded += 1
except StorageError as e:
    print(journal.folder, recorded, str(e), sep="|")
"""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    folder, recorded, said = done.stdout.strip().split("|")
    assert said.startswith(f"no space is left for {folder}")
    run = read_run(Path(folder))
    whole = [s for s in run.episode.steps if s.attempts]
    assert len(whole) == int(recorded) > 5
    assert run.dropped is None


def test_a_picture_that_can_not_be_written_stops_the_run(tmp_path: Path):
    with Journal.create(tmp_path, task="t", about=ABOUT) as journal:
        (journal.folder / "0000.png").mkdir()
        journal.begin(0, step(0).observation)
        with pytest.raises(StorageError, match=r"can't write .*0000\.png"):
            journal.step(step(0))
        (journal.folder / "0001.png").mkdir()
        with pytest.raises(StorageError, match=r"can't write .*0001\.png"):
            journal.step(step(1))
    assert read_run(journal.folder).episode.steps == []


def test_an_earlier_failure_is_told_before_acting(tmp_path: Path):
    with Journal.create(tmp_path, task="t", about=ABOUT) as journal:
        (journal.folder / "0000.png").mkdir()
        journal.begin(0, step(0).observation)
        journal.begin(1, step(1).observation)
        while not (journal.folder / "0001.png").exists():
            os.sched_yield()
        with pytest.raises(StorageError, match=r"0000\.png"):
            journal.intend(1, "", CLICK)
    assert b"intent" not in (journal.folder / JOURNAL).read_bytes()


def test_too_little_room_is_told_before_acting(tmp_path: Path):
    with Journal.create(tmp_path, task="t", about=ABOUT, reserve_bytes=1 << 60) as journal:
        journal.begin(0, step(0).observation)
        with pytest.raises(StorageError, match="no space is left"):
            journal.intend(0, "", CLICK)
        journal.end(Episode("t", end="not_done"))
    assert read_run(journal.folder).episode.end == "not_done"


def test_a_place_that_is_no_folder(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="can't write"):
        Journal.create(tmp_path / "file" / "runs", task="t", about=ABOUT)


def test_write_whole_keeps_the_old_file_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "run.html"
    durable.write_whole(path, b"old")
    monkeypatch.setattr(os, "write", FullDisk(2))
    with pytest.raises(StorageError):
        durable.write_whole(path, b"new and longer")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["run.html"]


def test_an_interrupted_write_leaves_no_half_line_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Ctrl+C between two parts of a line, and the run goes on to write its end."""

    class Interrupted(FullDisk):
        def __call__(self, fd: int, data: bytes) -> int:
            if self.room <= 0:
                raise KeyboardInterrupt
            return super().__call__(fd, data)

    with Journal.create(tmp_path, task="t", about=ABOUT) as journal:
        write(journal, [step(0)])
        journal.begin(1, step(1).observation)
        while not (journal.folder / "0001.png").exists():
            os.sched_yield()
        monkeypatch.setattr(os, "write", Interrupted(50))
        with pytest.raises(KeyboardInterrupt):
            journal.intend(1, "t" * 100, CLICK)
        monkeypatch.undo()
        journal.end(Episode("t", end="interrupted"))
    run = read_run(journal.folder)
    assert run.dropped is None
    assert run.episode.end == "interrupted"
    assert len(run.episode.steps) == 1
    assert Attempt("reply 0") in run.episode.steps[0].attempts
