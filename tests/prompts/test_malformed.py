"""Malformed replies and replies that are cut off, in every dialect: read to what is meant, or refused."""

import pytest

from actions.errors import ParseError
from actions.geometry import Point
from actions.types import Action, Answer, Click, Drag, LongPress, OpenApp, PressKeys, Scroll, TypeText
from agent.models.family import FAMILIES
from prompts.dialect import Decision, Dialect
from prompts.dialects import BUILT_IN
from tests.prompts.malformed import CASES, SIZE, Case, outcome

EACH = pytest.mark.parametrize("dialect", [d(p) for d in BUILT_IN.values() for p in ("mobile", "desktop")],
                               ids=lambda d: f"{d.name}-{d.platform}")  # fmt: skip
OWN = [case for case in CASES if case.dialect in BUILT_IN]


@pytest.mark.parametrize("case", OWN, ids=lambda c: f"{c.dialect}-{c.what}")
def test_the_family_itself_reads_what_is_meant_or_nothing(case: Case) -> None:
    assert outcome(case) is None


def test_each_case_is_told_once_and_of_a_family_that_there_is() -> None:
    assert {case.dialect for case in CASES} <= {family.dialect for family in FAMILIES}
    assert len({(c.dialect, c.what) for c in CASES}) == len(CASES)


@EACH
def test_no_dialect_fails_or_finishes_on_any_of_them(dialect: Dialect) -> None:
    for case in CASES:
        try:
            decision = dialect.parse(case.text, SIZE)
        except ParseError:
            continue
        assert all(a.kind not in ("finish", "answer") for a in decision.actions), case.text


@EACH
def test_a_reply_that_is_cut_off_is_never_another_action(dialect: Dialect) -> None:
    """As at the limit of tokens: each beginning of a reply is the same action, or none."""
    said: tuple[Action, ...] = (
        Click(point=Point(0.512, 0.345)),
        Click(point=Point(0.512, 0.345), count=2),
        LongPress(point=Point(0.5, 0.25)),
        Drag(start=Point(0.123, 0.234), end=Point(0.345, 0.456)),
        Scroll(direction="up"),
        TypeText(text="say it"),
        TypeText(text="say it", submit=True),
        PressKeys(keys=("ctrl", "c")),
        OpenApp(name="Maps"),
        Answer(text="42"),
    )
    for action in said:
        if action.kind not in dialect.kinds():
            continue
        text = dialect.write(Decision("I see.", (action,)), SIZE)
        whole = dialect.parse(text, SIZE).actions
        for end in range(len(text)):
            try:
                assert dialect.parse(text[:end], SIZE).actions == whole, text[:end]
            except ParseError:
                continue
