"""What there is to learn from one task on one simulated phone: its screens, what the solution does there, questions.

The prompt and the reply are the product's own, rendered by the dialect. The phone is disturbed now and then (a lost or
a wrong tap, a crash, the screen turned off), and the solution goes on from there, so that a model learns the way back.
Or a model acts and the solution only says what would have been right: training/practice.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping, Sequence, Set
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from random import Random

from actions.geometry import Box, Point, Rect, Size
from actions.types import LOOP_KINDS, Action, Answer, Click, Finish, Kind, TypeText
from agent.acting import visibly_changed
from environments.base import DONE, Observation
from environments.episode import Step
from environments.phone.display import Display
from environments.phone.environment import PhoneEnvironment
from environments.phone.nodes import Node
from environments.phone.oracle import Oracle
from environments.phone.phone import Phone
from environments.phone.tasks import PhoneTask, sample
from environments.phone.tasks.eyes import SOUGHT, STANDS, Move, stands
from environments.picture import Array
from environments.settle import Settle
from prompts.dialect import Decision, Moment
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.messages import Message, TextPart
from training import beside, glyphs
from training.companions import Companions
from training.disturbed import SHARE, Disturbed
from training.glyphs import Line
from training.retiming import Timed, retimed
from training.rewording import Wording, reworded
from training.stated import Stated, shows, stated
from training.view import SEEN, Unit, shrunk, unit
from training.worlds import strangers

REAL, CHEAP = (Size(1080, 2400), 420), (Size(504, 1120), 196)
"""Size and density. The cheap one is drawn three times as fast and looks the same once it is shrunk; a part of the
episodes is drawn at the real one all the same."""
REAL_SHARE = 0.1
STRANGER_SHARE = 0.5
MOST_STEPS = 24
MOST_AGAIN = 2
"""How often the same may be done on the same screen, since a tap can be lost. More often is a loop: a wrong tap has
changed what the solution can't put right, and nothing is to be learned from what it does then."""
QUESTIONS = 6
PLACES, PAIRS = 1, 3
"""Of them, at most, that ask by a place, and what stands beneath, above or beside something."""
REWORDED = 6
"""Other texts for each that is typed, and other times for each that is tapped, at most."""
OTHERS = 5
"""Steps of other tasks on a screen, at most."""
STATUS = frozenset({"clock", "battery"})
"""Of the status bar, which nothing is asked about: it is on nearly every screen."""
AT_ONCE = Settle(react_seconds=0.0, quiet_seconds=0.0, poll_seconds=0.0, stride=4)
"""So that on a screen of half the size the dot of a PIN is as much of a change as on a real one."""

DIALECT = Qwen2VL("mobile")
SUPPORTS: frozenset[Kind] = (PhoneEnvironment.supports | LOOP_KINDS) - {"ask_user", "call_tool"}
"""What an agent without tools and without a person to ask is offered."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question about the screen, and the reply. `box`: of the element that is tapped or read off, or whose state ends
    the task, where it is one; a tap anywhere in it is right. `anchor`: of what it is found by, where that is something
    else: what it stands beneath, above or beside, or the name of the row whose cross or switch is tapped. `stated`:
    what the reply's thought says the state of."""

    ask: str
    reply: str
    box: Unit | None = None
    anchor: Unit | None = None
    stated: Sequence[Stated] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """One screen with all that is taught on it. `told`: the user's text before the picture when the solution's step is
    asked for, and `step` that step. `reworded`: the same with another text to be typed or another time to be tapped, of
    which `ask` is all that is told. `others`: steps of other tasks on this screen, told so too."""

    picture: Array
    notes: glyphs.Notes
    nodes: Sequence[Node]
    size: Size
    template: str
    system: str
    told: str
    step: Turn
    questions: Sequence[Turn]
    reworded: Sequence[Turn]
    others: Sequence[Turn]


Episode = Generator[Scene, Move | None]
"""The scenes of one task. What is sent to it is done there, instead of the solution's step."""


class _Clock:
    """Moved by hand, so that no animation is waited for."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def episode(template: str, seed: int, *, disturbance: float = SHARE, only_reading: bool = False) -> Episode:
    """The same arguments, and the same sent to it, give the same scenes. What is sent is not disturbed.
    `only_reading`: those only in which the solution reads something off the screen."""
    random = Random(f"lessons/{template}/{seed}")  # noqa: S311  a game of chance, no secret
    size, density = REAL if random.random() < REAL_SHARE else CHEAP
    with strangers(seed) if random.random() < STRANGER_SHARE else nullcontext():
        clock = _Clock()
        phone = Phone(seed, size=size, density=density, clock=clock)
        task = sample(template, seed)
        task.setup(phone)
        companions = Companions(task, phone, Random(f"companions/{template}/{seed}"))  # noqa: S311
    # What is asked of a screen has chances of its own, so that other questions leave the screens as they are.
    asking = Random(f"questions/{template}/{seed}")  # noqa: S311
    rewording = Random(f"rewording/{template}/{seed}")  # noqa: S311
    disturbed = Disturbed(phone, random, disturbance)
    yield from _Lesson(task, phone, clock, disturbed, asking, rewording, companions, only_reading).scenes()


@dataclass(slots=True)
class _Lesson:
    task: PhoneTask
    phone: Phone
    clock: _Clock
    disturbed: Disturbed
    asking: Random
    rewording: Random
    companions: Companions
    only_reading: bool
    steps: list[Step] = field(default_factory=list[Step])
    names: set[str] = field(default_factory=set[str])
    """What was to be seen on the screens so far."""

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
            self.companions.look()
            sent = None if self.only_reading and not _reads(*right) else (yield self._scene(now, *right))
            (thought, action), carried_out = self.disturbed.instead(right, self.steps) if sent is None else (sent, True)
            if isinstance(action, Finish):
                return
            if isinstance(action, Answer):
                oracle.answer = action.text
            elif carried_out:
                oracle.answer = answered  # what it would have answered was not said
                environment.perform(action)
            if sent is None:
                self.disturbed.between_steps()
            self.clock.now += 1.0
            before, now = now, environment.observe()
            changed = visibly_changed(action, before, now) if carried_out else False
            step = Step(len(self.steps), before, (), thought, action, DONE, seen=SEEN, changed=changed)
            self.steps.append(step)
            # A tap that was lost or went wrong was meant as the right one.
            self.companions.go_on(right if sent is None and thought == right[0] else (thought, action), step)

    def _scene(self, now: Observation, thought: str, right: Action) -> Scene:
        system, told = _told(self.task.text, self.steps, now)
        nodes = self.phone.nodes()
        size = self.phone.size
        notes = glyphs.read(Display(self.phone).parts(), Rect.of(size))
        step = _turn(self.task.text, (thought, right), nodes, notes.lines, size)
        asked = questions(nodes, notes.lines, size, self.asking, self.names)
        self.names.update(filter(None, map(_name, nodes)))
        others = self.companions.others((thought, right), OTHERS)
        return Scene(
            picture=shrunk(now.picture.array),
            notes=notes,
            nodes=nodes,
            size=size,
            template=self.task.template,
            system=system,
            told=told,
            step=step,
            questions=asked,
            reworded=self._reworded(told, thought, right, nodes),
            others=[
                _turn(_told(one.goal.text, one.steps, now)[1], move, nodes, notes.lines, size) for one, move in others
            ],
        )

    def _reworded(self, told: str, thought: str, right: Action, nodes: Sequence[Node]) -> Sequence[Turn]:
        goal, size = self.task.goal, self.phone.size
        if isinstance(goal, Timed) and isinstance(right, Click):
            return [
                Turn(
                    told,
                    written(thought, tap),
                    unit(_tapped(tap, nodes, size)[0].rect, size),
                    stated=stated(thought, nodes, size),
                )
                for told, thought, tap in retimed(goal, self.phone, told, self.rewording, REWORDED)
            ]
        if not isinstance(right, TypeText):
            return ()
        shown = [text for node in nodes for text in (node.text, node.description)]
        others = reworded(Wording(told, thought, right), shown, self.rewording, REWORDED)
        return [Turn(other.told, written(other.thought, other.action)) for other in others]


def _told(task: str, steps: Sequence[Step], now: Observation) -> tuple[str, str]:
    """The system's message, and the user's up to the picture."""
    system, user = DIALECT.render(Moment(task, steps, now, SEEN, SUPPORTS))
    return _text(system), _text(user)


def _turn(ask: str, move: Move, nodes: Sequence[Node], lines: Sequence[Line], size: Size) -> Turn:
    """With all that is on the screen of what a step is about."""
    thought, right = move
    meant: Sequence[Node] = ()
    anchors: Sequence[Line] = ()
    reads = STANDS.match(thought)
    if isinstance(right, Click):
        meant = _tapped(right, nodes, size)
        anchors = _beside_what_is_meant(thought, meant, lines)
    elif reads is not None:
        meant = [n for n in nodes if reads["said"] in n.text]
        anchors = [line for line in lines if line.text.strip() == reads["anchor"]]
    elif isinstance(right, Answer):
        meant = [n for n in nodes if right.text in n.text]
    elif (sought := SOUGHT.search(thought)) is not None:  # whose state ends the task
        name = sought["name"]
        meant = [n for n in nodes if shows(n, name)] or [n for n in nodes if n.clickable and n.text == name]
        anchors = _beside_what_is_meant(thought, meant, lines)
    return Turn(
        ask,
        written(thought, right),
        unit(meant[0].rect, size) if len(meant) == 1 else None,
        unit(beside.place(anchors[0]), size) if len(anchors) == 1 else None,
        stated(thought, nodes, size),
    )


def _beside_what_is_meant(thought: str, meant: Sequence[Node], lines: Sequence[Line]) -> Sequence[Line]:
    """The lines that are called as it is, where they all stand outside of it."""
    sought = SOUGHT.search(thought)
    named = [line for line in lines if sought is not None and line.text.strip() == sought["name"]]
    is_outside = all(beside.place(line).center not in node.rect for line in named for node in meant)
    return named if meant and is_outside else ()


def _tapped(click: Click, nodes: Sequence[Node], size: Size) -> Sequence[Node]:
    """The uppermost of those that it taps."""
    return [n for n in nodes if n.clickable and click.point in n.rect.box(size)][-1:]


def _reads(thought: str, action: Action) -> bool:
    return STANDS.match(thought) is not None or isinstance(action, Answer)


def written(thought: str, action: Action) -> str:
    """The reply in the dialect's words."""
    return DIALECT.write(Decision(thought, (action,)), SEEN)


def questions(
    nodes: Sequence[Node], lines: Sequence[Line], size: Size, random: Random, elsewhere: Set[str] = frozenset()
) -> list[Turn]:
    """Some of what can be asked of a screen: to tap something by its name, whether it is on, whether it is there at
    all, what stands beneath, above or beside it, and which text has a word or stands at a place. Not of the keyboard's
    keys, which would be most of what is asked where it is open: a text is typed by one call. `elsewhere`: names from
    other screens."""
    found: list[Turn] = []
    places: list[Turn] = []
    states: dict[str, list[Turn]] = {"on": [], "off": []}
    names = [_name(n) for n in nodes]
    asked = {
        name: unit(node.rect, size)
        for node, name in zip(nodes, names, strict=True)
        if name and names.count(name) == 1 and node.cls != "Key" and node.resource_id not in STATUS
    }
    for node, name in zip(nodes, names, strict=True):
        if name not in asked:
            continue
        box = asked[name]
        if node.clickable:
            ask = random.choice((f"Tap {name}.", f"Press {name}.", f"Tap on {name}."))
            found.append(Turn(ask, written(f"I look for {name}; I see it and tap it.", Click(point=_middle(box))), box))
        if node.checkable:
            state = "on" if node.checked else "off"
            turn = Turn(f"Is {name} on or off?", written(f"{name} is {state}.", Answer(text=state)), box)
            states[state].append(turn)
        if node.text:
            x, y = (round(v * 1000) for v in (_middle(box).x, _middle(box).y))
            turn = Turn(f"What is written at ({x},{y})?", written(f"It says {name}.", Answer(text=name)), box)
            places.append(turn)
            own = [w for w in name.split() if w.isalpha() and sum(w in other for other in names) == 1]
            if own and " " in name:
                found.append(replace(turn, ask=f"Which text has the word {random.choice(own)}?"))
    as_many = max(1, len(states["on"]))
    pairs = [_of_pair(pair, asked, size) for pair in beside.pairs(lines, size) if _can_be_asked(pair, asked)]
    # Of the things on a screen most are off, and what is mostly right would be said unseen.
    for kind, most in ((places, PLACES), (pairs, PAIRS), (states["on"], QUESTIONS), (states["off"], as_many)):
        random.shuffle(kind)
        found += kind[:most]
    random.shuffle(found)
    there = _whether_there(nodes, asked, elsewhere, random)
    found = [*there, *found[: QUESTIONS - len(there)]]
    random.shuffle(found)
    return found


def _whether_there(nodes: Sequence[Node], asked: Mapping[str, Unit], elsewhere: Set[str], random: Random) -> list[Turn]:
    """Of one thing that is there and one that isn't, in the words that the solutions have for it. What isn't there was
    on another screen, or is put together of two names that are."""
    found: list[Turn] = []
    if asked:
        name = random.choice(list(asked))
        reply = written(f"I look for {name}; I see it.", Answer(text="yes"))
        found.append(Turn(_is_there(name, random), reply, asked[name]))
    names = [name.split() for name in asked if len(name.split()) == 2]
    made = {f"{first} {last}" for first, _ in names for _, last in names}
    shown = "\n".join(f"{n.text}\n{n.description}" for n in nodes)
    missing = [sorted(name for name in some if name not in shown) for some in (elsewhere, made)]
    if any(missing):
        name = random.choice(random.choice([some for some in missing if some]))
        reply = written(f"I look for {name}; it is not here.", Answer(text="no"))
        found.append(Turn(_is_there(name, random), reply))
    return found


def _is_there(name: str, random: Random) -> str:
    return random.choice((f"Is {name} here?", f"Is there {name}?", f"Do you see {name}?"))


def _can_be_asked(pair: beside.Pair, asked: Mapping[str, Unit]) -> bool:
    return pair.anchor.text.strip() in asked and pair.said.text.strip() in asked


def _of_pair(pair: beside.Pair, asked: Mapping[str, Unit], size: Size) -> Turn:
    """In the words that the solutions have for it, so that what is learned of any screen serves the tasks."""
    anchor, said = pair.anchor.text.strip(), pair.said.text.strip()
    reply = written(stands(pair.where, anchor, said) + ".", Answer(text=said))
    return Turn(f"What stands {pair.where} {anchor}?", reply, asked[said], unit(beside.place(pair.anchor), size))


def _name(node: Node) -> str:
    """What an element is called, where that is short enough to ask for."""
    name = node.text or node.description
    return name if len(name) <= 48 and "\n" not in name and not node.password else ""


def _middle(box: Unit) -> Point:
    return Box(*box).center


def _text(message: Message) -> str:
    """A message's text up to its picture."""
    return "".join(p.text for p in message.parts if isinstance(p, TextPart))
