"""Schemas hold what the action classes hold, in the model's own coordinates."""

from typing import Any

import pytest
from hypothesis import given
from pydantic import BaseModel

from actions.errors import ParseError
from actions.geometry import Point, Size, Space
from actions.tools import Tool
from actions.types import KINDS, Click, Scroll, action_adapter
from prompts.chinese import CHINESE
from prompts.dialects.qwen2_vl_functions import BUTTONS, taken
from prompts.planning import MIDDLE, WORDS
from prompts.reading import Notes
from prompts.schema import CLASSES, arguments_of, of_action, of_tools, read_action
from tests.prompts.moments import SEEN, balance
from tests.strategies import actions

SPACES: tuple[Space, ...] = ("thousand", "999", "unit", "absolute")


def test_every_kind_has_its_class() -> None:
    assert tuple(CLASSES) == KINDS


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("kind", [k for k in KINDS if k != "call_tool"])
def test_schema_says_what_the_class_says(kind: Any, space: Space) -> None:
    function = of_action(kind, space=space, seen=SEEN)
    fields = {n: f for n, f in CLASSES[kind].model_fields.items() if n != "kind"}
    assert function.description == " ".join((CLASSES[kind].__doc__ or "").split())
    assert list(function.parameters["properties"]) == list(fields)
    assert function.parameters["required"] == [n for n, f in fields.items() if f.is_required()]
    assert "title" not in str(function.parameters)
    assert "$" not in str(function.parameters), "no references: the model sees each schema alone"
    for name, field in fields.items():
        if field.description:
            assert function.parameters["properties"][name]["description"] == field.description


def test_a_point_has_the_bounds_of_its_space() -> None:
    def point(space: Space) -> dict[str, Any]:
        return of_action("click", space=space, seen=SEEN).parameters["properties"]["point"]

    assert point("thousand")["items"] == {"type": "integer", "minimum": 0, "maximum": 1000}
    assert point("999")["items"] == {"type": "integer", "minimum": 0, "maximum": 999}
    assert point("unit")["items"] == {"type": "number", "minimum": 0, "maximum": 1}
    assert [i["maximum"] for i in point("absolute")["prefixItems"]] == [1092, 2408]
    default = of_action("scroll", space="absolute", seen=SEEN).parameters["properties"]["point"]["default"]
    assert default == [546, 1204]


def test_without_a_pointer_a_drag_needs_its_start() -> None:
    def start(pointer: bool) -> dict[str, Any]:
        drag = of_action("drag", space="thousand", seen=SEEN, pointer=pointer)
        return drag.parameters["properties"]["start"]

    assert start(False)["type"] == "array"
    assert start(True)["anyOf"][1] == {"type": "null"}


def test_fields_can_be_left_out() -> None:
    click = of_action("click", space="thousand", seen=SEEN, without=("button",))
    assert list(click.parameters["properties"]) == ["point", "count"]


def test_every_description_has_its_chinese() -> None:
    used: set[str] = set()
    for kind in KINDS:
        if kind not in ("call_tool", "button"):
            for space in SPACES:
                of_action(kind, space=space, seen=SEEN, translate=lambda t: used.add(t) or t)
    used |= {MIDDLE, WORDS, *(description for _, description in BUTTONS.values())}
    assert used == set(CHINESE), "a description changed: mend prompts/chinese.py"


def test_a_users_tool() -> None:
    (function,) = of_tools([Tool(balance)], taken=taken, dialect="qwen2_vl")
    assert (function.name, function.description) == ("balance", "Look up the balance of an account.")
    assert set(function.parameters["properties"]) == {"account", "digits"}


@given(action=actions.filter(lambda a: a.kind != "call_tool"))
def test_arguments_leave_out_what_goes_without_saying(action: BaseModel) -> None:
    arguments = arguments_of(action_adapter.validate_python(action), space="thousand", seen=Size(1, 1))
    assert "kind" not in arguments
    for name, field in type(action).model_fields.items():
        if name != "kind":
            assert (name in arguments) == (field.is_required() or getattr(action, name) != field.default)


def test_reading_names_what_is_wrong() -> None:
    def read(kind: Any, arguments: dict[str, Any]) -> Any:
        return read_action(kind, arguments, space="thousand", seen=SEEN, notes=Notes())

    assert read("click", {"point": [500, 500], "kind": "click"}) == Click(point=Point(0.5, 0.5))
    assert read("scroll", {"direction": "up", "box": [400, 400, 600, 600]}) == Scroll(direction="up")
    for kind, arguments, said in (
        ("click", {}, "point"),
        ("click", {"point": [1, 2], "count": 4}, "count"),
        ("click", {"point": [1, 2], "x": 4}, "x"),
        ("click", {"point": [1, 2], "kind": "finish"}, "kind"),
        ("press_keys", {"keys": ["warp"]}, "warp"),
        ("scroll", {"direction": "sideways"}, "direction"),
    ):
        with pytest.raises(ParseError, match=said):
            read(kind, arguments)
