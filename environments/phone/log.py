"""What reached the phone and what its apps made of it, in order: the evidence for checks and for people."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any


class EventLog:
    """Events: JSON-able dicts with "time" (seconds of `clock`) and "kind". Thread-safe; the newest `limit` are kept."""

    def __init__(self, clock: Callable[[], float], *, limit: int = 20_000) -> None:
        self._clock = clock
        self._events: deque[dict[str, Any]] = deque(maxlen=limit)
        self._lock = threading.Lock()
        self._told: Callable[[dict[str, Any]], object] | None = None

    def watch(self, told: Callable[[dict[str, Any]], object]) -> None:
        """From now on `told` is called with each event, in the thread that adds it."""
        self._told = told

    def add(self, kind: str, **data: Any) -> None:
        event = {"time": round(self._clock(), 4), "kind": kind, **data}
        with self._lock:
            self._events.append(event)
        if self._told is not None:
            self._told(event)

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        """Copies of the events of these kinds, oldest first; all of them without an argument."""
        with self._lock:
            return [dict(e) for e in self._events if not kinds or e["kind"] in kinds]

    def clear(self) -> None:
        with self._lock:
            self._events.clear()

    def lines(self) -> str:
        """JSON lines. What is not ASCII is escaped, so that any typed text, even half a pair, can be written."""
        return "".join(json.dumps(e, default=str) + "\n" for e in self.events())

    def save(self, path: Path) -> None:
        path.write_text(self.lines(), encoding="ascii")
