"""Models that point, and models that point wrongly by a fault of one's choice, in any dialect."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from actions.geometry import Box, Point, Size, Space, shares
from actions.types import Click
from agent.calibration.asking import Answer, Pointer, pointer_for
from agent.calibration.targets import Target, make_targets
from agent.models.family import by_dialect
from agent.models.published import Family, Role
from agent.models.scripted import ScriptedModel
from environments.picture import Picture
from prompts.dialect import Decision
from prompts.dialects import BUILT_IN, GROUNDING
from prompts.messages import Message, pictures

PIXELS = 700_000
"""Few, so that all but the small pictures are seen smaller than they are."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a model writes: a point, counted in a space of a picture of some size."""

    point: Point
    space: Space
    size: Size


@dataclass(frozen=True, slots=True)
class Scene:
    target: Target
    seen: Size
    space: Space
    family: Family
    rng: random.Random

    def at(self, x: float, y: float) -> Mark:
        return Mark(Point(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)), self.space, self.seen)

    @property
    def point(self) -> Point:
        return self.target.point


Fault = Callable[[Scene], Mark]


def exact(scene: Scene) -> Mark:
    return Mark(scene.point, scene.space, scene.seen)


def swapped(scene: Scene) -> Mark:
    size = scene.seen.turned if scene.space == "absolute" else scene.seen
    return Mark(Point(scene.point.y, scene.point.x), scene.space, size)


def mirrored(scene: Scene) -> Mark:
    return scene.at(1 - scene.point.x, scene.point.y)


def counted_in(space: Space) -> Fault:
    return lambda scene: Mark(scene.point, space, scene.seen)


def original_pixels(scene: Scene) -> Mark:
    return Mark(scene.point, "absolute", scene.target.size)


def resized_to(tokens: int) -> Fault:
    """In pixels as behind a server that makes pictures smaller once more, to so many visual tokens."""

    def fault(scene: Scene) -> Mark:
        bound = tokens * scene.family.factor**2
        return Mark(scene.point, "absolute", scene.family.resized(scene.target.size, max_pixels=bound))

    return fault


def shifted(x: float, y: float) -> Fault:
    return lambda scene: scene.at(scene.point.x + x, scene.point.y + y)


def shifted_by_pixels(x: float, y: float) -> Fault:
    def fault(scene: Scene) -> Mark:
        dx, dy = shares(x, y, space="absolute", seen=scene.target.size)
        return scene.at(scene.point.x + dx, scene.point.y + dy)

    return fault


def scaled(factor: float) -> Fault:
    return lambda scene: scene.at(scene.point.x * factor, scene.point.y * factor)


def skewed(scene: Scene) -> Mark:
    return scene.at(0.6 * scene.point.x + 0.3, 0.9 * scene.point.y)


def anywhere(scene: Scene) -> Mark:
    return scene.at(scene.rng.random(), scene.rng.random())


def always_the_middle(scene: Scene) -> Mark:
    return scene.at(0.5, 0.5)


def unsteady(fault: Fault, radii: float, *, wild: float = 0.0) -> Fault:
    """With noise of that deviation on each axis, and a share of answers that lie anywhere."""

    def noisy(scene: Scene) -> Mark:
        if scene.rng.random() < wild:
            return anywhere(scene)
        mark, radius = fault(scene), radii * scene.target.screen.radius
        dx, dy = shares(
            scene.rng.gauss(0, radius), scene.rng.gauss(0, radius), space="absolute", seen=scene.target.size
        )
        x, y = (min(max(n, 0.0), 1.0) for n in (mark.point.x + dx, mark.point.y + dy))
        return Mark(Point(x, y), mark.space, mark.size)

    return noisy


def partly(fault: Fault, pattern: str) -> Fault:
    """Only to the targets, in their order, where the pattern has an x; anywhere to the others."""
    turns = itertools.cycle(pattern)
    return lambda scene: fault(scene) if next(turns) == "x" else anywhere(scene)


@lru_cache(maxsize=4)
def targets_of(count: int, seed: int = 0) -> list[Target]:
    return make_targets(count, seed=seed)


def write(name: str, role: Role, target: Target, mark: Mark) -> str:
    """As a model of that dialect would."""
    if role == "grounder":
        p = mark.point
        return GROUNDING[name](space=mark.space).write(Box(p.x, p.y, p.x, p.y), mark.size)
    dialect = BUILT_IN[name](target.screen.platform, space=mark.space)
    return dialect.write(Decision("", (Click(point=mark.point),)), mark.size)


def family_of(name: str) -> Family:
    family = by_dialect(name)
    assert family is not None
    return family


def replies(name: str, targets: Sequence[Target], fault: Fault) -> list[str]:
    """What an agent writes for each target, in a space that is counted over the whole picture."""
    space, family, rng = BUILT_IN[name].space, family_of(name), random.Random(0)
    assert space != "absolute"
    return [write(name, "agent", t, fault(Scene(t, t.size, space, family, rng))) for t in targets]


def model_of(
    name: str,
    targets: Sequence[Target],
    fault: Fault,
    *,
    role: Role = "agent",
    written_as: str | None = None,
    seed: int = 0,
    max_pixels: int | None = PIXELS,
) -> ScriptedModel:
    """A model that is asked in one dialect and answers in it, or in another."""
    by_picture = {t.picture.digest: t for t in targets}
    rng = random.Random(seed)

    def reply(messages: Sequence[Message]) -> str:
        picture = pictures(messages)[-1].picture
        assert isinstance(picture, Picture)
        target = by_picture[picture.digest]
        spoken = written_as or name
        space = GROUNDING[spoken].space if role == "grounder" else BUILT_IN[spoken].space
        return write(spoken, role, target, fault(Scene(target, model.seen(target.size), space, family_of(name), rng)))

    model = ScriptedModel(reply, dialect=name, max_pixels=max_pixels)
    return model


def pointer_of(
    name: str,
    fault: Fault,
    *,
    role: Role = "agent",
    written_as: str | None = None,
    asked_as: str | None = None,
    count: int = 12,
    seed: int = 0,
    targets_seed: int = 0,
    max_pixels: int | None = PIXELS,
) -> Pointer:
    """Such a model, ready to be asked for targets of that seed. asked_as: another `--dialect`."""
    targets = targets_of(count, targets_seed)
    model = model_of(name, targets, fault, role=role, written_as=written_as, seed=seed, max_pixels=max_pixels)
    return pointer_for(model, dialect=asked_as, as_grounder=role == "grounder")


def answers_of(pointer: Pointer, *, count: int = 12, targets_seed: int = 0) -> list[Answer]:
    return [pointer.ask(target) for target in targets_of(count, targets_seed)]
