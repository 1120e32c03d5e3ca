"""The page about a file of predictions: it says what is there, and nothing in it can act."""

from __future__ import annotations

import base64
import hashlib
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from typer.testing import CliRunner

from actions.errors import UsageError
from actions.geometry import Point, Size
from actions.types import Action, Button, Click, LongPress, Move, TypeText
from agent.cli.main import app
from agent.evaluation.datasets import read
from agent.evaluation.intervals import Rate
from agent.evaluation.predictions import Predicted, PredictionsFile, UnreadStep
from agent.evaluation.protocols import PROTOCOLS
from agent.evaluation.protocols.verdict import Verdict
from agent.evaluation.published import PUBLISHED, objections, published
from agent.evaluation.report import plots
from agent.evaluation.report.failures import Sample
from agent.evaluation.report.page import render
from agent.evaluation.report.pointing import MEASURED, Pointing
from agent.evaluation.report.survey import survey
from agent.evaluation.scoring import Kind, score
from agent.evaluation.step import Place, Prediction, RecordedStep, Unread
from tests.evaluation.cases import UNREADABLE, at, said, truth
from tests.evaluation.sets import DATA
from tests.evaluation.strategies import predictions, truths

AITZ, AGENTNET = DATA / "aitz", DATA / "agentnet"
HOSTILE = "</title></svg>]]><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31m\u202e$x^2$ ${{ 7*7 }}"
SET = {"aitz": AITZ, "agentnet": AGENTNET}


def perfect(step: RecordedStep) -> Prediction:
    return Prediction(tuple(r.action for r in step.truth.options[0]))


def constant(_: RecordedStep) -> Prediction:
    return said(at(0.5, 0.5))


def faulty(step: RecordedStep) -> Prediction:
    return Prediction((TypeText(text=HOSTILE),), problem=HOSTILE) if step.place.index % 2 else UNREADABLE


def predicted(folder: Path, dataset: str, answer: Callable[[RecordedStep], Prediction]) -> Path:
    path = folder / f"{answer.__name__}.jsonl"
    about = {"dataset": dataset, "model": HOSTILE, "level": "high", "history": "gold"}
    with PredictionsFile.open(path, about) as file:
        for step in read(dataset, SET[dataset]):
            if isinstance(step, Unread):
                file.write(UnreadStep.of(step))
            else:
                file.write(
                    Predicted(
                        place=step.place,
                        truth=step.truth,
                        prediction=answer(step),
                        thought=HOSTILE,
                        reply=f"{HOSTILE} {'x' * 50_000}",
                    )
                )
    return path


def page(path: Path, *more: str) -> str:
    done = CliRunner().invoke(app, ["eval", "report", str(path), *more], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == str(path.with_suffix(".html"))
    return path.with_suffix(".html").read_text("utf-8")


class _Page(HTMLParser):
    """What a browser would find in it that could load or run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def assert_allows_only_its_style(text: str) -> None:
    (allowed,) = [v for n, v in _Page(text).attributes if n == "content" and "default-src" in v]
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert allowed.startswith(f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'")


def assert_inert(text: str) -> None:
    found = _Page(text)
    assert not {"script", "iframe", "object", "link", "base", "form"} & found.tags
    assert not [n for n, _ in found.attributes if n.startswith("on") or n == "style"]
    loaded = [v for n, v in found.attributes if n in ("src", "href", "xlink:href")]
    assert all(v.startswith(("data:image/", "#")) for v in loaded)
    assert "\x1b" not in text
    assert "\u202e" not in text


# ---------------------------------------------------------------- real episodes


@pytest.mark.parametrize("dataset", ["aitz", "agentnet"])
@pytest.mark.parametrize("answer", [perfect, constant, faulty])
def test_real_episodes(tmp_path: Path, dataset: str, answer: Callable[[RecordedStep], Prediction]) -> None:
    path = predicted(tmp_path, dataset, answer)
    text = page(path, "--episodes", str(SET[dataset]), "--by", "subset")
    assert_inert(text)
    assert_allows_only_its_style(text)
    figures = score(path, ["handeye"])[0]
    if answer is perfect:
        assert figures.exact_match.value == 1
        assert "No step that was judged is wrong" in text
    else:
        assert "data:image/webp;base64," in text
        assert "tap at" in text


def test_what_is_published_stands_beside_it_with_its_rule(tmp_path: Path) -> None:
    text = page(predicted(tmp_path, "aitz", constant))
    under, _, others = text.partition("not to be compared with this run")
    assert "Under aitz_qwen" in under
    assert "73.16" in under
    assert "Qwen2-VL-72B" in others
    assert "OpenBMB/AgentCPM-GUI" in under


def test_without_episodes_it_says_how_to_get_the_screens(tmp_path: Path) -> None:
    text = page(predicted(tmp_path, "aitz", constant))
    assert "--episodes" in text
    assert "image/webp" not in text


def test_screens_that_are_gone_are_told(tmp_path: Path) -> None:
    path = predicted(tmp_path, "aitz", constant)
    other = tmp_path / "other" / "EP"
    other.mkdir(parents=True)
    for file in AITZ.rglob("*.json"):
        (other / file.name).write_bytes(file.read_bytes())
    text = page(path, "--episodes", str(tmp_path / "other"))
    assert "the step is not in these episodes" in text


def test_the_page_is_the_same_each_time(tmp_path: Path) -> None:
    path = predicted(tmp_path, "agentnet", constant)
    assert page(path) == page(path)


# ---------------------------------------------------------------- what can't be done


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--episodes", "nowhere"], "nowhere is not there"),
        (["--out", "."], "is a folder"),
        (["--out", "constant.jsonl"], "would take its place"),
        (["--protocol", "hand"], "did you mean 'handeye'"),
    ],
)
def test_it_is_told_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: list[str], message: str
) -> None:
    path = predicted(tmp_path, "aitz", constant)
    before = path.read_bytes()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=message):
        CliRunner().invoke(app, ["eval", "report", path.name, *more], catch_exceptions=False)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.html"))


def test_a_file_that_says_no_data_set_has_no_screens(tmp_path: Path) -> None:
    with PredictionsFile.open(tmp_path / "a.jsonl", {}):
        pass
    with pytest.raises(UsageError, match="which data set"):
        CliRunner().invoke(
            app, ["eval", "report", str(tmp_path / "a.jsonl"), "--episodes", str(AITZ)], catch_exceptions=False
        )


def test_a_file_without_a_step_has_a_page(tmp_path: Path) -> None:
    with PredictionsFile.open(tmp_path / "a.jsonl", {"dataset": "aitz"}):
        pass
    assert "0 steps of 0 episodes" in page(tmp_path / "a.jsonl")


def test_damage_and_gaps_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with PredictionsFile.open(path, {"dataset": "aitz"}) as file:
        file.write(_line(0, at(0.9, 0.9), length=3))
        file.write(UnreadStep(place=Place("x", "f", "0", 1, 3), reason=HOSTILE))
    with path.open("ab") as file:
        file.write(b"{}\n")
    text = page(path)
    assert_inert(text)
    for told in ("1 steps of the data set", "1 steps of begun episodes", "1 lines are damaged", "1 × &lt;/title&gt;"):
        assert told in text


def test_matplotlib_is_asked_for_by_the_name_of_its_extra() -> None:
    code = "import sys; sys.modules['matplotlib'] = None\nimport agent.evaluation.report.plots"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert "uv sync --extra eval" in done.stderr


# ---------------------------------------------------------------- pointing


def _line(episode: int, answer: Action, *, length: int = 1, was: Action | None = None) -> Predicted:
    place = Place("x", "f", str(episode), 0, length)
    return Predicted(place=place, truth=truth(was or at(0.5, 0.5)), prediction=said(answer))


def _pointing(*pairs: tuple[Action, Prediction], size: Size = Size(100, 200)) -> Pointing:
    pointing = Pointing()
    for was, answer in pairs:
        recorded = truth(was, size=size)
        pointing.add(recorded, answer, PROTOCOLS["ac_osatlas"](recorded, answer))
    return pointing


def test_distances_by_hand() -> None:
    pointing = _pointing(
        (at(0.5, 0.5), said(at(0.54, 0.5))),  # 0.04 of the width, 0.02 of the longer side
        (at(0.5, 0.5), said(at(0.5, 0.6))),
        (at(0.5, 0.5), said(Button(name="home"))),
        (LongPress(point=Point(0.1, 0.1)), said(Move(point=Point(0.9, 0.9)))),
        (Button(name="home"), said(Button(name="home"))),
        (Button(name="back"), said(at(0.5, 0.5))),
    )
    assert (pointing.steps, pointing.asked, pointing.given, pointing.elsewhere, pointing.further) == (6, 4, 3, 1, 1)
    assert [pointing.all["sides"].within(d) for d in (0.0399, 0.04, 0.1, 1.2)] == [0, 1, 2, 3]
    assert [pointing.all["longer"].within(d) for d in (0.0199, 0.02, 0.1)] == [0, 1, 2]
    within = pointing.within(0.04, "sides")
    assert (within.given.value, within.asked.value) == (1 / 3, 1 / 4)
    assert within.exact_match == (1 + 1) / 6
    assert pointing.within(2, "sides").exact_match == (1 + 2) / 6  # the move is of another kind
    assert pointing.all["sides"].quantile(0.5) == pytest.approx(0.1)
    assert sum(pointing.errors) == 2
    assert sum(pointing.places) == 3
    assert pointing.upright == 4


def test_a_threshold_is_met_as_its_protocol_meets_it() -> None:
    """A point that lies exactly as far off as is allowed counts, whatever floats make of it."""
    for protocol, (measure, allowed) in MEASURED.items():
        if protocol.startswith("agentnet"):
            continue
        size = Size(1000, 500)
        for start in (0.0, 0.1, 0.3, 0.7):
            answer = said(at(start + allowed - 1e-9, 0.2))
            pointing = _pointing((at(start, 0.2), answer), size=size)
            assert pointing.all[measure].within(allowed) == 1, protocol
            assert PROTOCOLS[protocol](truth(at(start, 0.2), size=size), answer).exact_match, protocol


def test_of_several_ways_the_nearest_counts() -> None:
    recorded = truth(at(0.1, 0.1))
    both = type(recorded)(recorded.size, (*recorded.options, *truth(at(0.8, 0.8)).options))
    pointing = Pointing()
    pointing.add(both, said(at(0.8, 0.8)), Verdict.of("click", "click", True))
    assert pointing.all["sides"].within(0) == 1


@settings(max_examples=60)
@given(truths, predictions)
def test_pointing_takes_anything(recorded: object, answer: Prediction) -> None:
    pointing = Pointing()
    pointing.add(recorded, answer, PROTOCOLS["handeye"](recorded, answer))  # pyright: ignore[reportArgumentType]
    assert pointing.given <= pointing.asked <= pointing.steps == 1
    assert sum(pointing.errors) + pointing.further == pointing.given == pointing.all["sides"].total
    assert math.isfinite(sum(pointing.missed))


# ---------------------------------------------------------------- the sample


def _sampled(lines: Sequence[Predicted], limit: int) -> list[tuple[str, str]]:
    sample = Sample(limit)
    for line in lines:
        sample.add(line, {"handeye": PROTOCOLS["handeye"](line.truth, line.prediction)})
    return [(f.kind, f.place.episode) for f in sample.chosen()]


def test_the_sample_is_spread_over_kinds_and_the_same_in_any_order() -> None:
    wrong = Button(name="recents")
    lines = [_line(i, wrong) for i in range(200)]
    lines += [_line(1000 + i, wrong, was=TypeText(text="x")) for i in range(3)]
    lines += [_line(2000 + i, at(0.5, 0.5)) for i in range(5)]
    first = _sampled(lines, 10)
    assert first == _sampled(lines[::-1], 10)
    assert [k for k, _ in first] == ["click"] * 7 + ["type_text"] * 3
    assert {e for _, e in _sampled(lines, 4)} <= {e for _, e in first}
    assert _sampled(lines, 0) == []


def test_a_sample_keeps_little_of_what_was_written() -> None:
    line = _line(0, TypeText(text="x" * 1_000_000)).model_copy(update={"reply": "y" * 1_000_000})
    sample = Sample(1)
    sample.add(line, {"handeye": PROTOCOLS["handeye"](line.truth, line.prediction)})
    (failure,) = sample.chosen()
    assert len(failure.reply) < 4000
    assert len(failure.predicted[0].words) < 400


# ---------------------------------------------------------------- published numbers


def test_every_published_number_has_a_source_and_a_rule_that_there_is() -> None:
    for one in PUBLISHED:
        assert one.source.name
        assert one.protocol is None or one.protocol in PROTOCOLS
        figures = [f for f in (one.type_match, one.exact_match, one.score) if f is not None]
        assert figures
        assert all(0 < f <= 100 for f in figures)


def test_what_is_published_is_chosen_by_set_and_level() -> None:
    low = published({"dataset": "android_control", "level": "low"})
    assert {p.level for p in low} == {"low"}
    assert ("UI-TARS-72B", 91.3) in {(p.model, p.exact_match) for p in low}
    assert published({}) == []


def test_why_a_score_may_not_be_compared() -> None:
    one = next(p for p in published({"dataset": "aitz"}) if p.protocol == "aitz_qwen")
    assert objections(one, "aitz_qwen", {"attempts": "1", "history": "gold"}) == []
    assert objections(one, "aitw", {}) == ["another rule: aitz_qwen"]
    assert len(objections(one, "aitz_qwen", {"attempts": "3", "history": "own", "sample": "5"})) == 3


# ---------------------------------------------------------------- plots


def test_hostile_names_in_a_plot_are_text_and_no_more() -> None:
    kinds = {HOSTILE: Kind(3, Rate(0.5), Rate(0.4, 0.2, 0.6)), "中文": Kind(1, Rate(1.0), Rate(1.0))}
    svg = plots.bars("a", kinds)
    assert_inert(svg)
    texts = ["".join(e.itertext()) for e in ET.fromstring(svg).iter("text")]
    assert any(t.startswith("</title></svg>]]><script>") for t in texts)
    assert "中文  (1)" in texts
    confusion = plots.confusion("b", {HOSTILE: {HOSTILE: 2, "x": 1}})
    assert "<script" not in confusion


def test_two_plots_share_no_name() -> None:
    kinds = {"a": Kind(1, Rate(1.0), Rate(1.0))}
    names = [set(re.findall(r' id="([^"]+)"', plots.bars(n, kinds))) for n in ("one", "two")]
    assert names[0]
    assert not names[0] & names[1]
    svg = plots.bars("one", kinds)
    assert set(re.findall(r"(?:url\(|href=\")#([^)\"]+)", svg)) <= names[0]


# ---------------------------------------------------------------- memory


def test_a_page_of_many_steps_is_as_small_as_one_of_few(tmp_path: Path) -> None:
    sizes: list[int] = []
    for count in (50, 1000):
        path = tmp_path / f"{count}.jsonl"
        with PredictionsFile.open(path, {"dataset": "made"}) as file:
            for i in range(count):
                file.write(_line(i, Click(point=Point(i / count, 0.1))))
        found = survey(path, ["handeye"], failures=10)
        assert (found.wrong, len(found.failures)) == (count, 10)
        sizes.append(len(render(found, path.name)))
    assert sizes[1] < 1.2 * sizes[0]
