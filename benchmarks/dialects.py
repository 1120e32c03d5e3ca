"""The dialects: uv run python benchmarks/dialects.py [--quick] [--out FILE]

For each model family, on a phone and on a desktop: how many drawn actions are read back as they were written, which
malformed outputs are read or refused, whether the prompt is the pinned one, and where its form comes from. Then every
dialect through whole tasks on the simulated phone, over the real adb, by a model that writes that dialect. And how long
the longest reply takes to read.
"""

from __future__ import annotations

import contextlib
import inspect
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import get_args

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from actions.errors import ParseError
from actions.geometry import Box, Point, Size, from_model
from agent.core import Agent
from agent.demo import oracle_model, simulated_phone
from agent.models.family import by_dialect
from environments.base import Platform
from environments.phone.tasks import sample
from prompts.dialect import Decision, Dialect
from prompts.dialects import BUILT_IN, GROUNDING
from prompts.grounding import GroundingDialect
from prompts.reading import LONGEST
from report import Report, median, start
from tests.prompts.goldens import golden_texts, grounding_texts
from tests.prompts.malformed import CASES, outcome
from tests.prompts.moments import GOLDEN, attacks, same
from tests.prompts.test_round_trip import sayable, sizes

TASKS = ("send_message", "toggle_scrolled", "read_about", "create_note")
PIXELS = 600_000
"""Fewer than the phone has, so that a dialect that counts pixels counts those of the resized picture."""
UNREADABLE = ("", "I will tap the button.", "{", "[" * 5000, "✿FUNCTION✿", "<tool_call>", "Action:", "<answer>")


def read_back(dialect: Dialect, count: int) -> Counter[str]:
    """How many drawn actions of each kind are read back exactly; a failure raises with the action."""
    kinds: Counter[str] = Counter()

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    @given(data=st.data())
    def draw(data: st.DataObject) -> None:
        action = data.draw(sayable.filter(lambda a: a.kind in dialect.kinds()))
        seen: Size = data.draw(sizes)
        decision = dialect.parse(dialect.write(Decision("", (action,)), seen), seen)
        assert len(decision.actions) == 1, action
        assert same(decision.actions[0], action, dialect, seen), action
        kinds[action.kind] += 1

    draw()
    return kinds


def refused(dialect: Dialect) -> tuple[int, int]:
    """How many of the texts that no dialect may read as success end as an error or as an action that is no finish."""
    texts = [*UNREADABLE, *attacks().values()]
    good = 0
    for text in texts:
        try:
            decision = dialect.parse(text, Size(1000, 1000))
        except ParseError:
            good += 1
        else:
            good += text not in UNREADABLE and bool(decision.actions)
    return good, len(texts)


def malformed(name: str) -> tuple[int, int]:
    """How many of the family's own malformed outputs come out as they must: read with the repairs named, or refused."""
    cases = [case for case in CASES if case.dialect == name]
    return sum(outcome(case) is None for case in cases), len(cases)


def source(dialect: type[Dialect] | type[GroundingDialect]) -> str:
    """Where the form comes from: what the class says, where its module has several, else the module; "" where neither
    does."""
    for said in (dialect.__doc__, getattr(inspect.getmodule(dialect), "__doc__", None)):
        found = re.search(r"Sources?:\s+(?:-\s+)?(.*?)(?:[,;:(]|\.(?:\s|$)|\sat\s)", " ".join((said or "").split()))
        if found is not None:
            return found.group(1).removeprefix("the ")[:60]
    return ""


def families(report: Report, *, count: int) -> None:
    pinned = {name for name, text in golden_texts() if (GOLDEN / name).read_text("utf-8") == text}
    rows: list[tuple[object, ...]] = []
    unread = unpinned = unsourced = wrong = 0
    for name in sorted(BUILT_IN):
        kinds: Counter[str] = Counter()
        own, total = malformed(name)
        said, all_said = 0, 0
        golden = 0
        for platform in get_args(Platform):
            dialect = BUILT_IN[name](platform)
            kinds += read_back(dialect, count)
            good, tried = refused(dialect)
            said, all_said = said + good, all_said + tried
            golden += any(p.startswith(f"{name}-{platform}-") for p in pinned)
        where = source(BUILT_IN[name])
        unread += 2 * count - kinds.total()
        unpinned += 2 - golden
        unsourced += not where
        wrong += (total - own) + (all_said - said)
        rows.append(
            (
                name,
                f"{len(kinds)} kinds, {kinds.total()}",
                f"{own} of {total}" if total else "none told",
                f"{said} of {all_said}",
                f"{golden} of 2",
                where,
            )
        )
    columns = ("dialect", "actions read back", "own malformed", "attacks and nonsense", "prompts pinned", "source")
    report.table("dialects, on a phone and on a desktop", columns, rows)
    report.bar("dialects", len(BUILT_IN), 20, unit="", at_least=True)
    report.bar("actions not read back", unread, 0, unit="")
    report.bar("malformed outputs read wrongly", wrong, 0, unit="")
    report.bar("prompts not pinned", unpinned, 0, unit="")
    report.bar("dialects without a source", unsourced, 0, unit="")


def grounders(report: Report, *, count: int) -> None:
    """Points on a grid, written as boxes around them and read back."""
    pinned = {name for name, text in grounding_texts() if (GOLDEN / name).read_text("utf-8") == text}
    rows: list[tuple[object, ...]] = []
    missed = 0
    for name, kind in sorted(GROUNDING.items()):
        dialect = kind()
        read = 0
        for point, seen in places(count):
            found = dialect.parse(dialect.write(around(point), seen), seen)
            read += abs(found.x - point.x) <= 0.002 and abs(found.y - point.y) <= 0.002
        missed += count - read
        golden = f"grounding/{name}.txt" in pinned
        missed += not golden
        rows.append((name, f"{read} of {count}", "yes" if golden else "NO", source(kind)))
    report.table("grounders", ("dialect", "places read back", "prompt pinned", "source"), rows)
    report.bar("places not read back", missed, 0, unit="")


def tasks(report: Report, *, names: tuple[str, ...]) -> None:
    rows: list[tuple[object, ...]] = []
    failed = mended = 0
    for name in sorted(BUILT_IN):
        family = by_dialect(name)
        assert family is not None, name
        achieved, steps = 0, 0
        for seed, template in enumerate(names):
            with simulated_phone(seed) as (phone, environment):
                task = sample(template, seed)
                task.setup(phone)
                dialect = BUILT_IN[name]("mobile", space=family.space)
                model = oracle_model(task, phone, dialect, max_pixels=PIXELS)
                agent = Agent(model, environment, dialect=dialect)
                episode = agent.run(task.text)
                achieved += task.check(phone, episode.answer, gave_up=episode.end == "not_done")
                steps += len(episode.steps)
                mended += sum(len(s.attempts) != 1 or bool(s.attempts[0].repairs) for s in episode.steps)
        failed += len(names) - achieved
        rows.append((name, f"{achieved} of {len(names)}", steps))
    report.table("whole tasks over the real adb, judged by the phone's state", ("dialect", "achieved", "steps"), rows)
    report.bar("tasks not achieved", failed, 0, unit="tasks")
    report.bar("replies that had to be mended", mended, 0, unit="")


def longest(report: Report) -> None:
    """The slowest kinds of text, at the greatest length that is read."""
    pieces = ("[", "<tool_call>", "✿FUNCTION✿: Tap\n", "click(start_box='", "<think>", '{"a": ', "\\", "'\"", "(1,2),")
    took: dict[str, float] = {}
    for name in sorted(BUILT_IN):
        dialect = BUILT_IN[name]("mobile")
        for piece in pieces:
            text = (piece * (LONGEST // len(piece)))[:LONGEST]
            began = time.perf_counter()
            with contextlib.suppress(ParseError):
                dialect.parse(text, Size(1000, 1000))
            took[name] = max(took.get(name, 0.0), time.perf_counter() - began)
    slowest = max(took, key=lambda n: took[n])
    report.table(
        f"a reply of {LONGEST} characters, the slowest of {len(pieces)} kinds (seconds)",
        ("", "figure"),
        [("median over the dialects", median([*took.values()])), (f"slowest: {slowest}", took[slowest])],
    )
    report.bar("longest reply", took[slowest], 1.0)


def places(count: int) -> Iterator[tuple[Point, Size]]:
    for i in range(count):
        x, y = 20 + (i * 379) % 960, 20 + (i * 617) % 960
        seen = Size(300 + (i * 131) % 2000, 300 + (i * 173) % 2000)
        yield from_model(x, y, space="thousand", seen=seen), seen


def around(point: Point) -> Box:
    return Box(point.x - 0.02, point.y - 0.01, point.x + 0.02, point.y + 0.01)


def main() -> int:
    report, arguments = start("handeye: the dialects", __doc__ or "")
    quick: bool = arguments.quick
    families(report, count=40 if quick else 1000)
    grounders(report, count=100 if quick else 2000)
    longest(report)
    tasks(report, names=TASKS[:1] if quick else TASKS)
    return report.close(arguments.out)


if __name__ == "__main__":
    sys.exit(main())
