"""Dead keys: an accent that waits for the next key, and what both write together.

Source: libX11's table of sequences (nls/en_US.UTF-8/Compose.pre), which GTK and Qt follow: where Unicode has one
character for a letter with an accent, that is it; with the space bar, or twice, the accent stands alone. What else the
table has, and what it lacks, isn't known here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Accent(NamedTuple):
    """`combining`: as Unicode puts it behind a letter; what it writes with the space bar, and twice."""

    combining: str
    spaced: str | None
    twice: str | None


ACCENTS: Mapping[str, Accent] = MappingProxyType(
    {
        "grave": Accent("\u0300", "`", "`"),
        "acute": Accent("\u0301", "'", "\u00b4"),
        "circumflex": Accent("\u0302", "^", "^"),
        "tilde": Accent("\u0303", "~", "~"),
        "macron": Accent("\u0304", "\u00af", "\u00af"),
        "breve": Accent("\u0306", "\u02d8", "\u02d8"),
        "abovedot": Accent("\u0307", "\u02d9", "\u02d9"),
        "diaeresis": Accent("\u0308", '"', "\u00a8"),
        "abovering": Accent("\u030a", "\u00b0", "\u00b0"),
        "doubleacute": Accent("\u030b", "\u02dd", "\u02dd"),
        "caron": Accent("\u030c", "\u02c7", "\u02c7"),
        "belowdot": Accent("\u0323", None, None),
        "cedilla": Accent("\u0327", "\u00b8", "\u00b8"),
        "ogonek": Accent("\u0328", "\u02db", "\u02db"),
    }
)
"""By the names of their keysyms, `dead_…`."""


def together(waiting: str, text: str, accent: str = "") -> str | None:
    """What a waiting accent and the next key write: a key that writes `text`, or another dead one. None where that
    isn't known. Accents by their names in `ACCENTS`."""
    combining, spaced, twice = ACCENTS[waiting]
    if accent:
        return twice if accent == waiting else None
    if text == " ":
        return spaced
    both = unicodedata.normalize("NFC", text + combining)
    return both if len(both) == 1 else None
