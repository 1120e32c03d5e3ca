"""One self-contained HTML page from a run folder: what was asked, what was seen, what was done, how long it took.

The page needs no network and loads nothing: pictures are embedded, and its content security policy allows exactly
its own style and its own script, by their hashes. All text from models, screens and tasks is escaped by the template
(autoescape) and cleaned by `shown`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path

import jinja2
from markupsafe import Markup

from actions.describe import in_words
from actions.geometry import Size
from agent import durable
from agent.run_folder import Run, read_run
from agent.viewer.embedding import PICTURE_BYTES, embedded, policy
from agent.viewer.marks import Drawing, drawing
from agent.viewer.words import BY_HAND, ENDS, duration, number, shown
from environments.episode import Attempt, Step

PAGE = "run.html"

STAGES = ("capture", "settle", "render", "prefill", "decode", "ground", "parse", "act", "journal")
"""The stages that have a colour of their own, in the order in which they are drawn; others follow as "other"."""

_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a time bar: where it begins and how long it is, in percent of the bar."""

    stage: str
    seconds: str
    start: str
    length: str


@dataclass(frozen=True, slots=True)
class Search:
    """What a grounder wrote for a description."""

    description: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """One reply of the model."""

    text: str
    problem: str
    repairs: tuple[str, ...]
    searches: tuple[Search, ...]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as the template shows it: cleaned text, no logic left."""

    number: int
    picture: str
    picture_problem: str
    size: Size
    wide: bool
    alt: str
    drawing: Drawing
    words: str
    thought: str
    outcome: str
    detail: str
    changed: str
    result: str
    place: str
    notes: tuple[str, ...]
    attempts: tuple[Written, ...]
    problems: int
    seconds: str
    bar: tuple[Part, ...]
    tokens: str


def write_page(folder: Path) -> Path:
    """Write `run.html` into a run folder and return its path.

    May be called while the run goes on. `UsageError` where `folder` is no run folder, `StorageError` where the page
    can't be written.
    """
    path = folder / PAGE
    durable.write_whole(path, render_page(read_run(folder)).encode())
    return path


def render_page(run: Run) -> str:
    files = resources.files("agent.viewer")
    style = files.joinpath("run.css").read_text("utf-8").strip()
    script = files.joinpath("run.js").read_text("utf-8").strip()
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    episode = run.episode
    usage = episode.usage
    longest = max((_total(s.seconds) for s in episode.steps), default=0.0)
    share = PICTURE_BYTES // max(1, len(episode.steps))
    totals = _summed(s.seconds for s in episode.steps)
    name, sentence = _ending(run)
    with ThreadPoolExecutor(_WORKERS) as pool:  # Pillow does its work outside the interpreter's lock
        views = list(pool.map(partial(_view, longest=longest, share=share), episode.steps))
    return environment.from_string(files.joinpath("run.html.jinja").read_text("utf-8")).render(
        policy=policy(style, script),
        style=Markup(style),  # noqa: S704  both are files of this package
        script=Markup(script),  # noqa: S704
        task=shown(episode.task),
        end=episode.end or ("running" if run.running else "cut_off"),
        end_name=name,
        end_sentence=sentence,
        message=shown(episode.message),
        answer=None if episode.answer is None else shown(episode.answer),
        dropped="" if run.dropped is None else shown(str(run.dropped)),
        about=[(shown(k, limit=100), shown(v, limit=1000)) for k, v in run.about.items()],
        started=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(run.started)),
        took="" if run.ended is None else duration(max(0.0, run.ended - run.started)),
        tokens_in=number(usage.prompt_tokens),
        tokens_out=number(usage.completion_tokens),
        calls=number(usage.calls),
        totals=_bar(totals, _total(totals)),
        total=duration(_total(totals)),
        steps=views,
        folder=run.folder.name,
    )


def _ending(run: Run) -> tuple[str, str]:
    if run.episode.end in BY_HAND and "recorded" in run.about:
        return BY_HAND[run.episode.end]
    if run.episode.end is not None:
        return ENDS[run.episode.end]
    if run.running:
        return "Running", "The run had not ended when this page was written."
    return "Cut off", "The run ended without saying how: it was killed, or the machine went down."


def _view(step: Step, longest: float, share: int) -> StepView:
    observation, outcome, usage = step.observation, step.outcome, step.usage
    picture, problem = embedded(observation.picture, share)
    words = "no action" if step.action is None else shown(in_words(step.action), limit=300)
    place = " · ".join(shown(p, limit=200) for p in (observation.app, observation.window) if p)
    return StepView(
        number=step.index + 1,
        picture=picture,
        picture_problem=problem,
        size=observation.size,
        wide=observation.size.width > observation.size.height,
        alt=f"The screen at step {step.index + 1}, {observation.size} pixels",
        drawing=drawing(step.action),
        words=words[:1].upper() + words[1:],
        thought=shown(step.thought),
        outcome="" if outcome is None else outcome.status,
        detail="" if outcome is None else shown(outcome.detail),
        changed={True: "screen changed", False: "no visible change", None: ""}[step.changed],
        result=shown(step.result),
        place=place,
        notes=tuple(_notes(step)),
        attempts=tuple(map(_written, step.attempts)),
        problems=sum(a.problem is not None for a in step.attempts),
        seconds=duration(_total(step.seconds)) if step.seconds else "",
        bar=_bar(step.seconds, longest),
        tokens=f"{number(usage.prompt_tokens)} tokens in, {number(usage.completion_tokens)} out" if usage.calls else "",
    )


def _written(attempt: Attempt) -> Written:
    searches = (Search(shown(g.description), shown(g.text)) for g in attempt.groundings)
    return Written(
        shown(attempt.text), shown(attempt.problem or ""), tuple(shown(r) for r in attempt.repairs), tuple(searches)
    )


def _notes(step: Step) -> Iterable[str]:
    observation = step.observation
    if observation.secure:
        yield "The app forbids pictures of its screen."
    if observation.locked:
        yield "The device was locked."
    if not observation.stable:
        yield "The screen was still moving."
    yield from (shown(n) for n in observation.notes)


# ---------------------------------------------------------------- time


def _total(seconds: Mapping[str, float]) -> float:
    return sum(max(0.0, s) for s in seconds.values())


def _summed(each: Iterable[Mapping[str, float]]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for seconds in each:
        for stage, value in seconds.items():
            totals[stage] = totals.get(stage, 0.0) + value
    return totals


def _bar(seconds: Mapping[str, float], full: float) -> tuple[Part, ...]:
    """`full`: how many seconds the whole bar stands for."""
    if full <= 0:
        return ()
    parts: list[Part] = []
    start = 0.0
    known = {s: seconds[s] for s in STAGES if s in seconds}
    other = _total({k: v for k, v in seconds.items() if k not in STAGES})
    for stage, value in (*known.items(), ("other", other)):
        if value > 0:
            parts.append(Part(stage, duration(value), f"{start / full:.2%}", f"{value / full:.2%}"))
            start += value
    return tuple(parts)
