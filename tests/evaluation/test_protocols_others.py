"""The protocols for desktops, web pages and grounding, and our own, against cases worked out by hand."""

import math

import pytest

from actions.geometry import Area, Point, Size
from actions.types import (
    Action,
    Answer,
    AskUser,
    Button,
    CallTool,
    Click,
    Drag,
    Finish,
    LongPress,
    Move,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from agent.evaluation.protocols import protocol
from agent.evaluation.step import Prediction, Recorded, Truth
from tests.evaluation.cases import UNREADABLE, at, said, scroll, sequence, truth

RIGHT, WRONG, OTHER_TYPE = (True, True), (True, False), (False, False)
BOX: Area = (0.4, 0.4, 0.5, 0.45)


def text(content: str, *, submit: bool = False) -> TypeText:
    return TypeText(text=content, submit=submit)


def keys(*names: str) -> PressKeys:
    return PressKeys(keys=names)


def move(x: float, y: float) -> Move:
    return Move(point=Point(x, y))


def rolled(amount: float, x: float = 0.5, y: float = 0.5, *, up: bool = False) -> Scroll:
    return Scroll(direction="up" if up else "down", amount=amount, point=Point(x, y))


# ---------------------------------------------------------------- grounding


TRIANGLE = (Point(0.2, 0.2), Point(0.6, 0.2), Point(0.2, 0.6))


def outlined(outline: tuple[Point, ...]) -> Truth:
    return Truth(Size(100, 100), ((Recorded(at(0.3, 0.3), outline=outline),),))


NOTHING_THERE = truth(Finish(success=False))

GROUNDING = [
    (truth(at(0.45, 0.42), areas=(BOX,)), said(at(0.4, 0.45)), RIGHT),
    (truth(at(0.45, 0.42), areas=(BOX,)), said(at(0.3999, 0.45)), WRONG),
    (truth(at(0.45, 0.42), areas=(BOX,)), said(LongPress(point=Point(0.45, 0.42))), RIGHT),
    (truth(at(0.45, 0.42), areas=(BOX,)), said(at(0.0, 0.0), box=(0.3, 0.3, 0.6, 0.54)), RIGHT),  # its centre counts
    (truth(at(0.45, 0.42), areas=(BOX,)), said(at(0.45, 0.42), box=(0.0, 0.0, 1.0, 1.0)), WRONG),
    (truth(at(0.45, 0.42), areas=(BOX,)), said(text("x")), OTHER_TYPE),
    (truth(at(0.45, 0.42), areas=(BOX,)), UNREADABLE, OTHER_TYPE),
    (truth(at(0.45, 0.42), areas=(BOX,)), said(Finish(success=False)), OTHER_TYPE),
    (outlined(TRIANGLE), said(at(0.3, 0.3)), RIGHT),
    (outlined(TRIANGLE), said(at(0.39, 0.4)), RIGHT),
    (outlined(TRIANGLE), said(at(0.41, 0.4)), WRONG),
    (outlined(TRIANGLE), said(at(0.1, 0.3)), WRONG),
    (outlined(TRIANGLE), said(at(0.3, 0.7)), WRONG),
    (NOTHING_THERE, said(Finish(success=False)), RIGHT),
    (NOTHING_THERE, said(at(0.5, 0.5)), OTHER_TYPE),
    (NOTHING_THERE, said(Finish()), OTHER_TYPE),
    (NOTHING_THERE, UNREADABLE, OTHER_TYPE),
]


@pytest.mark.parametrize("name", ["screenspot", "osworld_g"])
@pytest.mark.parametrize(("was", "prediction", "expected"), GROUNDING)
def test_grounding(name: str, was: Truth, prediction: Prediction, expected: tuple[bool, bool]) -> None:
    result = protocol(name)(was, prediction)
    assert (result.type_match, result.exact_match) == expected


# ---------------------------------------------------------------- Mind2Web


def web(operation: str, value: str = "") -> Truth:
    return truth(at(0.45, 0.42), areas=(BOX,), tags={"operation": operation, "value": value})


CHOSEN = CallTool(name="select", arguments={"value": "Two adults"})
INSIDE, OUTSIDE = at(0.45, 0.42), at(0.1, 0.1)


MIND2WEB = [  # the recording, the prediction, its kind, whether the element is right, F1 of the operation
    (web("CLICK"), said(INSIDE), "CLICK", 1, 1),
    (web("CLICK"), said(OUTSIDE), "CLICK", 0, 1),
    (web("CLICK"), said(at(0.5, 0.45)), "CLICK", 1, 1),
    (web("HOVER"), said(move(0.45, 0.42)), "CLICK", 1, 1),
    (web("ENTER"), said(INSIDE), "CLICK", 1, 1),
    (web("CLICK"), said(INSIDE, text("Boston")), "CLICK", 1, 0),  # {click} and {type, boston}
    (web("TYPE", "New York"), said(INSIDE, text("new york")), "TYPE", 1, 1),
    (web("TYPE", "New York"), said(INSIDE, text("york")), "TYPE", 1, 0.8),  # 2·2/(3+2)
    (web("TYPE", "New York"), said(text("New York")), "TYPE", 0, 1),
    (web("TYPE", "New York"), said(INSIDE), "TYPE", 1, 0),
    (web("SELECT", "Two adults"), said(INSIDE, CHOSEN), "SELECT", 1, 1),
    (web("SELECT", "Two adults"), said(INSIDE, text("Two adults")), "SELECT", 1, 2 / 3),
    (web("TYPE", "New York"), UNREADABLE, "TYPE", 0, 0),
]


@pytest.mark.parametrize(("was", "prediction", "kind", "element", "f1"), MIND2WEB)
def test_mind2web(was: Truth, prediction: Prediction, kind: str, element: float, f1: float) -> None:
    result = protocol("mind2web")(was, prediction)
    assert result.kind == kind
    assert result.parts["element"] == element
    assert result.parts["operation_f1"] == pytest.approx(f1)  # pyright: ignore[reportUnknownMemberType]
    assert result.exact_match == (element == 1 and f1 == 1)


# ---------------------------------------------------------------- AgentNetBench


def did(*actions: Action, areas: tuple[Area, ...] = ()) -> tuple[Recorded, ...]:
    return tuple(Recorded(a, areas) for a in actions)


def decay(distance: float) -> float:
    return math.exp(-120 * (distance - 0.01 * math.sqrt(2)))


AWAY = decay(0.4 * math.sqrt(2))
MOVED_AND_ROLLED = sequence((Recorded(move(0.5, 0.5), (BOX,)), Recorded(rolled(0.3))))

AGENTNET = [  # the recording, the prediction, the score now and by the first evaluator
    (sequence(did(at(0.45, 0.42), areas=(BOX,))), said(at(0.41, 0.45)), 1, 1),
    (sequence(did(at(0.45, 0.42))), said(at(0.459, 0.429)), 1, 1),
    (sequence(did(at(0.45, 0.42))), said(at(0.47, 0.42)), decay(0.02), decay(0.02)),
    (sequence(did(at(0.45, 0.42), areas=(BOX,))), said(at(0.6, 0.42)), decay(0.15), decay(0.15)),
    (sequence(did(at(0.45, 0.42))), said(Click(point=Point(0.45, 0.42), button="right")), 0, 0),
    (sequence(did(at(0.45, 0.42))), said(Click(point=Point(0.45, 0.42), count=2)), 0, 0),
    (sequence(did(Click(point=Point(0.4, 0.4), count=3))), said(Click(point=Point(0.4, 0.4), count=3)), 1, 1),
    (sequence(did(at(0.45, 0.42))), said(text("x")), 0, 0),
    (sequence(did(at(0.45, 0.42))), UNREADABLE, 0, 0),
    (sequence(did(at(0.45, 0.42))), said(at(0.45, 0.42), text("x")), 0.5, 1),  # one too many
    (sequence(did(text("George Orwell"))), said(text(" george orwell ")), 1, 1),
    (sequence(did(text("abcdefghij"))), said(text("abcdefghXY")), 1, 1),  # 0.8
    (sequence(did(text("abcdefghij"))), said(text("abcdefgXYZ")), 0.7 / 0.8, 0.7 / 0.8),
    (sequence(did(text(""))), said(text("")), 1, 1),
    (sequence(did(text("abc"))), said(text("")), 0, 0),
    (sequence(did(text("abc"), keys("enter"))), said(text("abc", submit=True)), 1, 1),
    (sequence(did(text("abc"), keys("enter"))), said(text("abc"), keys("enter")), 1, 1),
    (sequence(did(text("abc"), keys("enter"))), said(text("abc")), 1, 1),  # the known fault
    (sequence(did(keys("ctrl", "c"))), said(keys("control", "c")), 1, 1),
    (sequence(did(keys("ctrl", "c"))), said(keys("c", "ctrl")), 0, 1),
    (sequence(did(keys("down", "down"))), said(keys("down")), 0, 0),  # a hotkey and a press, here
    (sequence(did(keys("ctrl", "c"))), said(keys("ctrl", "v")), 0, 0),
    (sequence(did(rolled(0.6))), said(rolled(0.3)), 0.5, 1),
    (sequence(did(rolled(0.3))), said(rolled(0.6)), 0.5, 1),
    (sequence(did(rolled(0.6))), said(rolled(0.6, up=True)), 0, 1),
    (MOVED_AND_ROLLED, said(rolled(0.3, 0.45, 0.42)), 1, 1),
    (MOVED_AND_ROLLED, said(rolled(0.3, 0.9, 0.9)), (AWAY + 1) / 2, (AWAY + 1) / 2),
    (MOVED_AND_ROLLED, said(move(0.45, 0.42)), 0.5, 0.5),
    (MOVED_AND_ROLLED, said(move(0.45, 0.42), rolled(0.3)), 1, 1),
    (sequence(did(move(0.1, 0.1), Drag(start=None, end=Point(0.5, 0.5)))),
     said(Drag(start=Point(0.1, 0.1), end=Point(0.5, 0.5))), 1, 1),
    (sequence(did(at(0.1, 0.1), at(0.5, 0.5), text("a"))), said(at(0.1, 0.1), at(0.9, 0.9), text("a")),
     ((1 + AWAY) / 2 + 1) / 2, ((1 + AWAY) / 2 + 1) / 2),
    (sequence(did(at(0.1, 0.1), text("a"))), said(text("a"), at(0.1, 0.1)), 0, 0),  # out of step, though both are there
    (sequence(did(Finish())), said(Finish()), 1, 1),
    (sequence(did(Finish())), said(Finish(), Wait()), 0.5, 1),
    (sequence(did(Finish())), said(Finish(success=False)), 0, 0),
    (sequence(did(Finish())), said(at(0.5, 0.5)), 0, 0),
    (sequence(did(Wait())), said(Wait()), 0, 0),  # the known fault
    (sequence(did(at(0.1, 0.1), Wait())), said(at(0.1, 0.1), Wait()), 1, 1),
    (sequence(did(at(0.1, 0.1), Wait())), said(at(0.1, 0.1)), 0.5, 0.5),
    (sequence(did(at(0.1, 0.1)), did(keys("enter"))), said(keys("enter")), 1, 1),  # the alternative is better
]  # fmt: skip


@pytest.mark.parametrize(("was", "prediction", "now", "first"), AGENTNET)
def test_agentnet(was: Truth, prediction: Prediction, now: float, first: float) -> None:
    for name, expected in (("agentnet", now), ("agentnet_first", first)):
        result = protocol(name)(was, prediction)
        assert result.score == pytest.approx(expected), name  # pyright: ignore[reportUnknownMemberType]
        assert result.exact_match == (expected == 1), name


# ---------------------------------------------------------------- our own

NEAR_BY: Area = (0.3, 0.3, 0.6, 0.6)
ICON: Area = (0.44, 0.41, 0.46, 0.43)

HANDEYE = [
    (truth(at(0.45, 0.42), areas=(BOX,)), said(at(0.41, 0.41)), RIGHT),
    (truth(at(0.45, 0.42), areas=(BOX,)), said(at(0.46, 0.46)), WRONG),
    (truth(at(0.45, 0.42), areas=(NEAR_BY, ICON)), said(at(0.455, 0.42)), RIGHT),
    (truth(at(0.45, 0.42), areas=(NEAR_BY, ICON)), said(at(0.5, 0.5)), WRONG),  # the smallest that holds it
    (truth(at(0.1, 0.1), areas=(NEAR_BY, ICON)), said(at(0.5, 0.5)), RIGHT),  # none holds it: any
    (truth(at(0.45, 0.42), elements=(NEAR_BY, ICON)), said(at(0.455, 0.42)), RIGHT),
    (truth(at(0.45, 0.42), elements=(NEAR_BY, ICON)), said(at(0.5, 0.5)), WRONG),  # the smallest that holds it
    (truth(at(0.35, 0.35), elements=(NEAR_BY, ICON)), said(at(0.5, 0.5)), RIGHT),
    (truth(at(0.1, 0.1), elements=(NEAR_BY,)), said(at(0.179, 0.1)), RIGHT),  # 79 of 2000 px
    (truth(at(0.1, 0.1), elements=(NEAR_BY,)), said(at(0.1, 0.141)), WRONG),
    (truth(at(0.1, 0.1), elements=((0.0, 0.0, 1.0, 1.0),)), said(at(0.9, 0.9)), WRONG),
    (truth(at(0.1, 0.1), areas=((0.0, 0.0, 1.0, 1.0),)), said(at(0.9, 0.9)), WRONG),
    (outlined(TRIANGLE), said(at(0.39, 0.4)), RIGHT),
    (outlined(TRIANGLE), said(at(0.41, 0.4)), WRONG),
    (truth(at(0.45, 0.42), areas=(BOX,)), said(at(0.1, 0.1), box=BOX), RIGHT),
    (truth(at(0.45, 0.42), areas=(BOX,)), said(at(0.45, 0.42), box=(0.0, 0.0, 0.9, 0.84)), WRONG),  # too large
    (truth(at(0.45, 0.42)), said(at(0.45, 0.42), box=(0.0, 0.0, 0.2, 0.2)), WRONG),
    (truth(at(0.45, 0.42)), said(Click(point=Point(0.45, 0.42), count=2)), WRONG),
    (truth(at(0.45, 0.42)), said(Click(point=Point(0.45, 0.42), button="right")), WRONG),
    (truth(at(0.45, 0.42)), said(LongPress(point=Point(0.45, 0.42))), OTHER_TYPE),
    (truth(at(0.45, 0.42)), said(at(0.45, 0.42), at(0.45, 0.42)), WRONG),
    (truth(at(0.45, 0.42)), UNREADABLE, OTHER_TYPE),
    (truth(LongPress(point=Point(0.45, 0.42))), said(LongPress(point=Point(0.45, 0.42), seconds=3)), RIGHT),
    (truth(text("Pizza")), said(text(" ｐizza ")), RIGHT),
    (truth(text("Pizza")), said(text("a Pizza")), WRONG),
    (truth(text("Pizza")), said(text("")), WRONG),
    (truth(text("")), said(text("")), WRONG),
    (truth(text("Pizza")), said(text("Pizza", submit=True)), WRONG),
    (truth(scroll("down")), said(rolled(0.9)), RIGHT),
    (truth(scroll("down")), said(scroll("up")), WRONG),
    (truth(scroll("down")), said(Drag(start=Point(0.5, 0.8), end=Point(0.5, 0.2))), RIGHT),
    (truth(scroll("down")), said(Drag(start=Point(0.5, 0.2), end=Point(0.5, 0.8))), OTHER_TYPE),
    (truth(Drag(start=Point(0.1, 0.1), end=Point(0.5, 0.5))), said(Drag(start=Point(0.1, 0.1), end=Point(0.5, 0.52))),
     RIGHT),
    (truth(Drag(start=Point(0.1, 0.1), end=Point(0.5, 0.5))), said(Drag(start=Point(0.3, 0.1), end=Point(0.5, 0.5))),
     WRONG),
    (truth(Drag(start=Point(0.1, 0.1), end=Point(0.5, 0.5))), said(Drag(start=None, end=Point(0.5, 0.5))), RIGHT),
    (truth(Drag(start=None, end=Point(0.5, 0.5))), said(Drag(start=None, end=Point(0.5, 0.6))), WRONG),
    (truth(Button(name="enter")), said(keys("enter")), RIGHT),
    (truth(keys("enter")), said(Button(name="enter")), RIGHT),
    (truth(Button(name="back")), said(Button(name="home")), WRONG),
    (truth(keys("ctrl", "c")), said(keys("c", "ctrl")), WRONG),
    (truth(OpenApp(name="Maps")), said(OpenApp(name="maps")), RIGHT),
    (truth(OpenApp(name="Maps")), said(OpenApp(name="Google Maps")), WRONG),
    (truth(Answer(text="42 %")), said(Answer(text="42 %")), RIGHT),
    (truth(Answer(text="")), said(Answer(text="")), WRONG),
    (truth(Wait()), said(Wait(seconds=3)), RIGHT),
    (truth(AskUser(question="a?")), said(AskUser(question="b?")), RIGHT),
    (truth(CallTool(name="a")), said(CallTool(name="a", arguments={"b": 1})), WRONG),
    (truth(Finish()), said(Finish(message="yes")), RIGHT),
    (truth(Finish()), said(Finish(success=False)), WRONG),
    (MOVED_AND_ROLLED, said(rolled(0.9)), RIGHT),
    (MOVED_AND_ROLLED, said(move(0.45, 0.42), rolled(0.9)), RIGHT),
    (MOVED_AND_ROLLED, said(move(0.9, 0.42), rolled(0.9)), WRONG),
    (sequence(did(text("a"), keys("enter"))), said(text("a")), WRONG),
    (sequence(did(at(0.1, 0.1)), did(keys("enter"))), said(keys("enter")), RIGHT),
    (sequence(did(at(0.1, 0.1)), did(keys("enter"))), said(keys("tab")), WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("was", "prediction", "expected"), HANDEYE)
def test_handeye(was: Truth, prediction: Prediction, expected: tuple[bool, bool]) -> None:
    result = protocol("handeye")(was, prediction)
    assert (result.type_match, result.exact_match) == expected
