"""The page of a file of predictions: one HTML file that needs no network and loads nothing.

Its policy allows exactly its own style and embedded pictures. All text from models, screens and data sets is escaped by
the template (autoescape) and cleaned by `shown`; numbers and plots are our own.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import jinja2
from markupsafe import Markup

from agent.evaluation.intervals import Rate
from agent.evaluation.protocols import protocol
from agent.evaluation.published import Published, objections, published
from agent.evaluation.report import plots
from agent.evaluation.report.failures import Failure
from agent.evaluation.report.pointing import Pointing, Within
from agent.evaluation.report.screens import Key, key
from agent.evaluation.report.survey import Survey
from agent.evaluation.scoring import Kind, Summary
from agent.viewer.embedding import policy
from agent.viewer.words import shown

MOST_GROUPS = 100
FIGURES = ("type match", "exact match", "score", "episode mean", "goal progress", "success")


@dataclass(frozen=True, slots=True)
class Cell:
    value: str
    interval: str = ""

    @classmethod
    def of(cls, rate: Rate | None) -> Cell:
        if rate is None:
            return cls("–")
        if rate.low is None or rate.high is None:
            return cls(f"{rate.value:.1%}")
        return cls(f"{rate.value:.1%}", f"{rate.low:.1%} to {rate.high:.1%}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One protocol: what it says of the file, and what it is."""

    name: str
    told: tuple[str, ...]
    figures: tuple[Cell, ...]
    parts: tuple[tuple[str, str], ...]
    rows: tuple[KindRow, ...]
    bars: Markup
    confusion: Markup
    counts: tuple[tuple[str, tuple[str, ...]], ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindRow:
    name: str
    steps: int
    type_match: Cell
    exact_match: Cell

    @classmethod
    def all(cls, kinds: Mapping[str, Kind]) -> tuple[KindRow, ...]:
        return tuple(
            cls(shown(n, limit=100) or "(none)", k.steps, Cell.of(k.type_match), Cell.of(k.exact_match))
            for n, k in kinds.items()
        )


@dataclass(frozen=True, slots=True)
class Beside:
    """A published row, or this run's own among them."""

    model: str
    figures: tuple[str, ...]
    rule: str
    part: str
    source: str
    setting: str
    objections: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """A failure, its picture and why there is none, and its areas in percent of the picture."""

    failure: Failure
    place: str
    picture: str
    problem: str
    wide: bool
    areas: tuple[tuple[str, str, str, str], ...]
    outline: str
    box: tuple[str, str, str, str] | None


def render(
    survey: Survey, name: str, *, by: str | None = None, screens: Mapping[Key, tuple[str, str]] | None = None
) -> str:
    """name: of the file. screens: the pictures of the failures, where there are any."""
    leading = survey.summaries[0]
    pointing = survey.pointing
    groups = dict(sorted(leading.groups.items(), key=lambda g: (-g[1].steps, g[0]))[:MOST_GROUPS])
    return template("report.html.jinja").render(
        **frame(),
        name=shown(name, limit=200),
        about=facts(leading.about),
        steps=leading.steps,
        episodes=leading.episodes,
        problems=problems(leading),
        reasons=[(shown(r, limit=300), n) for r, n in leading.reasons.items()],
        figures=[f for f in FIGURES if f != "score" or any(s.graded for s in survey.summaries)],
        rules=[_rule(i, s, survey.summaries) for i, s in enumerate(survey.summaries)],
        beside=_beside(survey.summaries),
        by=None if by is None else shown(by, limit=100),
        groups=KindRow.all(groups),
        groups_plot=Markup(plots.bars("groups", _named(groups))) if groups else "",  # noqa: S704  our own
        more_groups=len(leading.groups) - len(groups),
        pointing=_pointing(pointing, leading.protocol) if pointing.given else None,
        asked=pointing.asked,
        thresholds=[_threshold(w, leading.protocol) for w in pointing.thresholds()],
        leading=leading.protocol,
        wrong=survey.wrong,
        shots=[_shot(f, screens) for f in survey.failures],
        pictures=screens is not None,
    )


def template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda n: _file(n)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def frame() -> dict[str, object]:
    """What every page has: its style, and the policy that allows it."""
    style = _file("report.css").strip()
    return {"style": Markup(style), "policy": policy(style), "newline": "\n"}  # noqa: S704  a file of this package


def facts(about: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(shown(k, limit=100), shown(v, limit=1000)) for k, v in about.items()]


def problems(summary: Summary) -> list[str]:
    """All that isn't as it should be, in a line each."""
    counts = (
        (summary.unreadable, "replies could not be read; they count as wrong"),
        (summary.unread, "steps of the data set could not be read; they count as wrong"),
        (summary.missing, "steps of begun episodes were not predicted; they count as wrong"),
        (summary.duplicates, "steps stand in the file more than once; the first counts"),
        (summary.damaged, "lines are damaged and left out"),
    )
    return [f"{count} {what}" for count, what in counts if count]


def _file(name: str) -> str:
    return resources.files("agent.evaluation.report").joinpath(name).read_text("utf-8")


def _rates(summary: Summary) -> tuple[Rate | None, ...]:
    score = summary.score if summary.graded else None
    return (
        summary.type_match,
        summary.exact_match,
        score,
        summary.episode_mean,
        summary.progress,
        summary.success,
    )


def _rule(number: int, summary: Summary, all_: Sequence[Summary]) -> Rule:
    graded = any(s.graded for s in all_)
    told = inspect.getdoc(sys.modules[protocol(summary.protocol).__module__]) or ""
    columns = tuple(sorted({said for row in summary.confusion.values() for said in row}))
    rates = [r for f, r in zip(FIGURES, _rates(summary), strict=True) if graded or f != "score"]
    return Rule(
        name=summary.protocol,
        told=tuple(" ".join(paragraph.split()) for paragraph in told.split("\n\n")),
        figures=tuple(map(Cell.of, rates)),
        parts=tuple((shown(k, limit=100), f"{v:.3f}") for k, v in summary.parts.items()),
        rows=KindRow.all(summary.kinds),
        bars=Markup(plots.bars(f"bars{number}", summary.kinds)) if summary.kinds else Markup(),  # noqa: S704
        confusion=Markup(plots.confusion(f"kinds{number}", summary.confusion)) if summary.confusion else Markup(),  # noqa: S704
        counts=tuple((kind, tuple(str(row.get(c, "")) for c in columns)) for kind, row in summary.confusion.items()),
        columns=columns,
    )


def _named(groups: Mapping[str, Kind]) -> dict[str, Kind]:
    return {shown(name, limit=100): kind for name, kind in groups.items()}


def _beside(summaries: Sequence[Summary]) -> list[tuple[str, list[Beside]]]:
    """For each protocol this run's own row and what was published under it; at last what is under no such rule."""
    about = summaries[0].about
    known = published(about)
    ours = {s.protocol for s in summaries}
    parts: list[tuple[str, list[Beside]]] = []
    for summary in summaries:
        same = [p for p in known if p.protocol == summary.protocol]
        if same:
            rows = [_row(p, objections(p, summary.protocol, about)) for p in same]
            parts.append((summary.protocol, [_own(summary), *rows]))
    others = [p for p in known if p.protocol not in ours]
    if others:
        rows = [_row(p, objections(p, summaries[0].protocol, about)) for p in others]
        parts.append(("", rows if parts else [*map(_own, summaries), *rows]))
    return parts


def _row(one: Published, against: Sequence[str]) -> Beside:
    figures = tuple("–" if f is None else f"{f:g}" for f in (one.type_match, one.exact_match, one.score))
    part = " ".join(filter(None, (one.part, one.level and f"{one.level} level")))
    rule = one.protocol or "not stated"
    return Beside(one.model, figures, rule, part, str(one.source), one.source.setting, "; ".join(against))


def _own(summary: Summary) -> Beside:
    score = summary.score if summary.graded else None
    figures = tuple("–" if r is None else _percent(r) for r in (summary.type_match, summary.exact_match, score))
    model = shown(summary.about.get("model", "this file"), limit=100)
    part = f"{summary.steps} steps of {summary.episodes} episodes"
    return Beside(model, figures, summary.protocol, part, "this file", "", own=True)


def _percent(rate: Rate) -> str:
    low_high = "" if rate.low is None or rate.high is None else f" ({100 * rate.low:.1f} to {100 * rate.high:.1f})"
    return f"{100 * rate.value:.1f}{low_high}"


def _pointing(pointing: Pointing, leading: str) -> dict[str, object]:
    middle, most = pointing.all["sides"].quantile(0.5), pointing.all["sides"].quantile(0.9)
    return {
        "given": pointing.given,
        "further": pointing.further,
        "median": f"{middle or 0:.4f}",
        "ninety": f"{most or 0:.4f}",
        "aside": _aside(pointing.across / pointing.given, "to the right", "to the left"),
        "below": _aside(pointing.down / pointing.given, "below", "above"),
        "errors": Markup(plots.errors("errors", pointing)),  # noqa: S704  the plots are our own
        "places": Markup(plots.places("places", pointing)),  # noqa: S704
        "curve": Markup(plots.curve("curve", pointing, leading)),  # noqa: S704
    }


def _aside(value: float, more: str, less: str) -> str:
    return f"{abs(value):.4f} {more if value >= 0 else less}"


def _threshold(within: Within, leading: str) -> dict[str, object]:
    return {
        "distance": f"{within.distance:.4f}".rstrip("0"),
        "measure": "each side" if within.measure == "sides" else "the longer side",
        "protocols": ", ".join(within.protocols),
        "leads": leading in within.protocols,
        "given": Cell.of(within.given),
        "asked": Cell.of(within.asked),
        "exact": f"{within.exact_match:.1%}",
    }


def _shot(failure: Failure, screens: Mapping[Key, tuple[str, str]] | None) -> Shot:
    picture, problem = ("", "") if screens is None else screens[key(failure.place)]
    box = failure.box
    return Shot(
        failure=failure,
        place=shown(str(failure.place), limit=300),
        picture=picture,
        problem=problem,
        wide=failure.size.width > failure.size.height,
        areas=tuple(_rectangle(*a) for a in failure.areas),
        outline=" ".join(f"{p.x:.4f},{p.y:.4f}" for p in failure.outline),
        box=None if box is None else _rectangle(box.left, box.top, box.right, box.bottom),
    )


def _rectangle(left: float, top: float, right: float, bottom: float) -> tuple[str, str, str, str]:
    """x, y, width and height of what is on the screen."""
    left, top, right, bottom = (min(max(v, 0.0), 1.0) for v in (left, top, right, bottom))
    return f"{left:.2%}", f"{top:.2%}", f"{right - left:.2%}", f"{bottom - top:.2%}"
