"""Live evaluation's parts: what a suite holds, how sure a share is, what a file keeps, and what a summary says."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import UsageError
from actions.geometry import Point
from actions.types import Click, TypeText
from agent.cli.live_table import line
from agent.evaluation.intervals import wilson
from agent.evaluation.live.proportions import grouped
from agent.evaluation.live.results import EpisodeResult, ResultsFile, read_results
from agent.evaluation.live.stage import PACE_SECONDS, StepClock, oracle_steps
from agent.evaluation.live.suite import Case, seeds_of, suite, templates_of
from agent.evaluation.live.summary import LiveSummary, summarise
from agent.records import UsageRecord
from environments.episode import End
from environments.phone.tasks import TEMPLATES

ABOUT = {"model": "m", "faults": "plain"}


def result(
    template: str = "send_message",
    seed: int = 0,
    *,
    done: bool = True,
    end: End = "done",
    steps: int = 6,
    oracle: int = 3,
    message: str = "",
    possible: bool = True,
) -> EpisodeResult:
    return EpisodeResult(
        template=template,
        seed=seed,
        task="Do it.",
        possible=possible,
        done=done,
        end=end,
        message=message,
        answer=None,
        steps=steps,
        oracle_steps=oracle,
        most_steps=9,
        actions=(Click(point=Point(0.5, 0.25)), TypeText(text="ä")),
        seconds={"prefill": 1.0, "decode": 2.0, "act": 0.5, "settle": 1.5, "render": 1.0},
        wall_seconds=7.0,
        usage=UsageRecord(prompt_tokens=100, completion_tokens=10, calls=2),
    )


def summary_of(tmp_path: Path, *results: EpisodeResult) -> LiveSummary:
    path = tmp_path / "results.jsonl"
    with ResultsFile.open(path, ABOUT) as file:
        for one in results:
            file.write(one)
    return summarise(read_results(path))


# ---------------------------------------------------------------- the suite


def test_tasks_are_names_and_patterns_in_the_catalogues_order() -> None:
    assert templates_of("all") == list(TEMPLATES)
    assert templates_of("read_about, send_message,read_about") == ["send_message", "read_about"]
    assert set(templates_of("delete_*,set_alarm")) == {*(n for n in TEMPLATES if n.startswith("delete_")), "set_alarm"}


@pytest.mark.parametrize("text", ["send_mesage", "all,nothing_*", "", "send_message,", "[", "../*"])
def test_an_unknown_task_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="no task is called"):
        templates_of(text)


def test_a_misspelt_task_is_guessed() -> None:
    with pytest.raises(UsageError, match="did you mean 'send_message'"):
        templates_of("send_mesage")


@pytest.mark.parametrize(
    ("text", "seeds"), [("0-3", [0, 1, 2, 3]), ("5,7", [5, 7]), ("7, 2 - 4,3", [7, 2, 3, 4]), ("1000000", [1_000_000])]
)
def test_seeds(text: str, seeds: list[int]) -> None:
    assert list(seeds_of(text)) == seeds


@pytest.mark.parametrize(
    "text", ["", "a", "-1", "1-", "1..3", "3-1", "0-999999999999", "1,,2", "٣", "1e3", "0-99999,0-99999,200000"]
)
def test_what_are_no_seeds_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="seeds"):
        seeds_of(text)


def test_all_tasks_are_tried_before_the_next_seed() -> None:
    assert suite("set_pin,send_message", "4,2") == [
        Case("send_message", 4),
        Case("set_pin", 4),
        Case("send_message", 2),
        Case("set_pin", 2),
    ]


# ---------------------------------------------------------------- intervals


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(4, 5, 0.3755, 0.9638), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_wilsons_interval(hits: int, of: int, low: float, high: float) -> None:
    """81 of 263 is Newcombe's example (1998, Statistics in Medicine 17, table I, method 3)."""
    rate = wilson(hits, of)
    assert (rate.low, rate.high) == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


def test_groups_that_differ_make_the_interval_wider() -> None:
    assert grouped([(2, 4), (2, 4), (2, 4)]) == wilson(6, 12)
    # All or nothing in each of two groups: ten tries are worth one. By hand: 2/1 * 2 * 2.5^2 / 100 over 0.25 / 10.
    assert grouped([(5, 5), (0, 5)]) == wilson(0.5, 1)
    assert grouped([(5, 5), (4, 4)]) == wilson(9, 9)
    assert grouped([]).high is None


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda p: (min(p), max(p))), max_size=60))
def test_an_interval_holds_its_share(groups: list[tuple[int, int]]) -> None:
    hits, of = sum(h for h, _ in groups), sum(n for _, n in groups)
    rate = grouped(groups)
    if of == 0:
        assert rate.value == 0
        return
    alone = wilson(hits, of)
    assert rate.value == pytest.approx(hits / of)
    assert rate.low is not None
    assert rate.high is not None
    assert alone.low is not None
    assert alone.high is not None
    assert 0 <= rate.low <= rate.value + 1e-12
    assert rate.value - 1e-12 <= rate.high <= 1
    assert rate.high - rate.low >= alone.high - alone.low - 1e-12


# ---------------------------------------------------------------- the clock


def test_the_phones_clock_stands_still_between_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    clock = StepClock()
    assert clock() == 0
    clock.step()
    now += 0.7
    assert clock() == pytest.approx(PACE_SECONDS + 0.7)
    clock.hold()
    now += 500  # the model thinks
    assert clock() == pytest.approx(PACE_SECONDS + 0.7)
    clock.step()
    assert clock() == 2 * PACE_SECONDS
    now += 2.5 * PACE_SECONDS
    clock.step()
    assert clock() == 5 * PACE_SECONDS


@pytest.mark.parametrize("template", ["set_pin", "transfer_too_much", "read_balance"])
def test_the_oracles_steps_are_the_same_each_time(template: str) -> None:
    counts = {oracle_steps(Case(template, 3)) for _ in range(2)}
    assert len(counts) == 1
    assert counts.pop() > 3


# ---------------------------------------------------------------- the file


def test_what_is_written_is_read_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "new" / "results.jsonl"
    first, second = result(message="half \ud83d a pair\x1b[2J"), result(seed=1, done=False, end="limit")
    with ResultsFile.open(path, ABOUT) as file:
        file.write(first)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"record": "episode", "templ')
    found = read_results(path)
    assert found.damaged == 1
    assert found.episodes[Case("send_message", 0)].message == "half \ufffd a pair\x1b[2J"
    with ResultsFile.open(path, ABOUT) as file:
        assert list(file.episodes) == [first.case]
        file.write(second)
    found = read_results(path)
    assert found.damaged == 0
    assert found.about == ABOUT
    assert list(found.episodes.values())[1:] == [second]
    assert found.episodes[first.case].actions == first.actions


def test_one_that_is_done_again_counts_once_and_as_it_went_last(tmp_path: Path) -> None:
    crash, good = result(done=False, end="model", message="out of memory"), result()
    summary = summary_of(tmp_path, crash, result(seed=1), good)
    assert (summary.total.episodes, summary.total.done) == (2, 2)
    assert summary.crashes == {}


def test_another_runs_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    ResultsFile.open(path, ABOUT).close()
    with pytest.raises(UsageError, match="was begun with faults 'plain', not 'disturbed'"):
        ResultsFile.open(path, ABOUT | {"faults": "disturbed"})
    with ResultsFile.open(path, ABOUT), pytest.raises(UsageError, match="another process"):
        ResultsFile.open(path, ABOUT)


@pytest.mark.parametrize(
    "content",
    [
        b"my diary",
        b"my diary\n",
        b'{"record": "header", "schema": 99, "about": {}}\n',
        b'{"record": "header", "schema": 1, "about": {"model": {}}}\n',
        b"\x00\xff\n",
        b"[" * 100_000 + b"\n",
    ],
)
def test_a_file_that_is_something_else_is_left_alone(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="no file of live results"):
        ResultsFile.open(path, ABOUT)
    with pytest.raises(UsageError, match="no file of live results"):
        read_results(path)
    assert path.read_bytes() == content


def test_a_header_that_was_cut_off_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    ResultsFile.open(path, ABOUT).close()
    whole = path.read_bytes()
    for length in (0, 1, len(whole) - 1):
        path.write_bytes(whole[:length])
        ResultsFile.open(path, ABOUT).close()
        assert path.read_bytes() == whole


def test_a_damaged_line_is_counted_and_not_gone_on_from(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsFile.open(path, ABOUT) as file:
        file.write(result())
        file.write(result(seed=1))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b'"done":true', b'"done":"x"') + lines[0] + lines[2])
    found = read_results(path)
    assert (found.damaged, [c.seed for c in found.episodes]) == (2, [1])
    with pytest.raises(UsageError, match=r"line 2: episode\.done"):
        ResultsFile.open(path, ABOUT)


def test_a_link_or_a_pipe_is_no_file_of_results(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link", "nothing"):
        with pytest.raises(UsageError):
            read_results(tmp_path / name)


# ---------------------------------------------------------------- the summary


def test_the_phones_word_and_the_agents_are_set_against_each_other(tmp_path: Path) -> None:
    summary = summary_of(
        tmp_path,
        result(seed=0),
        result(seed=1, done=False, steps=9),  # a false claim
        result(seed=2, end="limit", steps=3),  # done, and never said
        result(seed=3, done=False, end="limit"),
        result(seed=4, end="model", message="out of memory"),  # done when it crashed
        result("buy_unavailable", 0, end="not_done", possible=False, steps=3),
        result("buy_unavailable", 1, done=False, end="done", possible=False),
        result("set_pin", 0, done=False, end="unreadable"),
        result("set_pin", 1, done=False, end="device", message="127.0.0.1:4711 is gone", steps=0, oracle=0),
    )
    total = summary.total
    assert (total.episodes, total.done, total.said_and_done) == (9, 4, 2)
    assert (total.claimed, total.claimed_not_done, total.done_not_said) == (3, 2, 2)
    assert total.false_claims.value == pytest.approx(2 / 3)
    assert total.steps_over_oracle == pytest.approx((6 + 3 + 6 + 3) / 12)
    assert summary.median_ratio == pytest.approx(1.5)
    assert summary.ends == {"done": 3, "limit": 2, "model": 1, "not_done": 1, "unreadable": 1, "device": 1}
    assert summary.crashes == {"model: out of memory": 1, "device: the phone is gone": 1}
    assert list(summary.templates) == ["send_message", "set_pin", "buy_unavailable"]
    assert summary.templates["set_pin"].success.value == 0
    assert summary.templates["send_message"].success == wilson(3, 5)
    steps = total.steps
    assert summary.seconds_a_step == {
        "model": pytest.approx(27 / steps),
        "device": pytest.approx(4.5 / steps),
        "settle": pytest.approx(13.5 / steps),
        "other": pytest.approx(9 / steps),
    }
    assert (summary.prompt_tokens, summary.completion_tokens, summary.model_calls) == (900, 90, 18)
    assert asdict(summary)["total"]["success"]["value"] == total.success.value


def test_nothing_done_is_no_division_by_nothing(tmp_path: Path) -> None:
    assert summary_of(tmp_path).total.success.value == 0
    summary = summary_of(tmp_path, result(done=False, end="device", steps=0, oracle=0))
    assert summary.total.steps_over_oracle is None
    assert summary.seconds_a_step == {}


def test_what_a_model_says_does_not_steer_the_terminal() -> None:
    said = line(result(done=False, end="model", message="\x1b[2J\nok"))
    assert said.isprintable()
    assert "the model crashed" in said
