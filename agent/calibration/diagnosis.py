"""What is wrong with how a model points, in one sentence, and what mends it.

A fault is only named where reading the answers so puts two thirds of them at their targets and at least halves the
error; neither chance nor an unsteady hand does that. A dialect is only named as the remedy after these replies were
read in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from actions.errors import ParseError
from agent.calibration.asking import Answer, Pointer, first_click
from agent.calibration.readings import NEAR, Fault, Reading, as_read, in_words, radii, readings
from agent.models.family import by_dialect
from prompts.dialects import BUILT_IN

Name = Literal[
    "right", "imprecise", "chance", "unreadable", "form", "space", "resized", "swapped", "mirrored", "offset", "scale",
    "skewed",
]  # fmt: skip

MOST = 2 / 3
"""Of the answers, which a fault must explain."""
INSIDE = 0.75
"""Of all targets, which a model that points well hits."""
CHANCE = 0.05
"""How often an answer lies near its target by chance, at most (on the smallest screen)."""
MATTERS = 0.25
"""In radii of a target: what mends less is not worth a word."""

_NO_BOUND = 10**9
_ELSEWHERE = "no option undoes this: look at how the checkpoint was trained, or at how the server resizes pictures"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`sentence`: in plain words. `remedy`: what mends it, or None where all is well."""

    name: Name
    sentence: str
    remedy: str | None = None

    @property
    def exit_code(self) -> int:
        return {"right": 0, "unreadable": 5}.get(self.name, 1)


def diagnose(pointer: Pointer, answers: Sequence[Answer]) -> Diagnosis:
    """Which fault explains these answers of that model."""
    asked, written = len(answers), sum(a.written is not None for a in answers)
    own = as_read(answers, pointer.space)
    if asked > 2 * max(written, sum(a.point is not None for a in answers)):
        return _other_form(pointer, answers) or _unreadable(answers)
    if (found := _fault(answers, own, pointer)) is not None:
        return _told(found, answers, pointer)
    hits, inside = _near(own, answers), sum(a.inside for a in answers)
    fits = f"the answers fit {in_words(pointer.space)}, as {pointer.dialect} reads them"
    if inside >= INSIDE * asked:
        return Diagnosis("right", f"{fits}: nothing to mend")
    if hits > CHANCE * asked + 3 * math.sqrt(CHANCE * (1 - CHANCE) * asked):
        return Diagnosis(
            "imprecise",
            f"no systematic fault, but it points badly: {inside} of {asked} answers lie inside their target",
            f"a larger --max-pixels{', or --grounder PATH beside it' if pointer.role == 'agent' else ''}",
        )
    return Diagnosis(
        "chance",
        f"the answers are not systematic: {inside} of {asked} lie inside their target, about as many as by chance",
        "a checkpoint that was trained to point",
    )


def _fault(answers: Sequence[Answer], own: Reading, pointer: Pointer) -> Reading | None:
    """The reading that assumes least among those that explain the answers far better than their own does."""
    numbers = sum(p is not None for p in own.places)
    before = own.score(answers)
    better = [
        (reading, score)
        for reading in readings(answers, pointer.space, by_dialect(pointer.model.dialect))
        if _near(reading, answers) >= MOST * numbers
        and (score := reading.score(answers)) < before / 2
        and before - score > MATTERS
    ]
    if not better:
        return None
    best = min(score for _, score in better)
    good = [(r, score) for r, score in better if score <= 1.5 * best + MATTERS / 2]
    return min(good, key=lambda pair: (pair[0].tier, pair[1]))[0]


def _near(reading: Reading, answers: Sequence[Answer]) -> int:
    return sum(error <= NEAR for error in reading.errors(answers))


# ---------------------------------------------------------------- in words


def _told(found: Reading, answers: Sequence[Answer], pointer: Pointer) -> Diagnosis:
    read_as = in_words(pointer.space)
    if pointer.space == "absolute":
        largest = max(answers, key=lambda a: a.target.size.area)
        read_as += f" ({largest.seen} for {largest.target.size})"
    read_as = f"are read as {read_as}{', x before y' if found.swapped else ''}"
    name: Fault = found.fault
    assert name != "none"
    match name:
        case "space" | "resized" | "swapped":
            sentence = f"the answers fit {found.words}, but {read_as}"
        case "mirrored":
            sentence = f"the answers fit {found.words}; they {read_as}"
        case "offset" | "scale" | "skewed":
            sentence = f"the answers lie off by a rule: {found.words}; they {read_as}"
    return Diagnosis(name, sentence, _remedy(found, answers, pointer))


def _remedy(found: Reading, answers: Sequence[Answer], pointer: Pointer) -> str:
    if found.swapped or found.fault not in ("space", "resized"):
        return _ELSEWHERE
    bound = found.bound
    if found.counted == "original":
        bound = _unshrunk(answers, pointer)
    if found.counted != "original" and bound is None:
        dialect = _dialect_that_reads(answers, pointer)
        return f"--dialect {dialect}" if dialect is not None else f"from Python, {pointer.in_space(found.counted)}"
    if pointer.space == "absolute":
        return f"--max-pixels {bound}"
    return f"from Python, {pointer.in_space('absolute')}, with max_pixels={bound} for the model"


def _unshrunk(answers: Sequence[Answer], pointer: Pointer) -> int:
    """The least bound under which each picture stays as it is, but for being rounded to whole visual tokens."""
    sizes = {a.target.size for a in answers}
    family = by_dialect(pointer.model.dialect)
    if family is not None:
        sizes = {family.resized(size, max_pixels=_NO_BOUND) for size in sizes}
    return max(size.area for size in sizes)


def _other_form(pointer: Pointer, answers: Sequence[Answer]) -> Diagnosis | None:
    """Replies that another dialect reads."""
    if (dialect := _dialect_that_reads(answers, pointer)) is None:
        return None
    sentence = f"the replies are not in the form of {pointer.dialect}, but {dialect} reads them and finds the targets"
    return Diagnosis("form", sentence, f"--dialect {dialect}")


def _unreadable(answers: Sequence[Answer]) -> Diagnosis:
    unread = [a for a in answers if a.written is None]
    reasons = [a.problem or "no place in it" for a in unread]
    usual = max(dict.fromkeys(reasons), key=reasons.count)
    return Diagnosis(
        "unreadable",
        f"{len(unread)} of {len(answers)} replies name no place that can be read, most often: {usual}",
        "--dialect, the form that the checkpoint was trained on (`handeye models` lists them)",
    )


def _dialect_that_reads(answers: Sequence[Answer], pointer: Pointer) -> str | None:
    """The first of the agents' dialects with which as many answers as with any (but one in twenty) hit, where those are
    most of them. There is none for a grounder, which no option gives a dialect to."""
    if pointer.role != "agent":
        return None
    hits = {name: sum(_hits(name, answers)) for name in BUILT_IN if name != pointer.dialect}
    most = max(hits.values())
    if most < MOST * len(answers):
        return None
    return next(name for name, count in hits.items() if count >= 0.95 * most)


def _hits(name: str, answers: Sequence[Answer]) -> Iterator[bool]:
    """Whether each reply, read in that dialect with nothing to mend, means its target."""
    for answer in answers:
        try:
            decision = BUILT_IN[name](answer.target.screen.platform).parse(answer.text, answer.seen)
        except ParseError:
            yield False
        else:
            point = first_click(decision)
            yield point is not None and not decision.repairs and radii(answer, (point.x, point.y)) <= NEAR
