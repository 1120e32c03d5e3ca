"""Functions of the user's own that a model may call: `Tool`, carried out by `CallTool`."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter, ValidationError, validate_call

from actions.errors import ActionError, UsageError


class Tool:
    """A function with typed parameters; its docstring tells the model what it is for.

    `parameters` is the JSON schema of its arguments. `call` validates the arguments by the function's annotations and
    returns its result as text (JSON where it is no string). What the function itself raises is passed on to the model
    as the action's failure.
    """

    def __init__(self, function: Callable[..., object], *, name: str | None = None) -> None:
        self.name: str = name or function.__name__
        if not self.name.isidentifier():
            raise UsageError(f"a tool's name must be an identifier, not {self.name!r}", remedy="pass name=")
        self.description = inspect.getdoc(function) or ""
        if not self.description:
            raise UsageError(f"the tool {self.name!r} has no docstring: the model reads it to know what the tool does")
        self.parameters: dict[str, Any] = TypeAdapter[Any](function).json_schema()  # pyright: ignore[reportArgumentType]
        self._call = validate_call(function)

    def call(self, arguments: dict[str, Any]) -> str:
        try:
            result = self._call(**arguments)
        except ValidationError as e:
            problems = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in e.errors())
            raise ActionError(f"{self.name} was called with wrong arguments: {problems}") from e
        return result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, default=str)
