"""The checks that every environment passes: one function for each rule of `environments.base.Environment`.

For authors of environments as well. With pytest:

    @pytest.mark.parametrize("rule", RULES, ids=name_of)
    def test_conformance(rule):
        rule(lambda: MyEnvironment())

or `check(make)` for all at once. `make` returns a fresh environment each time, which the rule closes. The rules tap,
scroll and type on it, so give them a screen on which that does no harm. A broken rule raises
`Nonconformity`, an AssertionError that says which rule of the contract it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from types import MappingProxyType
from typing import get_args

import numpy as np

from actions.errors import DeviceError, HandeyeError
from actions.geometry import Point
from actions.types import (
    KINDS,
    LOOP_KINDS,
    Action,
    Answer,
    AskUser,
    Button,
    CallTool,
    Click,
    Drag,
    Finish,
    Kind,
    LongPress,
    Move,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from environments.base import Environment, Observation, Outcome, Platform, Status

Make = Callable[[], Environment]
Rule = Callable[[Make], None]

MIDDLE = Point(0.5, 0.5)
EXAMPLES: Mapping[Kind, Action] = MappingProxyType(
    {
        "click": Click(point=MIDDLE),
        "long_press": LongPress(point=MIDDLE, seconds=0.5),
        "move": Move(point=MIDDLE),
        "drag": Drag(start=Point(0.5, 0.6), end=Point(0.5, 0.4), seconds=0.2),
        "scroll": Scroll(direction="down", point=MIDDLE, amount=0.2),
        "type_text": TypeText(text="a b"),
        "press_keys": PressKeys(keys=("end",)),
        "button": Button(name="volume_down"),
        "open_app": OpenApp(name="no app has this name"),
        "wait": Wait(seconds=0.1),
        "ask_user": AskUser(question="?"),
        "call_tool": CallTool(name="tool"),
        "answer": Answer(text="."),
        "finish": Finish(),
    }
)
"""One harmless action of each kind."""
IMPOSSIBLE: tuple[Action, ...] = (
    OpenApp(name="no app has this name"),
    OpenApp(name="; reboot"),
    PressKeys(keys=("f24", "§")),
    Drag(start=None, end=MIDDLE),
    TypeText(text="\ud800"),
)
"""What no device, or not every device, can do: the model is told, and nothing is raised."""
EDGES = (Point(0, 0), Point(1, 0), Point(0, 1), Point(1, 1), MIDDLE)


class Nonconformity(AssertionError):
    """An environment breaks a rule of its contract."""


def check(make: Make) -> None:
    """Every rule in turn; the first that is broken raises `Nonconformity`."""
    for rule in RULES:
        rule(make)


def name_of(rule: Rule) -> str:
    return rule.__name__


# ---------------------------------------------------------------- rules


def says_what_it_is(make: Make) -> None:
    """A name, a platform, and kinds that exist; the loop's own kinds are not among them."""
    with closing(make()) as environment:
        _expect(bool(environment.name), "`name` is empty")
        _expect(environment.platform in get_args(Platform), f"`platform` is {environment.platform!r}")
        _expect(isinstance(environment.supports, frozenset), "`supports` is no frozenset")
        unknown = environment.supports - set(KINDS)
        _expect(not unknown, f"`supports` has kinds that don't exist: {sorted(unknown)}")
        own = environment.supports & LOOP_KINDS
        _expect(not own, f"`supports` has kinds that the loop carries out: {sorted(own)}")


def observes_true_pictures(make: Make) -> None:
    """`observe` after `reset` gives a whole RGB picture, its size, and known flags."""
    with closing(make()) as environment:
        environment.reset("conformance")
        _look(environment)


def observes_without_doing(make: Make) -> None:
    """Two observations with nothing done between have one size, and neither says that an action changed something."""
    with closing(make()) as environment:
        environment.reset("conformance")
        first, second = _look(environment), _look(environment)
        _expect(first.size == second.size, f"the size went from {first.size} to {second.size} with nothing done")
        _expect(first.changed is None, f"`changed` is {first.changed} before any action")
        _expect(not second.changed, "`changed` is True with nothing done")
        _expect(second.time >= first.time, "`time` goes backwards")


def glances(make: Make) -> None:
    """`glance` is None, or a picture of the same size as an observation's."""
    with closing(make()) as environment:
        environment.reset("conformance")
        observation = _look(environment)
        glance = environment.glance()
        _expect(glance is None or glance.size == observation.size, "`glance` has another size than `observe`")


def performs_what_it_supports(make: Make) -> None:
    """Every kind in `supports` gives an `Outcome`, and can be looked at afterwards."""
    for kind in sorted(make_supports(make)):
        with closing(make()) as environment:
            environment.reset("conformance")
            _look(environment)
            _perform(environment, EXAMPLES[kind])
            observation = _look(environment)
            _expect(observation.changed is not None, f"`changed` is None after {kind}")


def refuses_what_it_does_not_support(make: Make) -> None:
    """A kind outside `supports` fails, and is not raised; nor is it reported as done."""
    with closing(make()) as environment:
        environment.reset("conformance")
        _look(environment)
        for kind in sorted(set(KINDS) - environment.supports - LOOP_KINDS):
            outcome = _perform(environment, EXAMPLES[kind])
            _expect(outcome.status == "failed", f"{kind} is not in `supports`, but ended {outcome.status!r}")
            _expect(bool(outcome.detail), f"{kind} failed without a reason")


def accepts_every_point(make: Make) -> None:
    """The corners and the centre of the screen are on the screen."""
    if "click" not in make_supports(make):
        return
    with closing(make()) as environment:
        environment.reset("conformance")
        _look(environment)
        for point in EDGES:
            outcome = _perform(environment, Click(point=point))
            _expect(outcome.status == "done", f"a click at {point} ended {outcome.status!r}: {outcome.detail}")
            _look(environment)


def tells_what_cannot_be_done(make: Make) -> None:
    """What an action asks too much is an outcome with a reason, never an exception."""
    with closing(make()) as environment:
        environment.reset("conformance")
        _look(environment)
        for action in IMPOSSIBLE:
            if action.kind in environment.supports:
                outcome = _perform(environment, action)
                told = outcome.status == "done" or bool(outcome.detail)
                _expect(told, f"{action!r} ended {outcome.status!r} without a reason")
        if "open_app" in environment.supports:
            outcome = _perform(environment, OpenApp(name="no app has this name"))
            _expect(outcome.status == "failed", f"an app that doesn't exist was opened: {outcome}")


def starts_again(make: Make) -> None:
    """`reset` begins another episode: the next observation knows of no action."""
    with closing(make()) as environment:
        environment.reset("conformance")
        _look(environment)
        for kind in sorted(environment.supports)[:1]:
            _perform(environment, EXAMPLES[kind])
        environment.reset("conformance again")
        _expect(_look(environment).changed is None, "`changed` survives `reset`")


def closes_twice(make: Make) -> None:
    """`close` may be called twice, before anything was done as well, and `with` calls it."""
    unused = make()
    unused.close()
    unused.close()
    with make() as environment:
        _expect(isinstance(environment, Environment), "`__enter__` does not give the environment")
        environment.reset("conformance")
        _look(environment)
        environment.close()


RULES: tuple[Rule, ...] = (
    says_what_it_is,
    observes_true_pictures,
    observes_without_doing,
    glances,
    performs_what_it_supports,
    refuses_what_it_does_not_support,
    accepts_every_point,
    tells_what_cannot_be_done,
    starts_again,
    closes_twice,
)


# ---------------------------------------------------------------- pieces


def make_supports(make: Make) -> frozenset[Kind]:
    with closing(make()) as environment:
        return environment.supports


def _look(environment: Environment) -> Observation:
    try:
        observation = environment.observe()
    except HandeyeError as e:
        raise Nonconformity(f"`observe` raised {type(e).__name__}: {e}") from e
    _expect(isinstance(observation, Observation), f"`observe` gave {type(observation).__name__}, no Observation")
    array = observation.picture.array
    size = observation.size
    _expect(array.dtype == np.uint8, f"the picture's array is of {array.dtype}, not uint8")
    _expect(array.shape == (size.height, size.width, 3), f"the picture's array is {array.shape}, its size {size}")
    _expect(observation.rotation in (0, 90, 180, 270), f"`rotation` is {observation.rotation}")
    _expect(all(note for note in observation.notes), "a note is empty")
    _expect(all(s >= 0 for s in observation.seconds.values()), "a stage took less than no time")
    return observation


def _perform(environment: Environment, action: Action) -> Outcome:
    try:
        outcome = environment.perform(action)
    except DeviceError as e:
        raise Nonconformity(f"the device failed at {action!r}, so this rule can't be checked: {e}") from e
    except Exception as e:
        raise Nonconformity(f"`perform` raised {type(e).__name__} for {action!r} instead of failing: {e}") from e
    _expect(isinstance(outcome, Outcome), f"`perform` gave {type(outcome).__name__} for {action!r}, no Outcome")
    _expect(outcome.status in get_args(Status), f"`perform` gave the status {outcome.status!r}")
    return outcome


def _expect(holds: bool, problem: str) -> None:
    if not holds:
        raise Nonconformity(problem)
