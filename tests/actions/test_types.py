"""Actions are a closed union: every kind is listed once, survives JSON, and refuses what it does not know."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from actions import keys
from actions.errors import ActionError, UsageError
from actions.tools import Tool
from actions.types import KINDS, Action, Click, Finish, PressKeys, TypeText, action_adapter
from tests.strategies import actions


def classes() -> tuple[type[Any], ...]:
    union, _ = get_args(Action)
    return get_args(union)


def test_kinds_and_classes_agree() -> None:
    assert tuple(c.model_fields["kind"].default for c in classes()) == KINDS
    assert all(c.__doc__ for c in classes())


@given(actions)
def test_every_action_survives_json(action: Action) -> None:
    assert action_adapter.validate_json(action_adapter.dump_json(action)) == action


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "shell", "command": "id"},
        {"kind": "click", "point": {"x": 0.5, "y": 0.5}, "confirmed": True},
        {"kind": "click", "point": {"x": 2, "y": 0.5}},
        {"kind": "click", "point": {"x": 0.5, "y": 0.5}, "count": 4},
        {"kind": "wait", "seconds": 1e9},
        {"kind": "press_keys", "keys": ["hyperspace"]},
        {"kind": "press_keys", "keys": []},
        {"point": {"x": 0.5, "y": 0.5}},
    ],
)
def test_what_is_unknown_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        action_adapter.validate_python(bad)


def test_actions_are_frozen() -> None:
    action = Finish()
    with pytest.raises(ValidationError):
        action.success = False  # type: ignore[misc]
    assert hash(TypeText(text="a")) == hash(TypeText(text="a"))
    assert Click.model_fields["button"].default == "left"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Control", "ctrl"),
        ("CTRL", "ctrl"),
        ("Return", "enter"),
        ("ArrowDown", "down"),
        ("arrow_down", "down"),
        ("Page_Up", "pageup"),
        ("cmd", "super"),
        ("A", "a"),
        (" ", "space"),
        ("-", "-"),
        ("_", "_"),
        ("F12", "f12"),
        ("plus", "+"),
        ("é", "é"),
        ("Super_L", "super"),
        ("alt right", "alt"),
        ("page down", "pagedown"),
        ("KP_Add", "+"),
        ("num7", "7"),
        ("XF86AudioMute", "volumemute"),
        ("bracketleft", "["),
    ],
)
def test_keys_have_one_name(written: str, name: str) -> None:
    assert keys.canonical(written) == name
    assert PressKeys(keys=(written,)).keys == (name,)


@pytest.mark.parametrize("name", ["", "f25", "hyper", "\n", "ab", "ctrl+c", "\x00"])
def test_unknown_keys_are_errors(name: str) -> None:
    with pytest.raises(ActionError, match="no key is called"):
        keys.canonical(name)


@given(st.text(max_size=20))
def test_a_canonical_name_is_its_own_name(text: str) -> None:
    try:
        name = keys.canonical(text)
    except ActionError:
        return
    assert keys.canonical(name) == name


def add(left: int, right: int = 2) -> int:
    """Add two numbers."""
    return left + right


def test_a_tool_is_made_from_a_function() -> None:
    tool = Tool(add)
    assert (tool.name, tool.description) == ("add", "Add two numbers.")
    assert tool.parameters["required"] == ["left"]
    assert tool.call({"left": 1}) == "3"
    for wrong in ({}, {"left": "x"}, {"left": 1, "extra": 1}):
        with pytest.raises(ActionError, match="wrong arguments"):
            tool.call(wrong)


def test_a_tool_needs_a_docstring_and_a_name() -> None:
    with pytest.raises(UsageError, match="no docstring"):
        Tool(lambda: 1, name="one")
    with pytest.raises(UsageError, match="identifier"):
        Tool(lambda: 1)
