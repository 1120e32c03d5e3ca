"""What code of pyautogui's does: calls with literal arguments, one after another, are read and never run.

Source: asweigart/pyautogui 0.9.54, pyautogui/__init__.py, for the arguments and their order. Besides its calls, code
may hold imports, texts that do nothing, comments, `time.sleep`, and `pyperclip.copy` before a paste. Whatever else
stands there (a loop, a name, a file that is opened) makes the whole code unreadable.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from agent.evaluation.datasets.reading import Damaged

MOST_CODE = 1 << 16
"""Characters of one action's code; Python's own parser reads them."""

_XY = ("x", "y")
ARGUMENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "click": (*_XY, "clicks", "interval", "button", "duration"),
        **dict.fromkeys(("leftClick", "rightClick", "middleClick"), (*_XY, "interval", "duration")),
        **dict.fromkeys(("doubleClick", "tripleClick"), (*_XY, "interval", "button", "duration")),
        "moveTo": (*_XY, "duration"),
        **dict.fromkeys(("move", "moveRel"), ("xOffset", "yOffset", "duration")),
        "dragTo": (*_XY, "duration", "tween", "button"),
        **dict.fromkeys(("drag", "dragRel"), ("xOffset", "yOffset", "duration", "tween", "button")),
        **dict.fromkeys(("mouseDown", "mouseUp"), (*_XY, "button", "duration")),
        **dict.fromkeys(("scroll", "vscroll", "hscroll"), ("clicks", *_XY)),
        **dict.fromkeys(("write", "typewrite"), ("message", "interval")),
        "press": ("keys", "presses", "interval"),
        **dict.fromkeys(("keyDown", "keyUp"), ("key",)),
        "sleep": ("seconds",),
        "copy": ("text",),
    }
)
"""By the last part of a call's name; `hotkey` takes any number of keys."""

_MODULES = {"pyautogui": ARGUMENTS.keys() - {"copy"} | {"hotkey"}, "time": {"sleep"}, "pyperclip": {"copy"}}
_SETTINGS = ("FAILSAFE", "PAUSE")
_IGNORED = ("interval", "duration", "tween", "logScreenshot", "_pause", "mouseDownUp")


class Call(NamedTuple):
    """A call by its name, its arguments by theirs; a `hotkey` has its keys as `keys`."""

    name: str
    given: Mapping[str, Any]


def read_code(code: str) -> list[Call]:
    """The calls in the order in which they are made. `Damaged` where anything else is done."""
    if len(code) > MOST_CODE:
        raise Damaged(f"its code has more than {MOST_CODE} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # '\d' in a text is no matter
            statements = ast.parse(code.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
        raise Damaged(f"its code is no Python: {e}") from e
    return list(_calls(statements))


def _calls(statements: Iterable[ast.stmt]) -> Iterator[Call]:
    for statement in statements:
        match statement:
            case ast.Import(names=names) if all(n.name in _MODULES and n.asname in (None, n.name) for n in names):
                pass
            case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                pass
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="pyautogui"), attr=setting)], value=ast.Constant()
            ) if setting in _SETTINGS:
                pass
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name)) as call) if (
                name in _MODULES.get(module, ())
            ):
                yield _call(name, call)
            case _:
                raise Damaged(f"its code does what isn't read: {_quoted(statement)}")


def _call(name: str, node: ast.Call) -> Call:
    try:
        positional = [_literal(a) for a in node.args]
        named = {k.arg: _literal(k.value) for k in node.keywords if k.arg not in _IGNORED}
    except (ValueError, TypeError, RecursionError, MemoryError) as e:
        raise Damaged(f"its code does what isn't read: {_quoted(node)}") from e
    if name == "hotkey" and not named:
        return Call(name, {"keys": positional})
    order = ARGUMENTS.get(name, ())
    if order[:1] in (("x",), ("xOffset",)) and positional and isinstance(positional[0], list | tuple):
        first = cast("Sequence[Any]", positional[0])  # a place as one argument
        positional = [*first, *positional[1:]]
    if len(positional) > len(order) or not set(named) <= set(order):
        raise Damaged(f"{name} doesn't take these arguments: {_quoted(node)}")
    given = {k: v for k, v in zip(order, positional, strict=False) if k not in _IGNORED and v is not None}
    if both := given.keys() & named.keys():
        raise Damaged(f"{name} is given {min(both, key=str)} twice")
    return Call(name, given | {str(k): v for k, v in named.items() if v is not None})


def _literal(node: ast.expr) -> Any:
    """`literal_eval` knows no names and calls nothing."""
    if isinstance(node, ast.Attribute):  # pyautogui.LEFT, pyautogui.easeInOutQuad
        return node.attr.lower()
    value = ast.literal_eval(node)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is no number")
    return value


def _quoted(node: ast.AST) -> str:
    try:
        said = " ".join(ast.unparse(node).split())
    except (RecursionError, ValueError):  # deeper than it can be written
        return type(node).__name__
    return said if len(said) <= 80 else f"{said[:79]}…"
