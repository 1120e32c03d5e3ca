"""Suites on simulated phones over the real adb: who plays, what is judged, what a crash is, and the same each time."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from actions.errors import ModelError, StorageError
from actions.types import Finish
from agent.core import Agent, Limits
from agent.evaluation.live.players import Baseline, Seat, baseline_model, baseline_seat, model_seat
from agent.evaluation.live.results import EpisodeResult, ResultsFile, read_results
from agent.evaluation.live.running import TIMES_ORACLE, LiveSuite
from agent.evaluation.live.stage import Faults, Stage
from agent.evaluation.live.suite import Case
from agent.evaluation.live.summary import summarise
from agent.models.base import Budget, Model
from agent.models.scripted import ScriptedModel
from agent.models.transformers import TransformersModel
from environments.base import Environment
from prompts.dialects import by_name
from tests.models.tiny import tiny_checkpoint

DIALECT = by_name("qwen2_vl")("mobile")
SHORT = (Case("toggle_visible", 3), Case("dismiss_notification", 3))


def make(model: Model, environment: Environment, most_steps: int) -> Agent:
    return Agent(model, environment, dialect=DIALECT, limits=Limits(steps=most_steps))


def baseline(name: Baseline) -> Seat:
    return baseline_seat(name, DIALECT, make)


def played(
    path: Path,
    seat: Seat,
    *cases: Case,
    at_once: int = 1,
    faults: Faults = "plain",
    most_steps: int | None = None,
) -> list[EpisodeResult]:
    with ResultsFile.open(path, {}) as file:
        LiveSuite(file, seat, at_once=at_once, faults=faults, most_steps=most_steps).run(cases)
    found = read_results(path).episodes
    return [found[case] for case in cases]


def without_time(result: EpisodeResult) -> EpisodeResult:
    return result.model_copy(update={"seconds": {}, "wall_seconds": 0.0})


def test_the_oracle_does_everything_in_as_many_steps_as_it_says(tmp_path: Path) -> None:
    """Also a question, a PIN to be typed, and a task whose right end is to give up; two phones side by side."""
    cases = (Case("read_about", 1), Case("unlock_and_toggle", 1), Case("shop_unavailable", 1))
    results = played(tmp_path / "a.jsonl", baseline("oracle"), *cases, at_once=2)
    for result in results:
        assert result.done, result
        assert result.steps == result.oracle_steps == len(result.actions)
        assert result.most_steps == TIMES_ORACLE["plain"] * result.oracle_steps
        assert set(result.seconds) >= {"settle", "act", "decode"}
        assert result.usage.calls == result.steps
    assert [r.end for r in results] == ["done", "done", "not_done"]
    assert results[0].answer


def test_a_liar_has_no_success_and_only_false_claims(tmp_path: Path) -> None:
    played(tmp_path / "a.jsonl", baseline("done"), *SHORT, Case("shop_unavailable", 1), at_once=3)
    total = summarise(read_results(tmp_path / "a.jsonl")).total
    assert (total.done, total.success.value) == (0, 0.0)
    assert (total.claimed, total.claimed_not_done, total.false_claims.value) == (3, 3, 1.0)


def test_giving_up_is_right_where_it_is(tmp_path: Path) -> None:
    results = played(tmp_path / "a.jsonl", baseline("give_up"), SHORT[0], Case("shop_unavailable", 1), at_once=2)
    assert [r.done for r in results] == [False, True]


def test_the_same_seeds_give_the_same_episodes(tmp_path: Path) -> None:
    def once(name: str, at_once: int) -> list[EpisodeResult]:
        seat = baseline("random")
        results = played(tmp_path / name, seat, *SHORT, at_once=at_once, faults="disturbed", most_steps=4)
        return [without_time(r) for r in results]

    first = once("a.jsonl", 1)
    assert first == once("b.jsonl", 2)
    assert first[0].actions != first[1].actions


def test_a_disturbed_phone_is_another_one_for_the_oracle(tmp_path: Path) -> None:
    """It solves it all the same; each disturbance costs it steps."""
    (result,) = played(tmp_path / "a.jsonl", baseline("oracle"), Case("read_about", 5), faults="disturbed")
    assert result.done
    assert result.oracle_steps < result.steps < result.most_steps == TIMES_ORACLE["disturbed"] * result.oracle_steps


def test_a_model_that_looks_does_the_same_each_time(tmp_path: Path) -> None:
    """A checkpoint with random weights, held to the grammar: what it writes depends on each pixel that it sees."""
    folder = tiny_checkpoint(tmp_path / "tiny")

    def agent(model: Model, environment: Environment, most_steps: int) -> Agent:
        limits = Limits(steps=most_steps, repeats=9)
        return Agent(model, environment, dialect=DIALECT, limits=limits, constrain=True, budget=Budget(tokens=48))

    runs: list[list[EpisodeResult]] = []
    with TransformersModel.load(str(folder), dtype="float32", device="cpu", max_pixels=200_704) as model:
        for name, at_once in (("a.jsonl", 1), ("b.jsonl", 2)):
            seat = model_seat(model, agent, at_once=at_once)
            results = played(tmp_path / name, seat, *SHORT, at_once=at_once, most_steps=3)
            runs.append([without_time(r) for r in results])
    assert runs[0] == runs[1]
    assert all(r.end != "unreadable" and r.usage.completion_tokens > 0 for r in runs[0])


# ---------------------------------------------------------------- what goes wrong


@contextmanager
def _failing(stage: Stage, most_steps: int) -> Generator[Agent]:
    """A model that dies in one task, and a phone that shows nothing any more in another."""
    oracle = baseline_model("oracle", DIALECT, stage)
    assert isinstance(oracle, ScriptedModel)
    calls = 0

    def reply(messages: object) -> str:
        nonlocal calls
        calls += 1
        if calls == 2 and stage.task.template == "toggle_visible":
            raise ModelError("the accelerator ran out of memory")
        if calls == 2 and stage.task.template == "read_about":
            stage.phone.faults.screencap_error = "no memory"
        return oracle.generate([]).text

    yield make(ScriptedModel(reply, dialect=DIALECT.name, space=DIALECT.space), stage.environment, most_steps)


def test_a_crash_is_counted_and_named_and_the_others_go_on(tmp_path: Path) -> None:
    model, device, good = played(tmp_path / "a.jsonl", _failing, SHORT[0], Case("read_about", 1), SHORT[1], at_once=2)
    assert (model.end, model.message, model.steps, model.done) == (
        "model",
        "the accelerator ran out of memory",
        1,
        False,
    )
    assert (device.end, device.done) == ("device", False)
    assert good.done
    crashes = summarise(read_results(tmp_path / "a.jsonl")).crashes
    assert "model: the accelerator ran out of memory" in crashes
    assert len(crashes) == 2


def test_a_phone_that_cant_be_had_is_one_episodes_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))  # where the phone's files would lie
    (result,) = played(tmp_path / "a.jsonl", baseline("oracle"), SHORT[0])
    assert result.end in ("device", "error")
    assert (result.steps, result.done, result.task != "") == (0, False, True)


def test_what_would_meet_all_episodes_ends_the_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs").write_text("a file, where run folders are to be")

    def agent(model: Model, environment: Environment, most_steps: int) -> Agent:
        return Agent(model, environment, dialect=DIALECT, runs=tmp_path / "runs")

    with pytest.raises(StorageError):
        played(tmp_path / "a.jsonl", baseline_seat("oracle", DIALECT, agent), *SHORT, at_once=2)
    assert not read_results(tmp_path / "a.jsonl").episodes


def test_stopping_keeps_what_has_ended_and_nothing_else(tmp_path: Path) -> None:
    with ResultsFile.open(tmp_path / "a.jsonl", {}) as file:
        suite = LiveSuite(file, baseline("done"), at_once=2)
        suite.run([*SHORT, *(Case("set_pin", n) for n in range(50))], lambda _: suite.stop())
        assert 1 <= len(file.episodes) <= 2
        assert suite.stopped
    for result in read_results(tmp_path / "a.jsonl").episodes.values():
        assert result.actions == (Finish(),)
