"""A part of benchmarks/evaluation.py: recorded steps one at a time, and several episodes side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from actions.types import Answer, Finish
from agent.core import Agent, Limits
from agent.evaluation.replay import Decided
from agent.evaluation.runner import predict
from agent.evaluation.step import Place, Recorded, RecordedStep, Truth
from agent.models.base import Budget, Model, Reply, Request
from agent.models.transformers import TransformersModel
from environments.base import Platform
from environments.phone.environment import PhoneEnvironment
from environments.phone.oracle import Oracle
from environments.phone.phone import Phone
from environments.phone.tasks import TEMPLATES, sample
from environments.shown import shown
from report import Report
from tests.models.tiny import tiny_checkpoint


def phone_steps(episodes: int) -> list[RecordedStep]:
    """The solution's steps of some tasks, at most four of each."""
    steps: list[RecordedStep] = []
    for number, template in enumerate(list(TEMPLATES)[:episodes]):
        phone = Phone(number)
        task = sample(template, number)
        task.setup(phone)
        environment, oracle = PhoneEnvironment(phone), Oracle(task, phone)
        for index in range(4):
            now = environment.observe()
            thought, action = oracle.next()
            place = Place("phone", template, str(number), index)
            steps.append(RecordedStep(place, task.text, thought, now, Truth(now.size, ((Recorded(action),),))))
            if isinstance(action, Finish):
                break
            if not isinstance(action, Answer):
                environment.perform(action)
    return steps


class Plain(TransformersModel):
    """The plain loop: for each step the processor, transformers' own `generate`, and the tokenizer."""

    def _write(self, requests: Sequence[Request], on_text: Callable[[str], None] | None) -> list[Reply]:
        (request,) = requests
        assert on_text is None
        prepared = self._prepare(request.messages)
        with torch.inference_mode():
            written: Any = self._open.generate(**prepared.inputs, max_new_tokens=request.budget.tokens)
        tokens = [t for t in written[0, prepared.tokens :].tolist() if t not in self._ends]
        return [Reply(self._processor.tokenizer.decode(tokens), prepared.seen)]


def throughput(report: Report, folder: Path, *, episodes: int, at_once: int) -> None:
    checkpoint = str(tiny_checkpoint(folder / "tiny", "qwen2_vl"))
    steps = phone_steps(episodes)

    def make(model: Model, platform: Platform) -> Agent:
        return Agent(model, shown(platform), limits=Limits(attempts=1), budget=Budget(tokens=80), constrain=False)

    def run(kind: type[TransformersModel], rows: int) -> tuple[float, dict[Place, str]]:
        replies: dict[Place, str] = {}

        def sink(decided: Decided) -> None:
            replies[decided.step.place] = decided.choice.attempts[-1].text

        with kind.load(checkpoint, device="cpu", dtype="float32", max_pixels=128 * 28 * 28) as model:
            predict(steps[:4], model, make, lambda _: None)  # what is made once
            began = time.perf_counter()
            predict(steps, model, make, sink, at_once=rows)
            return time.perf_counter() - began, replies

    torch.set_num_threads(1)
    (plain, one), (fast, other) = run(Plain, 1), run(TransformersModel, at_once)
    rate = len(steps) / plain
    report.table(
        f"{len(steps)} steps of {episodes} episodes, a small Qwen2-VL on one core",
        ("", "steps a second"),
        [
            ("the plain loop: processor, generate, tokenizer", rate),
            (f"{at_once} episodes side by side", len(steps) / fast),
        ],
    )
    report.bar("steps a second, times the plain loop's", plain / fast, 3.0, unit="x", at_least=True)
    report.bar("predictions that differ", sum(one[p] != other[p] for p in one), 0, unit="")
