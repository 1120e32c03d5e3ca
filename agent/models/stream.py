"""Text as it comes from a model: stop texts are cut off, and never shown in part."""

from __future__ import annotations

from collections.abc import Callable, Sequence


class Stream:
    """Takes pieces of text and passes on what can't be the beginning of a stop text.

    What `on_text` gets adds up to `text` exactly. Used by every model that streams.
    """

    def __init__(self, stop: Sequence[str] = (), on_text: Callable[[str], None] | None = None) -> None:
        self.stopped = False
        self._stop = tuple(s for s in stop if s)
        self._on_text = on_text
        self._given: list[str] = []
        self._held = ""

    @property
    def text(self) -> str:
        """All that was passed on so far."""
        return "".join(self._given)

    def push(self, piece: str) -> bool:
        """Take a piece; True once a stop text has come, after which the rest is dropped."""
        if self.stopped:
            return True
        self._held += piece
        found = [i for s in self._stop if (i := self._held.find(s)) >= 0]
        if found:
            self.stopped = True
            self._give(min(found))
            self._held = ""
            return True
        self._give(len(self._held) - self._doubtful())
        return False

    def finish(self) -> str:
        """No more comes: pass on what was held back, and return everything."""
        self._give(len(self._held))
        return self.text

    def _doubtful(self) -> int:
        """How many characters at the end may yet become a stop text."""
        longest = 0
        for stop in self._stop:
            for length in range(min(len(stop) - 1, len(self._held)), longest, -1):
                if self._held.endswith(stop[:length]):
                    longest = length
                    break
        return longest

    def _give(self, length: int) -> None:
        piece, self._held = self._held[:length], self._held[length:]
        if piece:
            self._given.append(piece)
            if self._on_text is not None:
                self._on_text(piece)
