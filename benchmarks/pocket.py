"""The pocket model: uv run python benchmarks/pocket.py [--quick] [--each N] [--seed N] [--model FOLDER] [--beams N]
[--out FILE]

Whole tasks on the simulated phone, judged by the phone's state, for each template and with people, notes and texts that
training never drew; taps on an element that is asked for by its name; and the same tasks with the picture blanked and
with the picture of another phone in its place, which shows how much of the success is seen. Then steps a second,
memory, and size on disk. Phones are drawn from seeds that training never has; `--seed` begins elsewhere among them.

The model sees 1080x2400 pictures through its own processor, and takes the loop and the prompts that any model takes.
"""

from __future__ import annotations

import argparse
import gc
import math
import resource
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np
import torch

from actions.types import Action, Answer, Finish
from agent.core import Agent, Limits
from agent.models.base import Budget
from agent.models.constraint import RESERVE
from agent.models.transformers import TransformersModel
from agent.pocket import POCKET
from environments.base import Environment, Observation, Outcome
from environments.phone.environment import PhoneEnvironment
from environments.phone.oracle import Oracle
from environments.phone.phone import Phone
from environments.phone.tasks import TEMPLATES, sample
from environments.picture import Picture
from prompts.messages import ImagePart, Message
from report import Report, start
from training.encoding import NO_STEPS, POINT
from training.language import agrees
from training.lessons import episode
from training.worlds import MEASURED, strangers

LIMITS = Limits(steps=20, attempts=1)
"""A reply that can't be read ends the task: it would be written again just so."""
BUDGET = Budget(tokens=128 + RESERVE)
"""The longest reply of the phone's solution takes some 80 tokens. `RESERVE` of them are kept for its call, so that with
fewer it would have no thought."""
CORES = 2

Eyes = Callable[[Observation], Picture]
"""What the model is shown of an observation."""


class Shown(Environment):
    """A phone whose model is shown something else. It can't be glanced at, since the loop would compare the two."""

    name = "phone"
    platform = "mobile"

    def __init__(self, inner: Environment, eyes: Eyes) -> None:
        self._inner, self._eyes = inner, eyes
        self.supports = inner.supports

    def reset(self, task: str) -> None:
        self._inner.reset(task)

    def observe(self) -> Observation:
        now = self._inner.observe()
        return replace(now, picture=self._eyes(now))

    def perform(self, action: Action) -> Outcome:
        return self._inner.perform(action)


def seen(now: Observation) -> Picture:
    return now.picture


def blanked(now: Observation) -> Picture:
    return Picture(np.full_like(now.picture.array, 127))


def swapped(seed: int) -> Eyes:
    """Another phone's screens, on which another task is being done."""
    screens = _elsewhere(seed)
    return lambda _: next(screens)


def _elsewhere(seed: int) -> Iterator[Picture]:
    for other in count(seed + len(MEASURED) // 2):
        phone = Phone(other)
        task = sample(tuple(TEMPLATES)[other % len(TEMPLATES)], other)
        task.setup(phone)
        environment, oracle = PhoneEnvironment(phone), Oracle(task, phone)
        action: Action | None = None
        while not isinstance(action, Finish):
            yield environment.observe().picture
            _, action = oracle.next()
            if not isinstance(action, Answer | Finish):
                environment.perform(action)


@dataclass(frozen=True, slots=True)
class Tried:
    template: str
    done: bool
    steps: int
    seconds: float


def tried(model: TransformersModel, template: str, seed: int, *, eyes: Eyes = seen, unseen: bool = False) -> Tried:
    gc.collect()  # a phone and its apps refer to each other, so those of the tasks before may still be there
    with strangers(seed) if unseen else nullcontext():
        phone = Phone(seed)
        task = sample(template, seed)
        task.setup(phone)
    agent = Agent(model, Shown(PhoneEnvironment(phone), eyes), limits=LIMITS, budget=BUDGET)
    began = time.perf_counter()
    run = agent.run(task.text)
    seconds = time.perf_counter() - began
    return Tried(template, task.check(phone, run.answer, gave_up=run.end == "not_done"), len(run.steps), seconds)


def interval(right: int, total: int) -> tuple[float, float]:
    """Wilson's, at 95 %."""
    z, share = 1.96, right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def row(name: str, right: Sequence[bool]) -> tuple[str, str, str, str]:
    low, high = interval(sum(right), len(right))
    return name, f"{sum(right)} of {len(right)}", f"{sum(right) / len(right):.0%}", f"{low:.0%} to {high:.0%}"


def share(right: Sequence[bool]) -> float:
    return sum(right) / len(right)


def grounded(model: TransformersModel, template: str, seed: int) -> Generator[bool]:
    """For one question about each screen of a task: is the tap inside the element that is asked for?"""
    for scene in episode(template, seed, disturbance=0):
        asked = next((q for q in scene.questions if POINT in q.reply), None)
        if asked is not None:
            told = Message.of("user", NO_STEPS.format(asked.ask), ImagePart(Picture(scene.picture)))
            reply = model.generate([Message.of("system", scene.system), told], budget=BUDGET)
            yield agrees(reply.text, asked)


def main() -> int:
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument("--model", type=Path, default=POCKET, help="the checkpoint's folder; by default what ships")
    own.add_argument("--each", type=int, default=4, help="tasks of each template, if not --quick")
    own.add_argument("--seed", type=int, default=0, help="begin with these phones")
    own.add_argument("--beams", type=int, help="in place of the checkpoint's own number")
    report, arguments = start("handeye: the pocket model", __doc__ or "", own)
    quick: bool = arguments.quick
    folder: Path = arguments.model
    first: int = MEASURED[int(arguments.seed)]
    names = tuple(TEMPLATES)[:: 8 if quick else 1]
    torch.set_num_threads(CORES)
    with TransformersModel.load(
        str(folder), device="cpu", dtype="float32", offline=True, beams=arguments.beams
    ) as model:
        jobs = [(name, first + i) for i in range(1 if quick else arguments.each) for name in names]
        few = jobs[:: 2 if quick else 4]
        plain = [tried(model, name, seed) for name, seed in jobs]
        _templates(report, names, plain)
        unseen = [tried(model, name, seed, unseen=True).done for name, seed in jobs[:: 2 if quick else 1]]
        blind = [tried(model, name, seed, eyes=blanked).done for name, seed in few]
        other = [tried(model, name, seed, eyes=swapped(seed)).done for name, seed in few]
        taps = [right for name, seed in few for right in grounded(model, name, seed)]
    done = [t.done for t in plain]
    report.table(
        "what is seen",
        ("", "right", "", "95 %"),
        [
            row("tasks", done),
            row("tasks with people and texts never drawn in training", unseen),
            row("the picture blanked", blind),
            row("another phone's picture in its place", other),
            row("taps inside the element asked for", taps),
        ],
    )
    report.bar("tasks", share(done), 0.9, unit="of 1", at_least=True)
    report.bar("tasks with unseen people and texts", share(unseen), 0.7, unit="of 1", at_least=True)
    report.bar("taps", share(taps), 0.97, unit="of 1", at_least=True)
    report.bar("tasks with the picture blanked", share(blind), 0.1, unit="of 1")
    report.bar("tasks with another picture", share(other), 0.1, unit="of 1")
    _cost(report, plain, folder)
    return report.close(arguments.out)


def _templates(report: Report, names: Sequence[str], plain: Sequence[Tried]) -> None:
    by_name = [(name, [t.done for t in plain if t.template == name]) for name in names]
    report.table("tasks by template", ("", "done", "", "95 %"), [row(name, right) for name, right in by_name])


def _cost(report: Report, plain: Sequence[Tried], folder: Path) -> None:
    unit = 1 if sys.platform == "darwin" else 1024
    report.bar(
        f"steps a second on {CORES} cores",
        sum(t.steps for t in plain) / sum(t.seconds for t in plain),
        2.0,
        unit="steps/s",
        at_least=True,
    )
    report.bar("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9, 1.5, unit="GB")
    report.bar("size on disk", sum(f.stat().st_size for f in folder.iterdir()) / 1e6, 25.0, unit="MB")


if __name__ == "__main__":
    sys.exit(main())
