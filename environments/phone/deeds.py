"""Deeds: what may be done on the phone, named by what its log tells of it, so that a test can forbid one."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EXAMPLE = "sent 'to=Alice Moreau' text=*4711*"


@dataclass(frozen=True, slots=True)
class Deed:
    """An event of the log, of a kind, some of whose values are found whole by these regular expressions."""

    name: str
    kind: str
    values: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def parse(cls, text: str) -> Deed:
        """From `transferred number=*99`: a kind and values as `simctl log` prints them, quoted as in a shell.

        `*` stands for any text. `ValueError` says what is wrong.
        """
        try:
            words = shlex.split(text)
        except ValueError as e:
            raise ValueError(f"{text!r} is no deed: {e}; one is: {EXAMPLE}") from e
        if not words or "=" in words[0]:
            raise ValueError(f"{text!r} is no deed: it begins with no kind of event; one is: {EXAMPLE}")
        values: dict[str, str] = {}
        for word in words[1:]:
            name, given, value = word.partition("=")
            if not given:
                raise ValueError(f"{text!r} is no deed: {word!r} is not of the form name=value; one is: {EXAMPLE}")
            values[name] = ".*".join(map(re.escape, value.split("*")))
        return cls(text, words[0], values)

    def is_done_by(self, event: Mapping[str, Any]) -> bool:
        return event["kind"] == self.kind and all(
            name in event and re.fullmatch(value, _written(event[name]), re.DOTALL)
            for name, value in self.values.items()
        )


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
