"""What is written is read back, in order, lossless, private, and by one writer at a time."""

import os
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import StorageError, UsageError
from actions.geometry import Size
from actions.types import Action, CallTool
from agent.journal import Journal
from agent.records import SCHEMA
from agent.run_folder import JOURNAL, list_runs, read_run
from environments.base import Observation, Outcome
from environments.episode import EXIT_CODES, Attempt, Episode, Step, Usage
from tests import strategies
from tests.agent_files.runs import ABOUT, CLICK, picture, step, write, write_run

counts = st.integers(0, 10**6)
finite = st.floats(0, 1e6)
stages = st.dictionaries(st.sampled_from(("capture", "settle", "decode", "act")), finite, max_size=4)
observations = st.builds(
    Observation,
    picture=st.integers(0, 20).map(picture),
    time=finite,
    app=st.none() | strategies.texts,
    window=st.none() | strategies.texts,
    rotation=st.sampled_from((0, 90, 180, 270)),
    secure=st.booleans(),
    locked=st.booleans(),
    terminal=st.booleans(),
    stable=st.booleans(),
    changed=st.none() | st.booleans(),
    notes=st.lists(strategies.texts, max_size=2).map(tuple),
    seconds=stages,
)
steps = st.builds(
    Step,
    index=st.just(0),
    observation=observations,
    attempts=st.lists(
        st.builds(
            Attempt,
            strategies.texts,
            st.none() | strategies.texts,
            st.lists(strategies.texts, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    thought=strategies.texts,
    action=st.none() | strategies.actions,
    outcome=st.none() | st.builds(Outcome, st.sampled_from(("done", "failed", "unknown")), strategies.texts),
    seen=st.none() | st.builds(Size, st.integers(1, 3000), st.integers(1, 3000)),
    changed=st.none() | st.booleans(),
    result=strategies.texts,
    seconds=stages,
    usage=st.builds(Usage, counts, counts, counts),
)


def same(read: Step, written: Step) -> bool:
    a, b = read.observation.picture, written.observation.picture
    assert a.size == b.size
    assert np.array_equal(a.array, b.array)
    return replace(read, observation=replace(read.observation, picture=b)) == written


@given(st.lists(steps, min_size=1, max_size=3), strategies.texts, st.sampled_from(list(EXIT_CODES)))
def test_every_value_comes_back(tmp_path_factory: pytest.TempPathFactory, many: list[Step], text: str, end: Any):
    written = [replace(s, index=i) for i, s in enumerate(many)]
    with Journal.create(tmp_path_factory.mktemp("runs"), task=text, about={"model": text}) as journal:
        write(journal, written)
        journal.end(Episode(text, written, end, text, text))
    run = read_run(journal.folder)
    assert (run.episode.task, run.episode.end, run.episode.message, run.episode.answer) == (text, end, text, text)
    assert run.about == {"model": text}
    assert len(run.episode.steps) == len(written)
    assert all(same(r, w) for r, w in zip(run.episode.steps, written, strict=True))
    assert run.dropped is None
    assert not run.cut_off
    assert run.ended is not None
    assert run.started <= run.ended <= time.time()


def test_a_folder_is_private_and_sorts_by_time(tmp_path: Path):
    root = tmp_path / "a" / "runs"
    made: list[Path] = []
    for task in ("Open Settings!", "设置", "../../etc/passwd", "a" * 500, "", "\x00\n\x1b[2J"):
        made.append(write_run(root, [step(0)], task=task))
        time.sleep(0.002)  # names have milliseconds
    assert list_runs(root) == made
    assert all(f.parent == root for f in made)
    assert all(len(f.name) < 80 for f in made)
    assert "open-settings" in made[0].name
    assert list_runs(tmp_path / "none") == []
    for folder in made:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {p.name for p in folder.iterdir()} == {JOURNAL, "0000.png"}
        assert {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {0o600}


def test_the_first_line_names_the_schema_and_the_run(tmp_path: Path):
    first = (write_run(tmp_path, [step(0)]) / JOURNAL).read_text().splitlines()[0]
    for part in ('"record":"header"', f'"schema":{SCHEMA}', '"task":"open settings"', '"model":"scripted"', '"time":'):
        assert part in first


def test_an_intent_without_a_step_is_an_unknown_outcome(tmp_path: Path):
    with Journal.create(tmp_path, task="t", about=ABOUT) as journal:
        write(journal, [step(0)])
        journal.begin(1, step(1).observation)
        journal.intend(1, "now", CLICK)
        assert len(read_run(journal.folder).episode.steps) == 1, "it is still being done"
        assert read_run(journal.folder).running
    run = read_run(journal.folder)
    assert run.cut_off
    last = run.episode.steps[-1]
    assert (last.index, last.thought, last.action) == (1, "now", CLICK)
    assert last.outcome is not None
    assert last.outcome.status == "unknown"
    assert np.array_equal(last.observation.picture.array, picture(1).array)


def test_an_intent_before_an_end_is_kept_too(tmp_path: Path):
    with Journal.create(tmp_path, task="t", about=ABOUT) as journal:
        journal.begin(0, step(0).observation)
        journal.intend(0, "", CLICK)
        journal.end(Episode("t", [], "device", "gone"))
    run = read_run(journal.folder)
    assert run.episode.end == "device"
    assert [s.outcome and s.outcome.status for s in run.episode.steps] == ["unknown"]


def test_intend_needs_its_screen(tmp_path: Path):
    with Journal.create(tmp_path, task="t", about=ABOUT) as journal, pytest.raises(ValueError, match=r"begin\(0\)"):
        journal.intend(0, "", CLICK)


def test_a_step_needs_no_begin_and_its_own_picture_wins(tmp_path: Path):
    with Journal.create(tmp_path, task="t", about=ABOUT) as journal:
        journal.step(step(0))
        journal.begin(1, step(7).observation)
        journal.step(step(1))
    read = read_run(journal.folder).episode.steps
    assert all(same(r, step(i)) for i, r in enumerate(read))


def test_reopening_goes_on_where_it_was(tmp_path: Path):
    folder = write_run(tmp_path, [step(0), step(1)])
    with Journal.reopen(folder) as journal:
        assert journal.next_index == 2
        write(journal, [step(2)])
        assert read_run(folder).episode.end is None, "it goes on"
        journal.end(Episode("t", [], "limit", "enough"))
    run = read_run(folder)
    assert [s.index for s in run.episode.steps] == [0, 1, 2]
    assert (run.episode.end, run.episode.message) == ("limit", "enough")


def test_one_writer_at_a_time(tmp_path: Path):
    with Journal.create(tmp_path, task="t", about=ABOUT) as journal:
        with pytest.raises(UsageError, match="being written by another run"):
            Journal.reopen(journal.folder)
        program = "import sys, pathlib, agent.journal as j; j.Journal.reopen(pathlib.Path(sys.argv[1]))"
        other = subprocess.run(
            [sys.executable, "-c", program, str(journal.folder)], capture_output=True, text=True, timeout=60
        )
        assert "being written by another run" in other.stderr
        assert read_run(journal.folder).running
    assert not read_run(journal.folder).running
    Journal.reopen(journal.folder).close()


def test_a_closed_journal_says_so(tmp_path: Path):
    journal = Journal.create(tmp_path, task="t", about=ABOUT)
    journal.close()
    journal.close()
    with pytest.raises(StorageError, match="closed already"):
        journal.end(Episode("t"))


HOSTILE = {
    "half a pair": "a\ud800b",
    "a pair in halves": "\ud83d\udc4d",
    "lines": "a\nb\r\n\u2028c\x00\x1b[2J",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_breaks_a_line(tmp_path: Path, text: str):
    s = replace(step(0, action=CallTool(name=text, arguments={text: [text, {"k": text}]})), thought=text)
    run = read_run(write_run(tmp_path, [s, step(1)], task=text))
    assert len(run.episode.steps) == 2
    thought = run.episode.steps[0].thought
    thought.encode()
    assert thought == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


ARGUMENTS: dict[str, dict[str, Any]] = {
    "deep": {"a": _deep(500)},
    "not a number": {"a": float("nan"), "b": float("-inf")},
    "an object": {"a": object(), "b": {1, 2}, "c": b"\xff"},
    "a great number": {"a": 10**4000},
    "keys that are no text": {"a": {1: 2, None: 3}},
}


@pytest.mark.parametrize("arguments", ARGUMENTS.values(), ids=ARGUMENTS.keys())
def test_no_argument_breaks_a_line(tmp_path: Path, arguments: dict[str, Any]):
    action: Action = CallTool(name="f", arguments=arguments)
    run = read_run(write_run(tmp_path, [step(0, action=action), step(1)]))
    assert run.dropped is None
    read = run.episode.steps[0].action
    assert isinstance(read, CallTool)
    assert set(read.arguments) == set(arguments)


def test_endless_text_is_cut_and_says_so(tmp_path: Path):
    run = read_run(write_run(tmp_path, [replace(step(0), result="x" * 5_000_000)]))
    result = run.episode.steps[0].result
    assert len(result) < 1_100_000
    assert result.endswith("more characters]")


def test_a_record_that_is_too_long_is_refused_and_the_folder_stays_whole(tmp_path: Path):
    huge = replace(step(1), attempts=tuple(Attempt("x" * 1_000_000) for _ in range(20)))
    with Journal.create(tmp_path, task="t", about=ABOUT) as journal:
        write(journal, [step(0)])
        with pytest.raises(StorageError, match="too long for the journal"):
            journal.step(huge)
        write(journal, [step(1)])
    assert len(read_run(journal.folder).episode.steps) == 2


def test_the_picture_is_there_before_the_line_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    order: list[str] = []
    write_bytes, rename = os.write, os.replace

    def spy_write(fd: int, data: bytes) -> int:
        order.append("line" if b'"record":"step"' in bytes(data) else "bytes")
        return write_bytes(fd, data)

    def spy_replace(source: Path, target: Path) -> None:
        order.append("picture")
        rename(source, target)

    with Journal.create(tmp_path, task="t", about=ABOUT) as journal:
        monkeypatch.setattr(os, "write", spy_write)
        monkeypatch.setattr(os, "replace", spy_replace)
        journal.step(step(0))
        monkeypatch.undo()
    assert order == ["bytes", "picture", "line"]
