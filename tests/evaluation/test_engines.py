"""What is sent to workers and back, and what a worker makes of it: the same lines as here, without any cluster."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest

from actions.errors import CaptureError, HandeyeError, ModelError, ModelLoadError, UsageError
from actions.geometry import Size
from actions.types import Button
from agent.evaluation.datasets import read
from agent.evaluation.engines.asking import Asking
from agent.evaluation.engines.parcel import Episode, pack, unpack
from agent.evaluation.engines.worker import EpisodeWorker
from agent.evaluation.predicting import predict_into
from agent.evaluation.predictions import Predicted, PredictionsFile, UnreadStep, read_predictions
from agent.evaluation.replay import Earlier
from agent.evaluation.runner import Found
from agent.evaluation.step import Place, RecordedStep, Unread
from prompts.dialect import Decision
from prompts.dialects.qwen2_vl import Qwen2VL
from tests.evaluation.sets import DATA, aitw_record, android_control_record, write_tfrecord
from tests.models.endpoint import Answer, Endpoint, refusal, reply

HOME = reply(Qwen2VL().write(Decision("Home first.", (Button(name="home"),)), Size(28, 28)))


def aitz(_: Path) -> list[Found]:
    return list(read("aitz", DATA / "aitz"))


def aitw(folder: Path) -> list[Found]:
    return list(read("aitw", write_tfrecord(folder / "a.tfrecord", [aitw_record(i, 10) for i in range(3)])))


def android_control(folder: Path) -> list[Found]:
    record = android_control_record([{"action_type": "wait"}, {"action_type": "navigate_back"}])
    return list(read("android_control", write_tfrecord(folder / "c.tfrecord", [record])))


def timeless(line: Predicted | UnreadStep) -> Predicted | UnreadStep:
    return line.model_copy(update={"seconds": 0.0}) if isinstance(line, Predicted) else line


def asking(server: Endpoint, **more: object) -> Asking:
    return Asking("Qwen/Qwen2-VL-7B-Instruct", endpoint=server.url, **more)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("steps", [aitz, aitw, android_control])
def test_an_episode_arrives_whole_and_without_its_files(steps: Callable[[Path], list[Found]], tmp_path: Path) -> None:
    sent = steps(tmp_path)
    data = pack(Episode(tuple(sent), {0: Earlier("so", Button(name="back")), 1: None}))
    for file in tmp_path.iterdir():
        file.unlink()
    got = unpack(data)
    assert got.done == {0: Earlier("so", Button(name="back")), 1: None}
    assert len(got.steps) == len(sent) > 1
    for there, here in zip(got.steps, sent, strict=True):
        assert isinstance(there, RecordedStep)
        assert isinstance(here, RecordedStep)
        pictures = [s.observation.picture for s in (there, here)]
        assert np.array_equal(pictures[0].array, pictures[1].array)
        there, here = (replace(s, observation=replace(s.observation, picture=pictures[0])) for s in (there, here))
        assert there == here


def test_what_is_sent_is_as_large_as_the_files() -> None:
    steps = aitz(Path())
    files = sum(p.stat().st_size for p in (DATA / "aitz").rglob("*.png"))
    assert files < len(pack(Episode(tuple(steps), {}))) < files + 20_000


@pytest.mark.parametrize(
    "error", [ModelLoadError("no such", remedy="hf download"), UsageError("what"), CaptureError("x")]
)
def test_an_error_arrives_as_it_was(error: HandeyeError) -> None:
    got = unpack(pack(error))
    assert (type(got), got.message, got.remedy, got.exit_code) == (
        type(error),
        error.message,
        error.remedy,
        error.exit_code,
    )


@pytest.mark.parametrize("history", ["gold", "own"])
def test_a_worker_writes_what_is_written_here(history: str, tmp_path: Path) -> None:
    steps = aitz(tmp_path)
    steps[2] = Unread(steps[2].place, "torn")
    with Endpoint([HOME]) as server:
        ask = asking(server, history=history)
        with ask.opened() as model, PredictionsFile.open(tmp_path / "here.jsonl", {}) as file:
            predict_into(file, steps, model, ask.maker(model), history=ask.history)
        here = [line for line in read_predictions(tmp_path / "here.jsonl") if isinstance(line, Predicted | UnreadStep)]
        worker = EpisodeWorker(ask, 1)
        done: dict[int, Earlier | None] = {}
        for left in range(len(steps), -1, -1):
            asked = len(server.requests)
            lines = [unpack(data) for data in worker(pack(Episode(tuple(steps), done)))]
            assert len(server.requests) - asked == sum(isinstance(line, Predicted) for line in lines)
            assert len(lines) == left
            assert all(timeless(line) in map(timeless, here) for line in lines)
            if lines:
                done[lines[-1].place.index] = Earlier("", Button(name="home"))


def test_a_worker_tells_errors_and_goes_on() -> None:
    steps = aitz(Path())
    with Endpoint([refusal(400, "no"), HOME]) as server:
        worker = EpisodeWorker(asking(server), 1)
        (error,) = (unpack(data) for data in worker(pack(Episode(tuple(steps), {}))))
        assert isinstance(error, ModelError)
        assert "refused the request" in error.message
        assert len(list(worker(pack(Episode(tuple(steps), {}))))) == len(steps)
    (told,) = (unpack(data) for data in worker(pack(CaptureError("a picture is gone"))))
    assert isinstance(told, CaptureError)


def test_a_model_that_cant_be_opened_is_told_with_the_first_episode() -> None:
    worker = EpisodeWorker(Asking("/nowhere"), 1)
    (error,) = (unpack(data) for data in worker(pack(Episode((), {}))))
    assert isinstance(error, ModelLoadError)
    assert "/nowhere" in error.message


def test_episodes_without_a_readable_step_need_no_model() -> None:
    unread = Unread(Place("made", "a.json", "0", 0), "torn")
    with Endpoint([HOME]) as server:
        assert [unpack(d) for d in EpisodeWorker(asking(server), 1)(pack(Episode((unread,), {})))] == [
            UnreadStep.of(unread)
        ]
        assert not server.requests


def test_a_question_can_be_sent() -> None:
    ask = Asking("tiny", dialect="qwen2_vl", screenshots=2, min_pixels=3136, history="own")
    assert pickle.loads(pickle.dumps(ask)) == ask
    assert ask.about("qwen3_vl")["dialect"] == "qwen2_vl"
    assert Asking("tiny").about("qwen3_vl")["dialect"] == "qwen3_vl"


class Counting(Endpoint):
    """Takes a while, and knows how many answers it was at once asked for."""

    busy, most, lock = 0, 0, threading.Lock()

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        with self.lock:
            self.busy += 1
            self.most = max(self.most, self.busy)
        time.sleep(0.1)
        with self.lock:
            self.busy -= 1
        super()._send(handler, answer)


def test_an_endpoint_is_asked_as_many_things_at_once_as_batch_says(tmp_path: Path) -> None:
    steps = [replace(s, place=replace(s.place, episode=str(e))) for e in range(6) for s in aitz(tmp_path)]
    with Counting([HOME]) as server:
        ask = asking(server)
        with ask.opened() as model, PredictionsFile.open(tmp_path / "out.jsonl", {}) as file:
            predict_into(file, steps, model, ask.maker(model), at_once=3)
            assert len(file) == len(server.requests) == len(steps)
    assert 1 < server.most <= 3
