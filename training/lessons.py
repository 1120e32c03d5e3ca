"""What there is to learn from one task on one simulated phone: its screens, what the solution does there, questions.

The prompt and the reply are the product's own, rendered by the dialect. The phone is disturbed now and then (a lost or
a wrong tap, a crash, the screen turned off), and the solution goes on from there, so that a model learns the way back.
Or a model acts and the solution only says what would have been right: training/practice.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from random import Random

from actions.geometry import Box, Point, Rect, Size, from_pixel
from actions.types import LOOP_KINDS, Action, Answer, Button, Click, Finish, Kind
from environments.base import DONE, Observation
from environments.episode import Step
from environments.phone.display import Display
from environments.phone.environment import PhoneEnvironment
from environments.phone.nodes import Node
from environments.phone.oracle import Oracle
from environments.phone.phone import Phone
from environments.phone.tasks import PhoneTask, sample
from environments.phone.tasks.eyes import Move
from environments.picture import Array
from environments.settle import Settle
from prompts.dialect import Decision, Moment
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.messages import Message, TextPart
from training import glyphs
from training.view import SEEN, shrunk
from training.worlds import strangers

REAL, CHEAP = (Size(1080, 2400), 420), (Size(504, 1120), 196)
"""Size and density. The cheap one is drawn three times as fast and looks the same once it is shrunk; a part of the
episodes is drawn at the real one all the same."""
REAL_SHARE = 0.1
STRANGER_SHARE = 0.5
DISTURBANCE = 0.12
"""The share of steps that are disturbed."""
MOST_STEPS = 24
MOST_AGAIN = 2
"""How often the same may be done on the same screen, since a tap can be lost. More often is a loop: a wrong tap has
changed what the solution can't put right, and nothing is to be learned from what it does then."""
QUESTIONS = 6
PLACES = 2
"""Of them, at most, that ask by a place."""
AT_ONCE = Settle(react_seconds=0.0, quiet_seconds=0.0, poll_seconds=0.0, stride=4)
"""So that on a screen of half the size the dot of a PIN is as much of a change as on a real one."""
POWER = 223
"""Android's key code that turns the screen off."""

DIALECT = Qwen2VL("mobile")
SUPPORTS: frozenset[Kind] = (PhoneEnvironment.supports | LOOP_KINDS) - {"ask_user", "call_tool"}
"""What an agent without tools and without a person to ask is offered."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question about the screen, and the reply. `box`: of the element that is tapped or read off, in unit floats,
    where it is one; a tap anywhere in it is right."""

    ask: str
    reply: str
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """One screen with all that is taught on it. `told`: the user's text before the picture when the solution's step is
    asked for, and `step` that step."""

    picture: Array
    notes: glyphs.Notes
    nodes: Sequence[Node]
    size: Size
    template: str
    system: str
    told: str
    step: Turn
    questions: Sequence[Turn]


Episode = Generator[Scene, Move | None]
"""The scenes of one task. What is sent to it is done there, instead of the solution's step."""


class _Clock:
    """Moved by hand, so that no animation is waited for."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def episode(template: str, seed: int, *, disturbance: float = DISTURBANCE) -> Episode:
    """The same arguments, and the same sent to it, give the same scenes. What is sent is not disturbed."""
    random = Random(f"lessons/{template}/{seed}")  # noqa: S311  a game of chance, no secret
    size, density = REAL if random.random() < REAL_SHARE else CHEAP
    with strangers(seed) if random.random() < STRANGER_SHARE else nullcontext():
        clock = _Clock()
        phone = Phone(seed, size=size, density=density, clock=clock)
        task = sample(template, seed)
        task.setup(phone)
    yield from _Lesson(task, phone, clock, random, disturbance).scenes()


@dataclass(slots=True)
class _Lesson:
    task: PhoneTask
    phone: Phone
    clock: _Clock
    random: Random
    disturbance: float
    steps: list[Step] = field(default_factory=list[Step])

    def scenes(self) -> Episode:
        oracle, environment = Oracle(self.task, self.phone), PhoneEnvironment(self.phone, patience=AT_ONCE)
        now = environment.observe()
        done: Counter[tuple[Move, bytes]] = Counter()
        while len(self.steps) < MOST_STEPS:
            answered = oracle.answer
            try:
                right = oracle.next()
            except AssertionError:  # a wrong tap has led to a screen that the solution doesn't know
                return
            done[right, now.picture.array.tobytes()] += 1
            if max(done.values()) > MOST_AGAIN or (answered is not None and not isinstance(right[1], Finish)):
                return
            sent = yield self._scene(now, *right)
            if isinstance(right[1], Finish):
                return
            (thought, action), carried_out = self._disturbed(right) if sent is None else (sent, True)
            if isinstance(action, Answer):
                oracle.answer = action.text
            elif carried_out:
                oracle.answer = answered  # what it would have answered was not said
                environment.perform(action)
            if sent is None:
                self._disturb()
            self.clock.now += 1.0
            before, now = now, environment.observe()
            changed = now.changed if carried_out else False
            self.steps.append(Step(len(self.steps), before, (), thought, action, DONE, seen=SEEN, changed=changed))

    def _disturbed(self, right: Move) -> tuple[Move, bool]:
        """What is done, and whether it reaches the phone. A wrong tap has the right thought, as one that misses has."""
        if isinstance(right[1], Answer) or self.random.random() >= self.disturbance:
            return right, True
        wrong = [n for n in self.phone.nodes() if n.clickable]
        match self.random.choice(("lost", "wrong", "wrong", "back")):
            case "wrong" if wrong:
                place = self.random.choice(wrong).rect.center
                return (right[0], Click(point=from_pixel(*place, self.phone.size))), True
            case "back":
                return (right[0], Button(name="back")), True
            case _:
                return right, False

    def _disturb(self) -> None:
        """What no action brings about."""
        if self.random.random() < self.disturbance / 6:
            if self.random.random() < 0.6:
                self.phone.crash()
            else:
                self.phone.key(POWER)

    def _scene(self, now: Observation, thought: str, right: Action) -> Scene:
        moment = Moment(self.task.text, self.steps, now, SEEN, SUPPORTS)
        system, user = DIALECT.render(moment)
        nodes = self.phone.nodes()
        size = self.phone.size
        meant: Sequence[Node] = ()
        if isinstance(right, Click):
            meant = [n for n in nodes if n.clickable and right.point in n.rect.box(size)][-1:]
        elif isinstance(right, Answer):
            meant = [n for n in nodes if right.text in n.text]
        return Scene(
            picture=shrunk(now.picture.array),
            notes=glyphs.read(Display(self.phone).parts(), Rect.of(size)),
            nodes=nodes,
            size=size,
            template=self.task.template,
            system=_text(system),
            told=_text(user),
            step=Turn(self.task.text, written(thought, right), _box(meant[0].rect, size) if len(meant) == 1 else None),
            questions=questions(nodes, size, self.random),
        )


def written(thought: str, action: Action) -> str:
    """The reply in the dialect's words."""
    return DIALECT.write(Decision(thought, (action,)), SEEN)


def questions(nodes: Sequence[Node], size: Size, random: Random) -> list[Turn]:
    """Some of what can be asked of a screen: to tap something by its name, whether it is on, what stands beneath it,
    and which text has a word or stands at a place. Not of the keyboard's keys, which would be most of what is asked
    where it is open: a text is typed by one call."""
    found: list[Turn] = []
    places: list[Turn] = []
    names = [_name(n) for n in nodes]
    for node, name in zip(nodes, names, strict=True):
        if not name or names.count(name) > 1 or node.cls == "Key":
            continue
        box = _box(node.rect, size)
        if node.clickable:
            ask = random.choice((f"Tap {name}.", f"Press {name}.", f"Tap on {name}."))
            found.append(Turn(ask, written(f"I see {name}; I tap it.", Click(point=_middle(box))), box))
        if node.checkable:
            state = "on" if node.checked else "off"
            found.append(Turn(f"Is {name} on or off?", written(f"{name} is {state}.", Answer(text=state)), box))
        below = next((n for n in nodes if node.resource_id and n.resource_id == f"{node.resource_id}_summary"), None)
        if below is not None and _name(below):
            said = _name(below)
            reply = written(f"Beneath {name} stands {said}.", Answer(text=said))
            found.append(Turn(f"What stands beneath {name}?", reply, _box(below.rect, size)))
        if node.text:
            x, y = (round(v * 1000) for v in (_middle(box).x, _middle(box).y))
            turn = Turn(f"What is written at ({x},{y})?", written(f"It says {name}.", Answer(text=name)), box)
            places.append(turn)
            own = [w for w in name.split() if w.isalpha() and sum(w in other for other in names) == 1]
            if own and " " in name:
                found.append(replace(turn, ask=f"Which text has the word {random.choice(own)}?"))
    random.shuffle(places)
    found += places[:PLACES]
    random.shuffle(found)
    return found[:QUESTIONS]


def _name(node: Node) -> str:
    """What an element is called, where that is short enough to ask for."""
    name = node.text or node.description
    return name if len(name) <= 48 and "\n" not in name and not node.password else ""


def _box(rect: Rect, size: Size) -> tuple[float, float, float, float]:
    box = rect.box(size)
    return box.left, box.top, box.right, box.bottom


def _middle(box: tuple[float, float, float, float]) -> Point:
    return Box(*box).center


def _text(message: Message) -> str:
    """A message's text up to its picture."""
    return "".join(p.text for p in message.parts if isinstance(p, TextPart))
