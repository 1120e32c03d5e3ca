"""Function schemas made from the action classes and from the user's tools, and the way back.

Descriptions are the classes' docstrings and the fields' own; bounds and defaults are the fields' own too. Only points
change: a model writes them as [x, y] in its own coordinate space, so that is what the schema says.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from actions.errors import ParseError, UsageError
from actions.geometry import Point, Size, Space, to_model
from actions.tools import Tool
from actions.types import Action, Kind, action_adapter
from prompts.foreign import neutral
from prompts.reading import Notes, read_point

CLASSES: Mapping[Kind, type[BaseModel]] = MappingProxyType(
    {c.model_fields["kind"].default: c for c in get_args(get_args(Action)[0])}
)
"""The class of each kind of action."""

POINT_NAMES = frozenset({"coordinate", "coordinates", "position", "box", "bbox", "bbox_2d", "start_box", "target"})
"""What models call a point when they forget its name."""

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Function:
    """What a model is told of something it may call. `parameters` is a JSON schema of an object."""

    name: str
    description: str
    parameters: dict[str, Any]


def _same(text: str) -> str:
    return text


def of_action(
    kind: Kind,
    *,
    name: str | None = None,
    space: Space,
    seen: Size,
    without: Collection[str] = (),
    pointer: bool = True,
    translate: Translate = _same,
) -> Function:
    """The function by which a model does this kind of action.

    `without`: fields that are not offered; each must have a default. `pointer`: whether the screen has a mouse pointer;
    without one, no point can be left out. `translate` gets each description.
    """
    schema = copy.deepcopy(_json_schema(kind))
    point = point_schema(space, seen, translate)
    properties: dict[str, Any] = {}
    for field, found in schema["properties"].items():
        if field == "kind" or field in without:
            continue
        info = CLASSES[kind].model_fields[field]
        if _is_point(info):
            optional = not isinstance(info.annotation, type) and pointer
            said = {"description": translate(info.description)} if optional and info.description else {}
            found = {"anyOf": [point, {"type": "null"}], **said} if optional else dict(point)
            if isinstance(info.default, Point):
                found["default"] = list(to_model(info.default, space=space, seen=seen))
        else:
            found.pop("title", None)
            if "description" in found:
                found["description"] = translate(found["description"])
        properties[field] = found
    parameters = {
        "type": "object",
        "properties": properties,
        "required": [f for f in schema.get("required", ()) if f in properties],
    }
    return Function(name or kind, translate(_one_line(schema["description"])), parameters)


@cache
def _json_schema(kind: Kind) -> dict[str, Any]:
    """Made once: pydantic takes milliseconds for all kinds, and a prompt is made for each step."""
    return CLASSES[kind].model_json_schema()


def of_tools(tools: Sequence[Tool], *, taken: Callable[[str], bool], dialect: str) -> list[Function]:
    """The user's tools. `UsageError` for one with a name that the dialect has `taken` for its own functions."""
    for tool in tools:
        if taken(tool.name):
            raise UsageError(
                f"no tool may be called {tool.name!r}: the dialect {dialect} has an action of that name",
                remedy="pass another name= to Tool",
            )
    return [Function(t.name, neutral(_one_line(t.description)), t.parameters) for t in tools]


def arguments_of(action: Action, *, space: Space, seen: Size) -> dict[str, Any]:
    """What a model would write for this action: the fields that differ from their defaults, points as tuples."""
    result: dict[str, Any] = {}
    for field, info in type(action).model_fields.items():
        value = getattr(action, field)
        if field == "kind" or value == info.default:
            continue
        if isinstance(value, Point):
            value = to_model(value, space=space, seen=seen)
        elif isinstance(value, tuple):
            value = list(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        result[field] = value
    return result


def read_action(kind: Kind, arguments: Mapping[str, Any], *, space: Space, seen: Size, notes: Notes) -> Action:
    """The action that these arguments of its function mean. Raises `ParseError`; unknown arguments are one too."""
    fields = CLASSES[kind].model_fields
    values: dict[str, Any] = {"kind": kind}
    for key, value in arguments.items():
        name = key
        if key not in fields and key in POINT_NAMES and "point" in fields and "point" not in arguments:
            notes.add(f"{key!r} read as 'point'")
            name = "point"
        if name == "kind":
            if value != kind:
                raise ParseError(f"{kind} is called with the kind {value!r}")
            continue
        if name in fields and _is_point(fields[name]) and value is not None:
            value = read_point(value, space=space, seen=seen, notes=notes)
        elif name in fields and fields[name].annotation is str:
            value = as_text(value, notes)
        values[name] = value
    return validated(values)


def validated(values: Mapping[str, Any]) -> Action:
    """An action from its fields, or a `ParseError` that says what is wrong with them."""
    try:
        return action_adapter.validate_python(dict(values))
    except ValidationError as e:
        problems = "; ".join(
            f"{'.'.join(map(str, error['loc'][1:]))}: {error['msg'].removeprefix('Value error, ')}"
            for error in e.errors(include_url=False)[:3]
        )
        raise ParseError(f"{values.get('kind')}: {problems}") from e


def as_text(value: Any, notes: Notes) -> Any:
    """A number where text is meant, as its digits."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        notes.add("number for text")
        return str(value)
    return value


def _is_point(info: FieldInfo) -> bool:
    return info.annotation is Point or Point in get_args(info.annotation)


def point_schema(space: Space, seen: Size, translate: Translate = _same) -> dict[str, Any]:
    """A point as it is written in this space, within its bounds."""
    match space:
        case "thousand":
            bounds, kind, note = (1000, 1000), "integer", "(x, y) from the top left corner, each from 0 to 1000"
        case "999":
            bounds, kind, note = (999, 999), "integer", "(x, y) from the top left corner, each from 0 to 999"
        case "unit":
            bounds, kind, note = (1, 1), "number", "(x, y) from the top left corner, each from 0 to 1"
        case "absolute":
            bounds, kind, note = (seen.width, seen.height), "integer", "(x, y) in pixels from the top left corner"
    axes = [{"type": kind, "minimum": 0, "maximum": bound} for bound in bounds]
    items: dict[str, Any] = {"items": axes[0]} if bounds[0] == bounds[1] else {"prefixItems": axes, "items": False}
    return {"type": "array", **items, "minItems": 2, "maxItems": 2, "description": translate(note)}


def _one_line(text: str) -> str:
    return " ".join(text.split())
