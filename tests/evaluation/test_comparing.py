"""Two files side by side: the figures are those of scoring, the difference is paired, and nothing is dropped unsaid."""

from __future__ import annotations

import json
import math
import random
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from actions.errors import UsageError
from actions.types import Action, Button
from agent.cli.main import app
from agent.evaluation.comparing import compare, sign_test
from agent.evaluation.comparison import Comparison, Signs
from agent.evaluation.ledger import Entry, Ledger, Marked, fingerprint
from agent.evaluation.marks import Shelf
from agent.evaluation.predictions import Predicted, PredictionsFile, UnreadStep
from agent.evaluation.protocols import PROTOCOLS
from agent.evaluation.scoring import score
from agent.evaluation.step import Place, Prediction
from tests.evaluation.cases import UNREADABLE, at, said, truth
from tests.evaluation.strategies import predictions, truths
from tests.evaluation.test_report import assert_allows_only_its_style, assert_inert, constant, faulty, perfect
from tests.evaluation.test_report import predicted as predicted_on

RIGHT, WRONG, OTHER = at(0.5, 0.5), at(0.9, 0.9), Button(name="home")
CLICK = truth(RIGHT)
ABOUT = {"dataset": "made", "level": "high", "model": "m"}
Line = Predicted | UnreadStep


def place(episode: int, index: int, length: int | None) -> Place:
    return Place("made", "f", str(episode), index, length)


def line(episode: int, index: int, answer: Action | Prediction, *, length: int | None = 4) -> Predicted:
    prediction = answer if isinstance(answer, Prediction) else said(answer)
    return Predicted(place=place(episode, index, length), truth=CLICK, prediction=prediction)


def unread(episode: int, index: int, *, length: int | None = 4) -> UnreadStep:
    return UnreadStep(place=place(episode, index, length), reason="gone")


def made(path: Path, lines: Sequence[Line], **about: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with PredictionsFile.open(path, ABOUT | about) as file:
        for one in lines:
            file.write(one)
    return path


def compared(folder: Path, a: Sequence[Line], b: Sequence[Line], name: str = "aitz_qwen") -> Comparison:
    return compare(made(folder / "a.jsonl", a), made(folder / "b.jsonl", b), [name])


def episode(number: int, answers: Sequence[Action | Prediction]) -> list[Line]:
    return [line(number, i, answer, length=len(answers)) for i, answer in enumerate(answers)]


# ---------------------------------------------------------------- by hand


def test_two_episodes_by_hand(tmp_path: Path) -> None:
    a = [*episode(0, (RIGHT, RIGHT, WRONG, OTHER)), *episode(1, (RIGHT, WRONG))]
    b = [*episode(0, (RIGHT, WRONG, RIGHT, RIGHT)), *episode(1, (RIGHT, RIGHT))]
    found = compared(tmp_path, a, b)
    (paired,) = found.paired
    assert (found.steps, found.episodes, found.whole) == (6, 2, 2)
    figures = {f.name: (f.a.value, f.b.value, f.difference.value) for f in paired.figures}
    assert figures == {
        "type match": (5 / 6, 1, pytest.approx(1 / 6)),
        "exact match": (3 / 6, 5 / 6, pytest.approx(2 / 6)),
        "goal progress": ((2 / 4 + 1 / 2) / 2, (1 / 4 + 1) / 2, pytest.approx((5 / 4 - 1) / 2)),
        "success": (0, 1 / 2, 1 / 2),
    }
    assert (paired.gained, paired.lost, paired.both_right, paired.both_wrong) == (3, 1, 2, 0)
    assert [c.place.index for c in paired.losses] == [1]
    assert (paired.losses[0].recorded, paired.losses[0].a, paired.losses[0].b) == (
        "tap at 50.0%, 50.0%",
        "tap at 50.0%, 50.0%",
        "tap at 90.0%, 90.0%",
    )
    assert "button home" in {c.a for c in paired.gains}
    assert (paired.signs.better, paired.signs.worse, paired.signs.alike) == (2, 0, 0)
    assert str(paired.signs) == "B has more steps right in 2 episodes, fewer in 0, as many in 0 (sign test: p = 0.5)"


def test_what_stands_in_one_only_is_counted_and_named(tmp_path: Path) -> None:
    a = [*episode(0, (RIGHT, RIGHT)), line(1, 0, RIGHT), line(1, 1, RIGHT), *episode(2, (RIGHT,))]
    b = [*episode(0, (RIGHT, RIGHT)), line(1, 1, RIGHT), line(1, 2, RIGHT), *episode(3, (RIGHT, WRONG))]
    found = compared(tmp_path, a, b)
    assert (found.steps, found.episodes, found.whole) == (3, 2, 1)
    assert {(p.episode, p.index) for p in found.only_a.some} == {("1", 0), ("2", 0)}
    assert {(p.episode, p.index) for p in found.only_b.some} == {("1", 2), ("3", 0), ("3", 1)}
    assert (found.only_a.count, found.only_b.count) == (2, 3)
    assert {f.name: f.a.value for f in found.paired[0].figures}["success"] == 1


def test_of_many_that_stand_in_one_only_some_are_named(tmp_path: Path) -> None:
    a = [one for e in range(60) for one in episode(e, (RIGHT,))]
    found = compared(tmp_path, a, a[:5])
    assert (found.only_a.count, len(found.only_a.some)) == (55, 20)


def test_without_a_whole_episode_there_is_no_success(tmp_path: Path) -> None:
    found = compared(tmp_path, [line(0, 0, RIGHT)], [line(0, 0, WRONG)])
    assert [f.name for f in found.paired[0].figures] == ["type match", "exact match"]


def test_episodes_of_unknown_length_are_whole_where_nothing_is_missing(tmp_path: Path) -> None:
    a = [line(0, i, RIGHT, length=None) for i in range(3)] + [line(1, i, RIGHT, length=None) for i in range(2)]
    b = [line(0, i, RIGHT, length=None) for i in range(3)] + [line(1, 0, RIGHT, length=None)]
    found = compared(tmp_path, a, b)
    assert (found.whole, found.episodes, found.only_a.count) == (1, 2, 1)


def test_what_could_not_be_read_is_wrong_on_its_side(tmp_path: Path) -> None:
    a, b = [line(0, 0, RIGHT, length=2), unread(0, 1, length=2)], episode(0, (UNREADABLE, RIGHT))
    paired = compared(tmp_path, a, b).paired[0]
    assert (paired.lost, paired.gained) == (1, 1)
    assert paired.gains[0].a == "(could not be read)"
    assert "unreadable" in paired.losses[0].b


def test_steps_of_the_same_name_that_were_recorded_otherwise_are_left_out(tmp_path: Path) -> None:
    a, b = episode(0, (RIGHT, RIGHT)), episode(0, (RIGHT, RIGHT))
    assert isinstance(b[1], Predicted)
    b[1] = b[1].model_copy(update={"truth": truth(WRONG)})
    found = compared(tmp_path, a, b)
    assert (found.steps, found.otherwise.count, found.whole) == (1, 1, 0)
    assert found.otherwise.some[0].index == 1
    assert (found.only_a.count, found.only_b.count) == (0, 0)


def test_duplicates_and_damage_are_counted_on_each_side(tmp_path: Path) -> None:
    a, b = (made(tmp_path / n, [*episode(0, (RIGHT,)), line(1, 0, WRONG)]) for n in ("a", "b"))
    header, done, open_ = a.read_bytes().splitlines(keepends=True)
    a.write_bytes(header + done + open_ + done + open_ + b"{}\n")
    b.write_bytes(header + done + open_ + done)
    found = compare(a, b, ["handeye"])
    assert (found.duplicates, found.damaged, found.steps) == ((2, 1), (1, 0), 2)


@pytest.mark.parametrize("about", [{"dataset": "aitz"}, {"level": "low"}])
def test_files_about_different_things_are_refused(tmp_path: Path, about: dict[str, str]) -> None:
    a, b = made(tmp_path / "a", episode(0, (RIGHT,))), made(tmp_path / "b", episode(0, (RIGHT,)), **about)
    with pytest.raises(UsageError, match="can't be compared"):
        compare(a, b, ["handeye"])


def test_files_without_a_step_in_common_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no step stands in both"):
        compared(tmp_path, episode(0, (RIGHT,)), episode(1, (RIGHT,)))


# ---------------------------------------------------------------- properties

ANSWERS = st.sampled_from((RIGHT, WRONG, OTHER))
FILES = st.lists(st.lists(st.tuples(ANSWERS, ANSWERS), min_size=1, max_size=5), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(FILES)
def test_the_figures_are_those_of_scoring(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[list[tuple[Action, Action]]]
) -> None:
    folder = tmp_path_factory.mktemp("files")
    sides = [[one for e, steps in enumerate(pairs) for one in episode(e, [s[i] for s in steps])] for i in (0, 1)]
    a, b = made(folder / "a", sides[0]), made(folder / "b", random.Random(1).sample(sides[1], len(sides[1])))
    found = compare(a, b, ["aitz_qwen"]).paired[0]
    for path, of in ((a, "a"), (b, "b")):
        (summary,) = score(path, ["aitz_qwen"])
        wanted = {
            "type match": summary.type_match,
            "exact match": summary.exact_match,
            "goal progress": summary.progress,
            "success": summary.success,
        }
        for figure in found.figures:
            assert getattr(figure, of).value == pytest.approx(wanted[figure.name].value)
    turned = compare(b, a, ["aitz_qwen"]).paired[0]
    assert (turned.gained, turned.lost) == (found.lost, found.gained)
    for one, other in zip(found.figures, turned.figures, strict=True):
        assert one.difference.value == pytest.approx(-other.difference.value)


def test_a_file_is_no_better_than_itself(tmp_path: Path) -> None:
    path = made(tmp_path / "a", [one for e in range(9) for one in episode(e, (RIGHT, WRONG))])
    (paired,) = compare(path, path, ["handeye"]).paired
    for figure in paired.figures:
        assert (figure.difference.value, figure.difference.low, figure.difference.high) == (0, 0, 0)
    assert (paired.gained, paired.lost, paired.signs.p) == (0, 0, 1)


def test_pairing_makes_the_interval_narrow(tmp_path: Path) -> None:
    """Episodes that are all right or all wrong in both, but for one step in each: the difference is sure, though how
    many are right is not."""
    hard = [random.Random(e).random() < 0.5 for e in range(60)]
    a = [one for e, h in enumerate(hard) for one in episode(e, (WRONG if h else RIGHT,) * 4 + (WRONG,))]
    b = [one for e, h in enumerate(hard) for one in episode(e, (WRONG if h else RIGHT,) * 4 + (RIGHT,))]
    exact = {f.name: f for f in compared(tmp_path, a, b).paired[0].figures}["exact match"]
    assert exact.difference.low == exact.difference.high == pytest.approx(0.2)
    assert exact.a.low is not None
    assert exact.a.high is not None
    assert exact.a.high - exact.a.low > 0.1


def test_the_interval_holds_the_truth_about_as_often_as_it_says(tmp_path: Path) -> None:
    """Of 60 pairs of files in which neither is better, the interval misses zero in few."""
    missed = 0
    for seed in range(60):
        draw = random.Random(seed)
        sides = [[one for e in range(60) for one in episode(e, [draw.choice((RIGHT, WRONG))] * 2)] for _ in (0, 1)]
        exact = compared(tmp_path / str(seed), sides[0], sides[1]).paired[0].figures[1].difference
        assert exact.low is not None
        assert exact.high is not None
        missed += not exact.low <= 0 <= exact.high
    assert missed <= 9


@pytest.mark.parametrize(("better", "worse"), [(0, 0), (1, 0), (5, 0), (3, 7), (50, 50), (400, 300)])
def test_the_sign_test_is_exact(better: int, worse: int) -> None:
    n = better + worse
    tail = sum(math.comb(n, k) for k in range(min(better, worse) + 1)) / 2**n
    assert sign_test(better, worse) == pytest.approx(min(1, 2 * tail))
    assert sign_test(better, worse) == sign_test(worse, better)


def test_what_is_next_to_impossible_is_not_called_so() -> None:
    assert str(Signs(62_000, 30_000, 0, sign_test(62_000, 30_000))).endswith("(sign test: p < 0.0001)")
    assert "sign test" not in str(Signs(0, 0, 5, 1.0))


# ---------------------------------------------------------------- what is kept

BITS = st.integers(0, (1 << 40) - 1)
GRADES = st.dictionaries(st.integers(0, 9999), st.floats(0, 1, width=32), max_size=3)


@given(st.none() | st.integers(1, 10_000), BITS, st.lists(st.builds(Marked, BITS, BITS, GRADES), max_size=3), st.data())
def test_an_entry_is_what_it_was(length: int | None, seen: int, marked: list[Marked], data: st.DataObject) -> None:
    for one in marked:
        one.types &= seen
        one.exact &= seen
    prints = {i: data.draw(st.integers(0, 0xFFFF)) for i in range(40) if seen >> i & 1}
    entry = Entry(length, tuple(marked), seen, prints)
    packed = entry.pack()
    assert Entry.unpack(b"before" + packed + b"after", 6, len(marked)) == entry


def test_the_longest_episode_fits(tmp_path: Path) -> None:
    lines = [line(0, i, RIGHT, length=10_000) for i in (0, 9_999)]
    assert compared(tmp_path, lines, lines).steps == 2


@settings(max_examples=50)
@given(truths)
def test_a_fingerprint_is_the_same_each_time(recorded: object) -> None:
    assert 1 <= fingerprint(recorded) <= 0xFFFF  # pyright: ignore[reportArgumentType]
    assert fingerprint(recorded) == fingerprint(recorded)  # pyright: ignore[reportArgumentType]


@settings(max_examples=50)
@given(truths, predictions)
def test_any_step_can_be_kept(recorded: object, answer: Prediction) -> None:
    ledger = Ledger(1)
    judge = PROTOCOLS["agentnet"]
    ledger.add(place(0, 3, None), recorded, lambda: [judge(recorded, answer)])  # pyright: ignore[reportArgumentType]
    ledger.close()
    entry = ledger.get(("f", "0"))
    assert entry is not None
    assert entry.marked[0].score(entry.seen) == pytest.approx(judge(recorded, answer).score, abs=1e-6)  # pyright: ignore[reportArgumentType]


def test_a_shelf_keeps_the_last_number_of_each_key() -> None:
    shelf = Shelf()
    for i in range(4000):
        shelf.put((str(i), "a"), i)
        shelf.put((str(i), "a"), i + 1)
    assert shelf.count == 4000
    assert all(shelf.get((str(i), "a")) == i + 1 for i in range(4000))
    assert shelf.get(("a", "1")) is None


def test_memory_does_not_grow_with_what_was_written(tmp_path: Path) -> None:
    """Of each step a few bytes are kept: the lines of the longer files would take twenty megabytes more."""
    peaks: list[int] = []
    for count in (300, 2300):
        many = (line(e, 0, WRONG, length=1).model_copy(update={"reply": "x" * 10_000}) for e in range(count))
        a = made(tmp_path / f"{count}", list(many))
        tracemalloc.start()
        try:
            assert compare(a, a, ["handeye"]).steps == count
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] - peaks[0] < 500_000


# ---------------------------------------------------------------- the command


def invoke(*arguments: str | Path) -> str:
    done = CliRunner().invoke(app, ["eval", "compare", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("dataset", ["aitz", "agentnet"])
def test_real_episodes(tmp_path: Path, dataset: str) -> None:
    a, b = predicted_on(tmp_path, dataset, perfect), predicted_on(tmp_path, dataset, faulty)
    page = tmp_path / "page.html"
    text = invoke(a, b, "-p", "handeye", "--out", page)
    assert "A: " in text
    assert "right in A and wrong in B" in text
    assert "\x1b" not in text
    html = page.read_text("utf-8")
    assert_inert(html)
    assert_allows_only_its_style(html)
    assert "&lt;script&gt;" in html


def test_json_is_one_object(tmp_path: Path) -> None:
    a, b = predicted_on(tmp_path, "aitz", perfect), predicted_on(tmp_path, "aitz", constant)
    found = json.loads(invoke(a, b, "--json", "-p", "handeye", "--changed", "1"))
    assert found["steps"] == 4
    assert found["paired"][0]["lost"] == 4
    assert len(found["paired"][0]["losses"]) == 1


def test_the_page_takes_the_place_of_neither_file(tmp_path: Path) -> None:
    a, b = predicted_on(tmp_path, "aitz", perfect), predicted_on(tmp_path, "aitz", constant)
    before = b.read_bytes()
    with pytest.raises(UsageError, match="would take its place"):
        invoke(a, b, "--out", b)
    assert b.read_bytes() == before
