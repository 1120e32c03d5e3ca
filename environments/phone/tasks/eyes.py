"""What a solution sees and does: finding nodes on the screen as it is, and the steps that many tasks take."""

from __future__ import annotations

import re
from typing import Literal

from actions.geometry import Direction, Size, from_pixel
from actions.types import Action, Answer, Button, Click, Scroll, TypeText
from environments.phone.nodes import Node
from environments.phone.phone import Phone

SUMMARY = "_summary"
"""What the id of a row's second line ends with; before it stands that of the row."""

SYSTEM = "com.android.systemui"
"""The package of what is done in no app: notifications, quick settings, recent apps."""

NOT_HERE_YET = "is not here yet, so I scroll {}."
"""The end of a thought that looks for something in a list."""

Move = tuple[str, Action]
"""A thought that names what is seen, and the action."""


class Eyes:
    """Looks at the accessibility nodes only. `package`: the app of the task; `answered`: what has been answered."""

    def __init__(self, phone: Phone, package: str) -> None:
        self.phone = phone
        self.package = package
        self.answered: str | None = None
        self.nodes: list[Node] = []
        self._searched: tuple[Node, ...] = ()
        self._direction: Direction = "down"

    def look(self) -> None:
        """See the screen as it is now. Who has its nodes already sets `nodes` (`Oracle.on`)."""
        self.nodes = self.phone.nodes()

    def look_down_first(self) -> None:
        """The next search begins downwards."""
        self._direction = "down"

    def to_page(self, *titles: str) -> Move | None:
        """Back, until the screen has one of these titles."""
        if self.title() in titles and not self.find(id="dialog"):
            return None
        return "This is not the right screen; I go back.", Button(name="back")

    def fill(self, name: str, text: str, done: Node, button: str) -> Move:
        field = self.need(name)
        if field.text == text:
            return f"The text is there; I tap {button}.", self.click(done)
        if not field.focused:
            return tap_field(field), self.click(field)
        return has_focus(field), TypeText(text=text, replace=bool(field.text))

    def search(self, name: str, what: str) -> Move:
        """Scroll a list; where the last scroll moved nothing, the other way."""
        missing, action = self.scroll(name)
        return f"I look for {what}; it {missing}", action

    def scroll(self, name: str) -> Move:
        """As `search` does, with the end of its thought alone, for one that began otherwise."""
        area = self.find(id=name)
        if area is None or not area.scrollable:
            return "is not here, so I go back.", Button(name="back")
        seen = tuple(self.nodes)
        if seen == self._searched:
            self._direction = "up" if self._direction == "down" else "down"
        self._searched = seen
        return NOT_HERE_YET.format(self._direction), scrolled(self._direction, area, self.phone.size)

    def answer(self, text: str) -> Answer:
        self.answered = text
        return Answer(text=text)

    def find(self, *, id: str = "", text: str = "", cls: str = "", package: str = "") -> Node | None:  # noqa: A002
        """The uppermost node that has all that is given."""
        for node in reversed(self.nodes):
            if (
                (not id or node.resource_id == id)
                and (not text or node.text == text)
                and (not cls or node.cls == cls)
                and (not package or node.package == package)
            ):
                return node
        return None

    def need(self, name: str) -> Node:
        node = self.find(id=name)
        assert node is not None, f"the screen has no {name}"
        return node

    def around(self, inner: Node, *, id: str) -> Node | None:  # noqa: A002
        return next((n for n in self.nodes if n.resource_id == id and inner.rect.center in n.rect), None)

    def title(self) -> str:
        node = self.find(id="title", package=self.package)
        return "" if node is None else node.text

    def click(self, node: Node) -> Click:
        return Click(point=from_pixel(*node.rect.center, self.phone.size))


def scrolled(direction: Direction, area: Node, size: Size) -> Scroll:
    """Nearly a screen on, so that a row at its edge is seen whole."""
    box = area.rect.box(size)
    return Scroll(direction=direction, point=box.center, amount=min(0.5, 0.8 * (box.bottom - box.top)))


STILL_NEEDS = "still needs"


def still_needs(keys: str, key: str) -> str:
    """The end of a thought about the next of some keys. It says those that are left, and the next one apart from the
    rest, so the thought after it begins with what followed "then": what was typed so far had to be counted, and what is
    left without its first had to be told from what is left, which is hard where a digit comes twice."""
    rest = keys.removeprefix(key)
    return f"{STILL_NEEDS} {key}, then {rest}; I tap {key}." if rest else f"{STILL_NEEDS} {key}; I tap {key}."


Where = Literal["beneath", "above", "beside"]

SOUGHT = re.compile(r"I look for (?P<name>.+?); I see it")
"""A thought that finds what it names."""
STANDS = re.compile(
    r"(?:[^.;]+ should be \w+ and is \w+\. )?(?:I look for .+?; I see it\. )?"
    r"(?P<where>Beneath|Above|Beside) (?P<anchor>.+?) stands (?P<said>.+?)(?:; I [^;]*)?\.?$"
)
"""A thought that reads something off the screen by what it stands at."""


def stands(where: Where, anchor: str, said: str) -> str:
    """The beginning of such a thought. Whatever can be said so is said so: what a model learns of one screen then
    serves the others."""
    return f"{where.capitalize()} {anchor} stands {said}"


def found(where: Where, anchor: str, said: str) -> str:
    """The same, of what may have to be scrolled to: a thought that begins as it does where that isn't here, so that
    what is there is seen before a word says whether it is."""
    return f"I look for {anchor}; I see it. {stands(where, anchor, said)}"


def should(name: str, wanted: bool) -> str:
    """The beginning of a thought that says what the task wants before what is seen, so that both are said before it is
    decided what to do."""
    return f"{name} should be {on_or_off(wanted)} and"


def should_be(name: str, wanted: bool, now: bool) -> str:
    """The same, of what is seen."""
    return f"{should(name, wanted)} is {on_or_off(now)}"


def seen_to_be(name: str, wanted: str, now: str) -> str:
    """The same, of what may have to be scrolled to."""
    return f"I look for {name}; I see it. It should be {wanted} and is {now}"


STATED = re.compile(
    r"(?:^|[.;] )(?P<name>[^.;]+?) should (?P<how>be|ring) (?P<wanted>[^;]+?) and "
    r"(?P<state>was|is not here|(?:is|rings) (?P<now>[^.;]+))"
)
"""What a thought says should be, and what is: `was`, of what was seen to be so before and is on the screen no more."""


def flip(eyes: Eyes, box: Node, wanted: bool) -> Click:
    """Tap what is on or off. Where it is right and the task isn't done, something else was changed, which the solution
    can't put right."""
    assert box.checked is not wanted, f"{box.label} is {on_or_off(wanted)} already"
    return eyes.click(box)


def on_or_off(value: bool) -> str:
    return "on" if value else "off"


def tap_field(field: Node) -> str:
    """The thought before it is tapped. An empty field is called what it shows."""
    name = field.description
    return f"I look for {name}; I see it and tap the field." if name else "I tap the text field."


def has_focus(field: Node) -> str:
    name = field.description
    return f"The field {name} has the focus; I type." if name else "The text field has the focus; I type."
