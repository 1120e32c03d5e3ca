"""What an agent can do: a closed union of frozen classes told apart by `kind`.

Points are unit floats on the screenshot (`actions.geometry.Point`); a direction is that in which
content is *revealed* ("down" shows what is further down). Dialects translate the models' own words into these,
drivers carry them out. Match exhaustively and end with `assert_never`, so that a new action fails the type check
and not the phone.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from actions import keys as key_names
from actions.errors import ActionError
from actions.geometry import Direction, Point


class _Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Click(_Action):
    """Tap or click a point on the screen."""

    kind: Literal["click"] = "click"
    point: Point
    button: Literal["left", "right", "middle"] = "left"
    count: Annotated[int, Field(ge=1, le=3, description="1 once, 2 double, 3 triple")] = 1


class LongPress(_Action):
    """Press a point and hold it."""

    kind: Literal["long_press"] = "long_press"
    point: Point
    seconds: Annotated[float, Field(gt=0, le=10)] = 0.8


class Move(_Action):
    """Move the mouse pointer to a point without pressing a button."""

    kind: Literal["move"] = "move"
    point: Point


class Drag(_Action):
    """Press at `start`, move to `end`, let go."""

    kind: Literal["drag"] = "drag"
    start: Annotated[Point | None, Field(description="null: from where the pointer is")]
    end: Point
    seconds: Annotated[float, Field(gt=0, le=10)] = 0.5


class Scroll(_Action):
    """Show what lies further in a direction, at a point."""

    kind: Literal["scroll"] = "scroll"
    direction: Direction
    point: Point = Point(0.5, 0.5)
    amount: Annotated[float, Field(gt=0, le=1, description="share of the screen's side, at most 1")] = 0.5


class TypeText(_Action):
    """Type text into the focused field."""

    kind: Literal["type_text"] = "type_text"
    text: str
    submit: Annotated[bool, Field(description="Press Enter afterwards.")] = False
    replace: Annotated[bool, Field(description="Empty the field first.")] = False


class PressKeys(_Action):
    """Press keys together, modifiers first."""

    kind: Literal["press_keys"] = "press_keys"
    keys: Annotated[
        tuple[str, ...],
        Field(min_length=1, max_length=6, description='such as ["ctrl", "a"], ["delete"], ["volumeup"], ["power"]'),
    ]

    @field_validator("keys")
    @classmethod
    def _canonical(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(key_names.canonical(k) for k in keys)
        except ActionError as e:
            raise ValueError(e.message) from e


ButtonName = Literal["back", "home", "recents", "enter", "menu", "power", "volume_up", "volume_down"]


class Button(_Action):
    """Press one of the phone's own buttons."""

    kind: Literal["button"] = "button"
    name: ButtonName


class OpenApp(_Action):
    """Open an app by the name that its icon shows, or by its package."""

    kind: Literal["open_app"] = "open_app"
    name: Annotated[str, Field(min_length=1)]


class Wait(_Action):
    """Do nothing for a while, because the screen is still working."""

    kind: Literal["wait"] = "wait"
    seconds: Annotated[float, Field(gt=0, le=60)] = 1.0


class AskUser(_Action):
    """Ask the person something that only they can know or decide."""

    kind: Literal["ask_user"] = "ask_user"
    question: str


class CallTool(_Action):
    """Call a function that the user registered (`actions.tools.Tool`)."""

    kind: Literal["call_tool"] = "call_tool"
    name: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class Answer(_Action):
    """Give the answer that the task asked for. Ends nothing by itself."""

    kind: Literal["answer"] = "answer"
    text: str


class Finish(_Action):
    """Say that the task is over, achieved or not."""

    kind: Literal["finish"] = "finish"
    success: bool = True
    message: str = ""


Action = Annotated[
    Click
    | LongPress
    | Move
    | Drag
    | Scroll
    | TypeText
    | PressKeys
    | Button
    | OpenApp
    | Wait
    | AskUser
    | CallTool
    | Answer
    | Finish,
    Field(discriminator="kind"),
]

Kind = Literal[
    "click",
    "long_press",
    "move",
    "drag",
    "scroll",
    "type_text",
    "press_keys",
    "button",
    "open_app",
    "wait",
    "ask_user",
    "call_tool",
    "answer",
    "finish",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

LOOP_KINDS: frozenset[Kind] = frozenset({"wait", "ask_user", "call_tool", "answer", "finish"})
"""Kinds that the loop itself carries out; every environment has them without doing anything."""

action_adapter: TypeAdapter[Action] = TypeAdapter(Action)
