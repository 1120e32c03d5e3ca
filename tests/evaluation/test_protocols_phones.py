"""The protocols for phones, against cases worked out by hand from the sources that their modules name.

The screen is 1000 by 2000 pixels, so that shares of a side and shares of the longer side differ.
"""

import pytest

from actions.geometry import Area, Point
from actions.types import (
    Action,
    AskUser,
    Button,
    Drag,
    Finish,
    LongPress,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from agent.evaluation.protocols import protocol
from agent.evaluation.step import Prediction, Truth
from tests.evaluation.cases import UNREADABLE, at, finger, said, scroll, truth

WHOLE: Area = (0.0, 0.0, 1.0, 1.0)


def held(x: float, y: float) -> LongPress:
    return LongPress(point=Point(x, y))


def drag(x1: float, y1: float, x2: float, y2: float) -> Drag:
    return Drag(start=Point(x1, y1), end=Point(x2, y2))


def text(content: str) -> TypeText:
    return TypeText(text=content)


def verdict(name: str, was: Truth | Action, prediction: Prediction | Action) -> tuple[bool, bool]:
    given = was if isinstance(was, Truth) else truth(was)
    answer = prediction if isinstance(prediction, Prediction) else said(prediction)
    result = protocol(name)(given, answer)
    assert result.score == float(result.exact_match)
    return result.type_match, result.exact_match


RIGHT, WRONG, OTHER_TYPE = (True, True), (True, False), (False, False)

BOX: Area = (0.4, 0.4, 0.5, 0.45)

AITW = [
    # Taps: 0.14 in shares of the sides, however the screen is shaped.
    (at(0.2, 0.2), at(0.34, 0.2), RIGHT),
    (at(0.2, 0.2), at(0.345, 0.2), WRONG),
    (at(0.2, 0.2), at(0.2, 0.34), RIGHT),
    # The same box, 2.4 times as wide: 0.4..0.5 becomes 0.33..0.57; and as high: 0.4..0.45 becomes 0.365..0.485.
    (truth(at(0.34, 0.42), elements=(BOX,)), at(0.56, 0.42), RIGHT),
    (truth(at(0.34, 0.42), elements=(BOX,)), at(0.58, 0.42), WRONG),
    (truth(at(0.34, 0.42), elements=(BOX,)), at(0.56, 0.5), WRONG),
    (truth(at(0.32, 0.42), elements=(BOX,)), at(0.56, 0.42), WRONG),
    # A box at the left edge grows inwards by its whole new width: 0..0.1 becomes 0..0.24.
    (truth(at(0.05, 0.5), elements=((0.0, 0.45, 0.1, 0.55),)), at(0.23, 0.5), RIGHT),
    (truth(at(0.05, 0.5), elements=((0.0, 0.45, 0.1, 0.55),)), at(0.25, 0.5), WRONG),
    (truth(at(0.05, 0.5), elements=()), at(0.23, 0.5), WRONG),
    # No side grows longer than the screen's: 0.2..0.9 becomes 0..1 and not 0..1.68.
    (truth(at(0.01, 0.01), elements=((0.2, 0.0, 0.9, 0.02),)), at(1.0, 0.01), RIGHT),
    # A long press is a tap; a drag that stays within 0.04 as well.
    (at(0.2, 0.2), held(0.2, 0.2), RIGHT),
    (at(0.2, 0.2), drag(0.2, 0.2, 0.23, 0.2), RIGHT),
    (at(0.2, 0.2), drag(0.2, 0.2, 0.25, 0.2), OTHER_TYPE),
    # Swipes: only the axis counts; equally long is vertical.
    (scroll("down"), scroll("up"), RIGHT),
    (scroll("down"), scroll("left"), WRONG),
    (truth(scroll("down"), touch=finger(0.5, 0.8, 0.5, 0.2)), drag(0.2, 0.2, 0.3, 0.3), RIGHT),
    (truth(scroll("right"), touch=finger(0.8, 0.5, 0.2, 0.45)), drag(0.2, 0.2, 0.3, 0.3), WRONG),
    (truth(scroll("right"), touch=finger(0.8, 0.5, 0.2, 0.45)), drag(0.9, 0.2, 0.1, 0.3), RIGHT),
    (at(0.5, 0.5), scroll("down"), OTHER_TYPE),
    (scroll("down"), at(0.5, 0.5), OTHER_TYPE),
    # What is no gesture: the type alone.
    (text("one"), text("another"), RIGHT),
    (text("one"), at(0.5, 0.5), OTHER_TYPE),
    (Button(name="back"), Button(name="back"), RIGHT),
    (Button(name="back"), Button(name="home"), OTHER_TYPE),
    (Button(name="enter"), PressKeys(keys=("enter",)), RIGHT),
    (Button(name="enter"), PressKeys(keys=("tab",)), OTHER_TYPE),
    (Finish(), Finish(message="done"), RIGHT),
    (Finish(), Finish(success=False), OTHER_TYPE),
    (Finish(success=False), Finish(success=False), RIGHT),
    (OpenApp(name="a"), OpenApp(name="a"), OTHER_TYPE),  # AITW has no such type
    (at(0.5, 0.5), UNREADABLE, OTHER_TYPE),
]

# CoAT: the place of a click is (0, 0) as published.
NODE: Area = (0.4, 0.4, 0.5, 0.45)
COAT = [
    (at(0.45, 0.42), said(at(0.45, 0.42), box=(0.4, 0.4, 0.5, 0.45)), WRONG),
    (at(0.45, 0.42), said(at(0.05, 0.05), box=(0.0, 0.0, 0.1, 0.1)), RIGHT),
    (at(0.9, 0.9), said(at(0.5, 0.5), box=WHOLE), RIGHT),
    # An element that holds (0, 0), and shares more than half with the box, both grown: 100x100 px of 120x120 and more.
    (truth(at(0.9, 0.9), elements=((0.0, 0.0, 0.1, 0.05),)), said(at(0.1, 0.1), box=(0.02, 0.01, 0.1, 0.05)), RIGHT),
    (truth(at(0.9, 0.9), elements=((0.0, 0.0, 0.1, 0.05),)), said(at(0.1, 0.1), box=(0.05, 0.03, 0.1, 0.05)), WRONG),
]
COAT_FIXED = [
    # 400..500 px by 800..900 px, 1.2 times as large: 390..510 by 790..910.
    (at(0.39, 0.42), said(at(0.45, 0.42), box=(0.4, 0.4, 0.5, 0.45)), RIGHT),
    (at(0.3895, 0.42), said(at(0.45, 0.42), box=(0.4, 0.4, 0.5, 0.45)), WRONG),
    (at(0.45, 0.3949), said(at(0.45, 0.42), box=(0.4, 0.4, 0.5, 0.45)), WRONG),
    (at(0.45, 0.42), said(at(0.5, 0.5), box=WHOLE), RIGHT),
    # Outside the box, in an element; 100x100 px of which 80x100 are shared is 0.8.
    (truth(at(0.41, 0.42), elements=(NODE,)), said(at(0.46, 0.42), box=(0.42, 0.4, 0.5, 0.45)), RIGHT),
    (truth(at(0.405, 0.42), elements=(NODE,)), said(at(0.48, 0.42), box=(0.46, 0.4, 0.5, 0.45)), WRONG),
    (truth(at(0.7, 0.42), elements=(NODE,)), said(at(0.46, 0.42), box=(0.42, 0.4, 0.5, 0.45)), WRONG),
    # Without a box there is only the point.
    (at(0.45, 0.42), at(0.45, 0.42), RIGHT),
    (at(0.45, 0.42), at(0.451, 0.42), WRONG),
]
COAT_BOTH = [
    (at(0.45, 0.42), held(0.45, 0.42), OTHER_TYPE),
    (at(0.45, 0.42), UNREADABLE, OTHER_TYPE),
    (scroll("down"), scroll("down"), RIGHT),
    (scroll("down"), scroll("up"), WRONG),
    (scroll("down"), drag(0.5, 0.8, 0.5, 0.2), RIGHT),
    (scroll("down"), at(0.5, 0.5), OTHER_TYPE),
    (text("pizza"), text("pizza"), RIGHT),
    (text("pizza"), text("order a pizza now"), RIGHT),
    (text("pizza"), text(""), RIGHT),  # the known fault
    (text("pizza hut"), text("Pizza hut"), RIGHT),  # 8 of 9 letters in common: 0.89
    (text("pizza"), text("PIZZA"), WRONG),
    (text("pizza"), text("pasta"), WRONG),  # p, a: 0.4
    (text("abcde"), text("abcdX"), WRONG),  # exactly 0.8 is not above it
    (Button(name="home"), Button(name="home"), RIGHT),
    (Button(name="home"), Button(name="back"), WRONG),
    (Button(name="enter"), PressKeys(keys=("enter",)), RIGHT),
    (Button(name="home"), Button(name="recents"), OTHER_TYPE),
    (Finish(), Finish(success=False), RIGHT),
    (Finish(), Wait(), OTHER_TYPE),
]

# 0.4..0.5 by 0.4..0.45, 1.2 times: 0.39..0.51 by 0.395..0.455.
AGENTCPM = [
    (at(0.2, 0.2), at(0.339, 0.2), RIGHT),
    (at(0.2, 0.2), at(0.345, 0.2), WRONG),
    (truth(at(0.05, 0.5), elements=((0.0, 0.45, 0.3, 0.55),)), at(0.36, 0.5), RIGHT),  # grown inwards: 0..0.36
    (truth(at(0.05, 0.5), elements=((0.0, 0.45, 0.3, 0.55),)), at(0.361, 0.5), WRONG),
    (truth(at(0.4, 0.5), elements=((0.0, 0.45, 0.3, 0.55),)), at(0.2, 0.5), WRONG),  # a box without the true place
    (held(0.2, 0.2), held(0.25, 0.2), RIGHT),
    (held(0.2, 0.2), at(0.2, 0.2), OTHER_TYPE),
    (scroll("down"), scroll("down"), RIGHT),
    (scroll("down"), scroll("up"), WRONG),
    (truth(scroll("down"), touch=finger(0.8, 0.5, 0.2, 0.45)), scroll("right"), RIGHT),  # the finger's way decides
    (text(" Pizza "), text("order a pizza"), RIGHT),
    (text("pizza"), text(""), RIGHT),  # the known fault
    (text("pizza"), text("pizzas for two"), RIGHT),
    (text("pizza"), text("pasta"), WRONG),
    (Button(name="home"), Button(name="home"), RIGHT),
    (Button(name="home"), Button(name="back"), WRONG),
    (Button(name="enter"), PressKeys(keys=("enter",)), RIGHT),
    (Finish(), Finish(success=False), RIGHT),
    (Finish(), Wait(), RIGHT),
    (Wait(), AskUser(question="which?"), RIGHT),
    (Finish(), OpenApp(name="a"), OTHER_TYPE),
    (at(0.2, 0.2), UNREADABLE, OTHER_TYPE),
]

FAR = tuple((0.1 * i, 0.9, 0.1 * i + 0.02, 0.92) for i in range(5))
AC_AGENTCPM = [
    (at(0.2, 0.2), at(0.239, 0.2), RIGHT),
    (at(0.2, 0.2), at(0.245, 0.2), WRONG),
    (truth(at(0.4, 0.5), elements=((0.0, 0.45, 0.3, 0.55),)), at(0.2, 0.5), RIGHT),  # the known fault: a near box
    (truth(at(0.4, 0.9), elements=(*FAR, (0.0, 0.0, 0.3, 0.1))), at(0.1, 0.05), WRONG),  # the sixth nearest
    (truth(at(0.4, 0.9), elements=FAR), at(0.01, 0.91), RIGHT),  # the fifth
]

AC_OSATLAS = [
    (at(0.2, 0.2), at(0.339, 0.2), RIGHT),
    (at(0.2, 0.2), at(0.2, 0.345), WRONG),
    (truth(at(0.2, 0.2), areas=(WHOLE,), elements=(WHOLE,)), at(0.9, 0.9), WRONG),  # no box is looked at
    (held(0.2, 0.2), held(0.25, 0.2), RIGHT),
    (held(0.2, 0.2), at(0.2, 0.2), OTHER_TYPE),
    (scroll("down"), scroll("down"), RIGHT),
    (scroll("down"), scroll("up"), WRONG),
    (text("fresh pizza"), text("Fresh pizza please"), RIGHT),  # 2·2/(2+3) = 0.8
    (text("fresh pizza"), text("fresh pasta"), WRONG),  # 2·1/4 = 0.5 is not above it
    (text("a b"), text("b a"), RIGHT),
    (text("pizza"), text(""), WRONG),
    (text(""), text(""), RIGHT),
    (OpenApp(name="Google Maps"), OpenApp(name="maps"), RIGHT),  # 2·1/3
    (OpenApp(name="Google Maps"), OpenApp(name="clock"), WRONG),
    (OpenApp(name="Maps"), at(0.5, 0.5), OTHER_TYPE),
    (Button(name="back"), Button(name="back"), RIGHT),
    (Button(name="back"), Button(name="home"), OTHER_TYPE),
    (Wait(), Wait(seconds=5), RIGHT),
    (Finish(), Finish(), RIGHT),
    (Finish(success=False), Finish(success=False), OTHER_TYPE),  # it knows no such end
    (at(0.2, 0.2), UNREADABLE, OTHER_TYPE),
]

# On 1000 by 2000 pixels 0.04 of the longer side is 80 px: 0.08 of the width, 0.04 of the height.
AC_QWEN = [
    (at(0.2, 0.2), at(0.279, 0.2), RIGHT),
    (at(0.2, 0.2), at(0.281, 0.2), WRONG),
    (at(0.2, 0.2), at(0.2, 0.239), RIGHT),
    (at(0.2, 0.2), at(0.2, 0.241), WRONG),
    (truth(at(0.0, 0.0), areas=((0.4, 0.4, 0.5, 0.45),)), at(0.51, 0.455), RIGHT),
    (truth(at(0.0, 0.0), areas=((0.4, 0.4, 0.5, 0.45),)), at(0.511, 0.45), WRONG),
    (truth(at(0.9, 0.9), elements=(WHOLE,)), at(0.1, 0.1), WRONG),  # an element is no candidate
    (held(0.2, 0.2), held(0.25, 0.2), RIGHT),
    (held(0.2, 0.2), at(0.2, 0.2), OTHER_TYPE),
    (OpenApp(name="Maps"), OpenApp(name="google maps "), RIGHT),
    (OpenApp(name="Maps"), OpenApp(name="clock"), WRONG),
    (OpenApp(name="Maps"), at(0.45, 0.42), OTHER_TYPE),  # no icon on the screen
    (truth(OpenApp(name="Maps"), areas=((0.4, 0.4, 0.5, 0.45),)), at(0.45, 0.42), RIGHT),
    (truth(OpenApp(name="Maps"), areas=((0.4, 0.4, 0.5, 0.45),)), at(0.529, 0.425), RIGHT),  # near its centre
    (truth(OpenApp(name="Maps"), areas=((0.4, 0.4, 0.5, 0.45),)), at(0.9, 0.9), WRONG),
    (truth(OpenApp(name="Maps"), areas=((0.4, 0.4, 0.5, 0.45),)), scroll("down"), OTHER_TYPE),
    (text("Pizza "), text("a pizza"), RIGHT),
    (text("pizza"), text(" "), RIGHT),  # the known fault
    (text("pizza"), text("pasta"), WRONG),
    (scroll("down"), scroll("down"), RIGHT),
    (scroll("down"), scroll("left"), WRONG),
    (scroll("down"), drag(0.5, 0.8, 0.5, 0.2), RIGHT),
    (Button(name="back"), Button(name="back"), RIGHT),
    (Button(name="back"), Button(name="home"), WRONG),
    (Wait(), Wait(seconds=9), RIGHT),
    (Wait(), Finish(), OTHER_TYPE),
    (at(0.2, 0.2), UNREADABLE, OTHER_TYPE),
]

AC_QWEN_FINGER = [
    *(case for case in AC_QWEN if not isinstance(case[1], Scroll | Drag) or not case[2][0]),
    (scroll("down"), scroll("up"), RIGHT),  # the finger goes down
    (scroll("down"), scroll("down"), WRONG),
    (scroll("left"), scroll("right"), RIGHT),
    (scroll("left"), drag(0.8, 0.5, 0.2, 0.5), RIGHT),
    (scroll("left"), drag(0.2, 0.5, 0.8, 0.5), WRONG),
]

ODYSSEY = [
    (at(0.2, 0.2), at(0.339, 0.2), RIGHT),
    (at(0.2, 0.2), at(0.345, 0.2), WRONG),
    (truth(at(0.2, 0.2), areas=((0.1, 0.1, 0.6, 0.3),)), at(0.6, 0.3), RIGHT),  # its edge belongs to the box
    (truth(at(0.2, 0.2), areas=((0.1, 0.1, 0.6, 0.3),)), at(0.601, 0.3), WRONG),
    (held(0.2, 0.2), held(0.25, 0.2), RIGHT),
    (held(0.2, 0.2), at(0.2, 0.2), OTHER_TYPE),
    (scroll("down"), scroll("down"), RIGHT),
    (scroll("down"), scroll("up"), WRONG),
    (truth(scroll("right"), touch=finger(0.5, 0.5, 0.6, 0.6)), scroll("up"), RIGHT),  # equally long: vertical
    (text("pizza"), text(" a pizza "), RIGHT),
    (text("pizza"), text(""), RIGHT),  # the known fault
    (text("abcd"), text("abXY"), RIGHT),  # 1 - 2/4 = 0.5 is enough
    (text("abcd"), text("aXYZ"), WRONG),
    (text("abcd"), text("ABCD"), WRONG),
    (text("ab"), text("Xb" + "c" * 50), WRONG),
    (Button(name="recents"), Button(name="recents"), RIGHT),
    (Button(name="home"), Button(name="back"), OTHER_TYPE),
    (Finish(), Finish(), RIGHT),
    (Finish(), Finish(success=False), OTHER_TYPE),
    (at(0.2, 0.2), UNREADABLE, OTHER_TYPE),
]

TABLES = {
    "aitw": AITW,
    "aitz_coat": COAT + COAT_BOTH,
    "aitz_coat_fixed": COAT_FIXED + COAT_BOTH,
    "aitz_qwen": AGENTCPM,
    "odyssey_agentcpm": AGENTCPM,
    "ac_agentcpm": AC_AGENTCPM,
    "ac_osatlas": AC_OSATLAS,
    "ac_qwen": AC_QWEN,
    "ac_qwen_finger": AC_QWEN_FINGER,
    "odyssey": ODYSSEY,
}


@pytest.mark.parametrize(
    ("name", "was", "prediction", "expected"),
    [(name, *case) for name, table in TABLES.items() for case in table],
)
def test_by_hand(name: str, was: Truth | Action, prediction: Prediction | Action, expected: tuple[bool, bool]) -> None:
    assert verdict(name, was, prediction) == expected


def test_the_published_rule_of_coat_and_the_fixed_one_differ_in_clicks_only() -> None:
    for was, prediction, expected in COAT_BOTH:
        assert verdict("aitz_coat", was, prediction) == verdict("aitz_coat_fixed", was, prediction) == expected


def test_kinds_are_told_in_the_protocols_own_words() -> None:
    result = protocol("odyssey")(truth(Button(name="home")), said(Scroll(direction="down")))
    assert (result.kind, result.said) == ("PRESS_HOME", "SCROLL")
    assert protocol("odyssey")(truth(Button(name="home")), UNREADABLE).said is None
    assert protocol("aitz_coat")(truth(at(0.5, 0.5)), said(OpenApp(name="a"))).said == "other"
