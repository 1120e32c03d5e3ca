"""Text in the order and the shapes in which it is drawn, for Arabic and Hebrew among other scripts.

Letters are joined by the presentation forms that Unicode has for them, and runs are turned round by the rules for the
usual cases of the bidirectional algorithm (UAX #9: strong letters, numbers, neutrals between them; no embeddings). So
the picture is the same whether or not Pillow finds a shaping library. Vowel signs are left out.
"""

from __future__ import annotations

import itertools
import unicodedata
from functools import lru_cache

ISOLATED, FINAL, INITIAL, MEDIAL = "<isolated>", "<final>", "<initial>", "<medial>"
MIRRORED = {a: b for pair in ("()", "[]", "{}", "<>", "«»") for a, b in (pair, pair[::-1])}
FIRST = "\u0590"
"""Before this character nothing is written from right to left, nor joined."""


@lru_cache(maxsize=1)
def _forms() -> dict[str, dict[str, str]]:
    """The presentation forms of each letter, and of lam with alef."""
    forms: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBFF), *range(0xFE70, 0xFEFD)):
        kind, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        base = "".join(chr(int(n, 16)) for n in letters)
        if kind and base and not base.startswith(" ") and (len(base) == 1 or base[0] == "\u0644"):
            forms.setdefault(base, {}).setdefault(kind, chr(code))
    return forms


def _joined(text: str) -> str:
    """Each Arabic letter in the form that its neighbours ask for."""
    forms = _forms()
    letters: list[str] = []
    for char in text:
        if unicodedata.category(char) == "Mn" and char >= FIRST and unicodedata.bidirectional(char) == "NSM":
            continue
        if letters and letters[-1] + char in forms:
            letters[-1] += char
        else:
            letters.append(char)
    shaped: list[str] = []
    for before, letter, after in zip(["", *letters], letters, [*letters[1:], ""], strict=False):
        mine = forms.get(letter)
        if mine is None:
            shaped.append(letter)
            continue
        left = INITIAL in forms.get(before, {}) and FINAL in mine
        right = INITIAL in mine and FINAL in forms.get(after, {})
        kind = MEDIAL if left and right else FINAL if left else INITIAL if right else ISOLATED
        shaped.append(mine.get(kind, letter))
    return "".join(shaped)


def _levels(text: str) -> list[int]:
    """How often each character is turned round; odd is from right to left."""
    kinds = [unicodedata.bidirectional(c) for c in text]
    strong = ["R" if k in ("R", "AL") else "L" if k == "L" else "N" if k in ("EN", "AN") else "" for k in kinds]
    base = 1 if next((s for s in strong if s in ("R", "L")), "L") == "R" else 0
    side = "R" if base else "L"
    levels: list[int] = []
    last = side
    for i, s in enumerate(strong):
        if s == "":
            after = next((t for t in strong[i:] if t), side)
            here = last if (last == "R") == (after != "L") else side
        else:
            here = s
        if s in ("R", "L"):
            last = s
        number = s == "N" and (last == "R" or base)
        levels.append(2 if number else 1 if here == "R" else 2 if base and here == "L" else 0)
    return levels


@lru_cache(maxsize=8192)
def visual(text: str) -> str:
    """The characters from left to right as they are drawn."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    if all(c < FIRST or "\u0900" <= c < "\ufb1d" for c in text):
        return text
    joined = _joined(text)
    levels = _levels(joined)
    placed = list(zip((MIRRORED.get(c, c) if n % 2 else c for c, n in zip(joined, levels, strict=True)), levels))  # noqa: B905
    for level in range(max(levels, default=0), 0, -1):
        turned: list[tuple[str, int]] = []
        for high, group in itertools.groupby(placed, key=lambda p: p[1] >= level):
            run = list(group)
            turned += reversed(run) if high else run
        placed = turned
    return "".join(c for c, _ in placed)
