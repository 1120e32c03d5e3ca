"""The file of predictions, and the scoring pass over it: nothing is lost, nothing counts twice, memory stays flat."""

import json
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from typer.testing import CliRunner

from actions.errors import UsageError
from actions.geometry import Point
from actions.types import Action, Button, CallTool, Drag, Scroll, TypeText
from agent.cli.main import app
from agent.evaluation.datasets import read
from agent.evaluation.marks import Marks
from agent.evaluation.predictions import (
    BadLine,
    Header,
    Predicted,
    PredictionsFile,
    UnreadStep,
    read_header,
    read_predictions,
)
from agent.evaluation.scoring import Summary, score
from agent.evaluation.step import Place, Prediction, RecordedStep, Truth, Unread
from tests.evaluation import sets
from tests.evaluation.cases import UNREADABLE, at, said, truth
from tests.evaluation.strategies import places, predictions, truths

ABOUT = {"model": "none", "dataset": "made"}
RIGHT, WRONG, OTHER = at(0.5, 0.5), at(0.9, 0.9), Button(name="home")
CLICK = truth(RIGHT, tags={"subset": "a"})


def place(episode: int, index: int, length: int | None = 4) -> Place:
    return Place("made", f"{episode}.json", str(episode), index, length)


def predicted(
    episode: int, index: int, answer: Prediction | Action, *, length: int | None = 4, was: Truth = CLICK
) -> Predicted:
    prediction = answer if isinstance(answer, Prediction) else said(answer)
    return Predicted(place=place(episode, index, length), truth=was, prediction=prediction)


def unread(episode: int, index: int, *, length: int | None = 4) -> UnreadStep:
    return UnreadStep(place=place(episode, index, length), reason="the picture is gone")


def made(folder: Path, lines: Sequence[Predicted | UnreadStep]) -> Path:
    path = folder / "predictions.jsonl"
    with PredictionsFile.open(path, ABOUT) as file:
        for line in lines:
            file.write(line)
    return path


def scored(path: Path, name: str = "aitz_qwen", *, by: str | None = None) -> Summary:
    (summary,) = score(path, [name], by=by)
    return summary


# ---------------------------------------------------------------- what the figures are


def test_an_episode_by_hand(tmp_path: Path) -> None:
    episode = [predicted(0, i, a) for i, a in enumerate((RIGHT, RIGHT, WRONG, RIGHT))]
    other = [predicted(1, 0, RIGHT), predicted(1, 1, OTHER), predicted(1, 2, UNREADABLE), unread(1, 3)]
    whole = [predicted(2, 0, RIGHT, length=1)]
    summary = scored(made(tmp_path, [*episode, *other, *whole]))
    assert (summary.steps, summary.episodes) == (9, 3)
    assert (summary.unreadable, summary.unread, summary.missing) == (1, 1, 0)
    assert summary.type_match.value == 6 / 9
    assert summary.exact_match.value == summary.score.value == 5 / 9
    assert not summary.graded
    assert summary.progress.value == (2 / 4 + 1 / 4 + 1) / 3
    assert summary.success.value == 1 / 3
    assert summary.episode_mean.value == (3 / 4 + 1 / 4 + 1) / 3
    assert summary.kinds["click"].steps == 8
    assert summary.kinds["click"].exact_match.value == 5 / 8
    assert summary.confusion == {"click": {"click": 6, "press": 1, "unreadable": 1}}
    assert summary.reasons == {"the picture is gone": 1}
    assert summary.about == ABOUT


def test_steps_in_any_order_and_episodes_mixed_are_the_same(tmp_path: Path) -> None:
    lines = [predicted(e, i, RIGHT if (e + i) % 3 else WRONG) for e in range(5) for i in range(4)]
    first = scored(made(tmp_path / "a", lines))
    mixed = sorted(lines, key=lambda line: (line.place.index * 7 % 4, line.place.episode))
    assert scored(made(tmp_path / "b", mixed)) == first


def test_steps_that_were_never_predicted_count_as_wrong(tmp_path: Path) -> None:
    summary = scored(made(tmp_path, [predicted(0, 0, RIGHT), predicted(0, 2, RIGHT)]))
    assert (summary.steps, summary.missing) == (4, 2)
    assert summary.exact_match.value == 2 / 4
    assert summary.progress.value == 1 / 4


def test_an_episode_of_unknown_length_is_as_long_as_its_last_step(tmp_path: Path) -> None:
    summary = scored(made(tmp_path, [predicted(0, i, RIGHT, length=None) for i in (0, 2)]))
    assert (summary.steps, summary.missing) == (3, 1)


def test_a_step_counts_once(tmp_path: Path) -> None:
    path = made(tmp_path, [predicted(0, 0, RIGHT, length=1), predicted(1, 0, WRONG), predicted(1, 1, WRONG)])
    header, done, open_, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(header + done + open_ + last + done + open_)
    summary = scored(path)
    assert (summary.duplicates, summary.steps, summary.episodes) == (2, 5, 2)
    assert summary.exact_match.value == 1 / 5


def test_marks_tell_what_was_added_however_much_that_is() -> None:
    marks = Marks()
    for i in range(5_000):
        assert (str(i), "a") not in marks
        marks.add((str(i), "a"))
        marks.add((str(i), "a"))
    assert marks.count == 5_000
    assert all((str(i), "a") in marks for i in range(5_000))
    assert ("1", "1") not in marks
    assert ("", "1a") not in marks


def test_of_many_reasons_the_first_are_told_one_by_one(tmp_path: Path) -> None:
    lines = [UnreadStep(place=place(i, 0, 1), reason=f"reason {i}") for i in range(25)]
    summary = scored(made(tmp_path, lines))
    assert (summary.unread, summary.steps, summary.exact_match.value) == (25, 25, 0.0)
    assert summary.reasons == {"other reasons": 5, **{f"reason {i}": 1 for i in range(20)}}


def test_groups_by_a_tag(tmp_path: Path) -> None:
    other = truth(RIGHT, tags={"subset": "b"})
    lines = [predicted(0, 0, RIGHT), predicted(0, 1, WRONG), predicted(0, 2, RIGHT, was=other)]
    groups = scored(made(tmp_path, lines), by="subset").groups
    assert {k: (v.steps, v.exact_match.value) for k, v in groups.items()} == {"a": (2, 0.5), "b": (1, 1.0)}
    assert set(scored(tmp_path / "predictions.jsonl", by="absent").groups) == {""}


def test_graded_protocols_and_their_own_figures(tmp_path: Path) -> None:
    recorded = truth(Scroll(direction="down", amount=0.4))
    lines = [predicted(0, 0, Scroll(direction="down", amount=0.2), was=recorded, length=1)]
    summary = scored(made(tmp_path / "a", lines), "agentnet")
    assert (summary.score.value, summary.exact_match.value, summary.graded) == (0.5, 0.0, True)
    web = truth(RIGHT, areas=((0.4, 0.4, 0.6, 0.6),), tags={"operation": "TYPE", "value": "x y"})
    answers = [said(RIGHT), said(RIGHT, TypeText(text="x y"))]
    summary = scored(made(tmp_path / "b", [predicted(0, i, a, was=web) for i, a in enumerate(answers)]), "mind2web")
    assert summary.parts == {"element": 1.0, "operation_f1": 0.5}


def test_no_step_at_all(tmp_path: Path) -> None:
    summary = scored(made(tmp_path, []))
    assert (summary.steps, summary.exact_match.value, summary.exact_match.low) == (0, 0.0, None)


# ---------------------------------------------------------------- the file


@settings(max_examples=30)  # each writes a file
@given(truth=truths, prediction=predictions, place=places)
def test_a_line_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, truth: Truth, prediction: Prediction, place: Place
) -> None:
    path = tmp_path_factory.mktemp("lines") / "a.jsonl"
    written = Predicted(place=place, truth=truth, prediction=prediction, thought="a", reply="b", seconds=1.5)
    with PredictionsFile.open(path, ABOUT) as file:
        file.write(written)
        assert file.earlier(place) == written
    assert list(read_predictions(path)) == [Header(about=ABOUT), written]


def test_what_models_write_is_no_danger_to_the_file(tmp_path: Path) -> None:
    nested: dict[str, object] = {}
    for _ in range(100):
        nested = {"a": nested}
    answer = said(
        CallTool(name="\ud83d", arguments=nested), Drag(start=None, end=Point(0, 0)), TypeText(text="\udc00\n")
    )
    made(tmp_path, [predicted(0, 0, answer), predicted(0, 1, Prediction(problem="\ud800"))])
    found = list(read_predictions(tmp_path / "predictions.jsonl"))
    assert [type(line) for line in found] == [Header, Predicted, Predicted]


def test_a_file_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = made(tmp_path, [predicted(0, 0, RIGHT), unread(0, 1)])
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"record": "step", "pl')
    assert [line.torn for line in read_predictions(path) if isinstance(line, BadLine)] == [True]
    with PredictionsFile.open(path, ABOUT) as file:
        assert len(file) == 2
        assert place(0, 0) in file
        assert place(0, 1) in file
        assert place(0, 2) not in file
        assert file.earlier(place(0, 0)) == predicted(0, 0, RIGHT)
        assert file.earlier(place(0, 1)) is None
        with pytest.raises(ValueError, match="already"):
            file.write(predicted(0, 0, WRONG))
        file.write(predicted(0, 2, WRONG))
        with pytest.raises(UsageError, match="another process"):
            PredictionsFile.open(path, ABOUT)
    assert path.read_bytes().startswith(whole)
    assert scored(path).steps == 4


def test_a_torn_header_begins_anew(tmp_path: Path) -> None:
    path = sets.write(tmp_path / "a.jsonl", b'{"record": "head')
    with PredictionsFile.open(path, ABOUT) as file:
        file.write(predicted(0, 0, RIGHT))
    assert read_header(path).about == ABOUT


def test_another_runs_file_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path, [predicted(0, 0, RIGHT)])
    with pytest.raises(UsageError, match="was begun with model 'none', not 'other'"):
        PredictionsFile.open(path, {**ABOUT, "model": "other"})
    with pytest.raises(UsageError, match="was begun with dataset 'made', not None"):
        PredictionsFile.open(path, {"model": "none"})
    header, line = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(header + b"nonsense\n" + line)
    with pytest.raises(UsageError, match="is damaged: line 2"):
        PredictionsFile.open(path, ABOUT)


def test_a_place_beyond_reason_is_not_written() -> None:
    for index, length in ((-1, None), (10_000, None), (0, 0)):
        with pytest.raises(ValueError, match="place"):
            predicted(0, index, RIGHT, length=length)


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b'{"record": "header", "schema": 99, "about": {}}\n'])
def test_what_is_no_file_of_predictions_is_said(tmp_path: Path, content: bytes) -> None:
    path = sets.write(tmp_path / "a.jsonl", content)
    with pytest.raises(UsageError, match="no file of predictions"):
        read_header(path)


def test_damaged_lines_are_counted_and_the_rest_is_scored(tmp_path: Path) -> None:
    path = made(tmp_path, [predicted(0, 0, RIGHT, length=1), predicted(1, 0, RIGHT, length=1)])
    header, one, two = path.read_bytes().splitlines(keepends=True)
    huge = one.replace(b'"0.json"', b'"' + b"x" * (17 << 20) + b'"')
    far = one.replace(b'"index":0', b'"index":1000000000')
    assert far != one
    path.write_bytes(header + one + b"{}\n" + huge + header + far + two[:50])
    summary = scored(path)
    assert (summary.damaged, summary.steps, summary.exact_match.value) == (4, 1, 1.0)
    told = [str(line) for line in read_predictions(path) if isinstance(line, BadLine)]
    assert told[1] == f"line 4: it is longer than {16 << 20} bytes"
    assert told[3] == "line 7: it was cut off"


def test_what_was_written_survives_a_kill(tmp_path: Path) -> None:
    """A process writes steps and says how many are written; it is killed; as many are there, and at most one more."""
    path = tmp_path / "predictions.jsonl"
    code = """if True:
        import sys
        from pathlib import Path
        from agent.evaluation.predictions import PredictionsFile
        from agent.evaluation.step import Place
        from tests.evaluation.cases import at, said, truth
        from agent.evaluation.predictions import Predicted
        with PredictionsFile.open(Path(sys.argv[1]), {"model": "none", "dataset": "made"}) as file:
            n = len(file)
            while True:
                place = Place("made", "a.json", str(n), 0, 1)
                file.write(Predicted(place=place, truth=truth(at(0.5, 0.5)), prediction=said(at(0.5, 0.5))))
                n += 1
                print(n, flush=True)
    """
    done = 0
    for _ in range(2):
        writer = subprocess.Popen(
            [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) >= done + 20:
                break
        os.kill(writer.pid, signal.SIGKILL)
        told = [int(line) for line in writer.stdout.read().split()]
        writer.wait()
        writer.stdout.close()
        written = sum(isinstance(line, Predicted) for line in read_predictions(path))
        done = max([done + 20, *told[:-1]])
        assert done <= written
    summary = scored(path)
    assert summary.episodes == summary.steps >= 40
    assert summary.duplicates == 0


# ---------------------------------------------------------------- from a data set to a score


@pytest.mark.parametrize(("dataset", "expected"), [("aitz", 1.0), ("agentnet", 1.0)])
def test_a_real_episode_and_a_perfect_predictor(tmp_path: Path, dataset: str, expected: float) -> None:
    constant = 0
    for name, answer in (("perfect", None), ("constant", Button(name="home"))):
        path = tmp_path / f"{name}.jsonl"
        with PredictionsFile.open(path, {"dataset": dataset, "model": name}) as file:
            for found in read(dataset, sets.DATA / dataset):
                if isinstance(found, Unread):
                    file.write(UnreadStep.of(found))
                    continue
                file.write(_answered(found, answer))
        usual = ("aitz_qwen" if dataset == "aitz" else "agentnet", "handeye")
        for summary in score(path, usual):
            if answer is None:
                assert summary.exact_match.value == summary.success.value == expected
            else:
                constant += summary.exact_match.value < 0.5
    assert constant == 2


def _answered(step: RecordedStep, answer: Action | None) -> Predicted:
    actions = tuple(r.action for r in step.truth.options[0]) if answer is None else (answer,)
    return Predicted(place=step.place, truth=step.truth, prediction=Prediction(actions))


# ---------------------------------------------------------------- the command


def test_the_command(tmp_path: Path) -> None:
    lines = [predicted(0, 0, RIGHT), predicted(0, 1, WRONG), predicted(0, 2, UNREADABLE), unread(0, 3)]
    path = made(tmp_path, lines)
    done = CliRunner().invoke(app, ["eval", "score", str(path), "-p", "aitz_qwen", "-p", "handeye", "--by", "subset"])
    assert done.exit_code == 0, done.output
    assert "aitz_qwen: 4 steps of 1 episodes · model none, dataset made" in done.output
    assert "handeye: 4 steps" in done.output
    assert "1 replies could not be read" in done.output
    assert "1 steps could not be read; they count as wrong\n    1 × the picture is gone" in done.output
    assert "exact match    25.0%" in done.output
    asked = CliRunner().invoke(app, ["eval", "score", str(path), "--json"])
    (only,) = [json.loads(line) for line in asked.stdout.splitlines()]
    assert only["protocol"] == "handeye"  # the data set is not one of those known
    assert only["exact_match"]["value"] == 0.25
    assert only["kinds"]["click"]["steps"] == 3


def test_the_command_takes_the_data_sets_usual_protocols(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    PredictionsFile.open(path, {"dataset": "aitz"}).close()
    done = CliRunner().invoke(app, ["eval", "score", str(path), "--json"])
    names = [json.loads(line)["protocol"] for line in done.stdout.splitlines()]
    assert names == ["aitz_qwen", "aitz_coat_fixed", "aitz_coat", "aitw"]
    wrong = CliRunner().invoke(app, ["eval", "score", str(path), "-p", "aitz"])
    assert isinstance(wrong.exception, UsageError)


# ---------------------------------------------------------------- scale


def many(path: Path, count: int) -> Path:
    """Episodes of four steps, without going through the writer for each."""
    one = made(path.parent / f"one{count}", [predicted(123456789, 0, RIGHT), predicted(123456789, 1, WRONG)])
    header, *lines = one.read_bytes().splitlines(keepends=True)
    with path.open("wb") as file:
        file.write(header)
        for i in range(count):
            line = lines[i % 2].replace(b"123456789", b"%d" % (i // 4))
            file.write(line.replace(b'"index":%d' % (i % 2), b'"index":%d' % (i % 4)))
    return path


def test_memory_does_not_grow_with_the_file_but_eight_bytes_an_episode(tmp_path: Path) -> None:
    peaks: list[int] = []
    for count in (4_000, 16_000):
        path = many(tmp_path / f"{count}.jsonl", count)
        tracemalloc.start()
        summary = scored(path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (summary.steps, summary.episodes, summary.duplicates) == (count, count // 4, 0)
        assert summary.exact_match.value == 0.5
    assert peaks[1] - peaks[0] < 40 * 12_000  # bytes for each record more: one that is kept takes hundreds
