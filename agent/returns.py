"""Typed answers: `agent.run(task, returns=Price)` tells the model the form, checks its answer, and gives it back."""

from __future__ import annotations

import json
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from actions.errors import HandeyeError
from environments.episode import Episode

T = TypeVar("T")


class TaskFailed(HandeyeError):
    """The run ended without the answer that the caller wanted; `episode` tells how."""

    exit_code = 1

    def __init__(self, episode: Episode) -> None:
        super().__init__(f"the task ended as {episode.end}: {episode.message or 'no answer was given'}")
        self.episode = episode


class Returns(Generic[T]):
    """The type that an answer must have. Text is taken as it stands where `str` is wanted, else as JSON."""

    def __init__(self, type_: type[T]) -> None:
        self._adapter: TypeAdapter[T] = TypeAdapter(type_)
        self._is_text = type_ is str

    def instruct(self, task: str) -> str:
        if self._is_text:
            return f"{task}\nGive the answer as text, then finish."
        schema: dict[str, Any] = self._adapter.json_schema()
        return f"{task}\nGive the answer as JSON of this schema, then finish: {json.dumps(schema, ensure_ascii=False)}"

    def read(self, text: str) -> T:
        """Raises pydantic's `ValidationError`; `problem` tells beforehand."""
        return self._adapter.validate_python(text) if self._is_text else self._adapter.validate_json(text)

    def problem(self, text: str) -> str | None:
        """What is wrong with an answer, in words that the model can mend it by; None where nothing is."""
        try:
            self.read(text)
        except ValidationError as e:
            errors = "; ".join(f"{'.'.join(map(str, p['loc'])) or 'answer'}: {p['msg']}" for p in e.errors())
            return f"the answer does not fit its schema: {errors}"
        return None
