"""What several tests of the simulated phone need: a clock that stands, finding and tapping nodes, solving a task."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from actions.geometry import Rect, Size
from actions.types import Action, Answer, Finish
from environments.phone import tasks
from environments.phone.environment import PhoneEnvironment
from environments.phone.nodes import Node
from environments.phone.oracle import Oracle
from environments.phone.phone import Phone

SMALL = Size(432, 960)
"""The usual phone with 168 dots per inch instead of 420: the same layout, drawn six times as fast."""
SMALL_DENSITY = 168


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def small_phone(seed: int = 0, clock: Callable[[], float] | None = None) -> Phone:
    return Phone(seed, size=SMALL, density=SMALL_DENSITY, clock=clock or Clock())


def find(phone: Phone, **wanted: object) -> Node | None:
    """The uppermost node whose fields are as given."""
    for node in reversed(phone.nodes()):
        if all(getattr(node, name) == value for name, value in wanted.items()):
            return node
    return None


def need(phone: Phone, **wanted: object) -> Node:
    node = find(phone, **wanted)
    assert node is not None, f"no node has {wanted}: {[(n.resource_id, n.text) for n in phone.nodes()]}"
    return node


def touch(phone: Phone, **wanted: object) -> str | None:
    return phone.tap(*need(phone, **wanted).rect.center)


def assert_hit_at_centre(phone: Phone, place: str = "", *, taps: bool = True) -> None:
    """Every node lies on the screen; with `taps`, what can be tapped there is hit at its centre."""
    screen = Rect.of(phone.size)
    for node in phone.nodes():
        assert node.rect.width > 0 < node.rect.height, (place, node)
        assert node.rect.clipped(screen) == node.rect, (place, node)
        if node.clickable and taps:
            hit = phone._touch._at(*node.rect.center)  # pyright: ignore[reportPrivateUsage]
            assert hit is not None, (place, node)
            assert hit.node == node, (place, node, hit.node)
    assert phone.screen().std() > 1, place


def scroll_to(phone: Phone, **wanted: object) -> Node:
    """Scroll the list in front downwards until a node is there."""
    for _ in range(30):
        node = find(phone, **wanted)
        if node is not None:
            return node
        area = next(n for n in reversed(phone.nodes()) if n.scrollable)
        x, y = area.rect.center
        phone.swipe(x, y + 100, x, y - 100, 0.3)
    raise AssertionError(f"scrolling never shows {wanted}")


def solve(task: tasks.PhoneTask, phone: Phone, *, chaos: Random | None = None, limit: int = 200) -> list[Action]:
    """Let the oracle do a task that is set up; with `chaos` apps crash, the screen turns off and inputs get lost."""
    environment, oracle, answer = PhoneEnvironment(phone), Oracle(task, phone), None
    done: list[Action] = []
    for _ in range(limit):
        thought, action = oracle.next()
        assert thought
        assert "\n" not in thought
        done.append(action)
        if isinstance(action, Finish):
            assert action.success is task.goal.possible
            assert task.check(phone, answer, gave_up=not action.success)
            return done
        if isinstance(action, Answer):
            answer = action.text
            continue
        if chaos is not None:
            if chaos.random() < 0.08:
                phone.crash()
            if chaos.random() < 0.05:
                phone.key(223)
            if chaos.random() < 0.1:
                continue
        outcome = environment.perform(action)
        assert outcome.status == "done" or chaos is not None, (thought, action, outcome)
    raise AssertionError(f"{task.text!r} is not done after {limit} steps: {done[-5:]}")
