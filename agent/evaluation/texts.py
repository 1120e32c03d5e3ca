"""How alike two texts are, as scoring rules measure it.

Both distances keep a row of the table in one integer's bits (Myers 1999, doi:10.1145/316542.316550; Hyyrö 2004,
"Bit-parallel LCS-length computation revisited"): a model may write a megabyte where four letters were asked for.
"""

from __future__ import annotations

from collections import defaultdict


def either_in_other(a: str, b: str) -> bool:
    """As published rules compare texts. An empty text is in every other: a known fault of each of them."""
    return a in b or b in a


def levenshtein(a: str, b: str) -> int:
    """How many characters must be inserted, removed or replaced."""
    if len(a) > len(b):
        a, b = b, a
    if not a:
        return len(b)
    everywhere = _positions(a)
    last = 1 << (len(a) - 1)
    every = (1 << len(a)) - 1
    up, down, result = every, 0, len(a)  # one bit for each place of `a`: the table grows, or falls, from there on
    for letter in b:
        equal = everywhere[letter] | down
        cross = (((everywhere[letter] & up) + up) ^ up) | everywhere[letter]
        rises, falls = down | ~(cross | up) & every, up & cross
        if rises & last:
            result += 1
        elif falls & last:
            result -= 1
        rises, falls = (rises << 1) | 1, falls << 1
        up, down = (falls | ~(equal | rises)) & every, rises & equal
    return result


def common_ratio(a: str, b: str) -> float:
    """`Levenshtein.ratio` of the package of that name: twice the longest common subsequence, of both lengths."""
    if not a and not b:
        return 1.0
    everywhere = _positions(a)
    every = (1 << len(a)) - 1
    row = every
    for letter in b:
        new = row & everywhere[letter]
        row = ((row + new) | (row - new)) & every
    return 2 * (len(a) - row.bit_count()) / (len(a) + len(b))


def token_f1(a: str, b: str) -> float:
    """Of the sets of words in lower case; 0 where either has none."""
    one, two = set(a.lower().split()), set(b.lower().split())
    common = len(one & two)
    return 2 * common / (len(one) + len(two)) if common else 0.0


def _positions(text: str) -> defaultdict[str, int]:
    places: defaultdict[str, int] = defaultdict(int)
    for i, letter in enumerate(text):
        places[letter] |= 1 << i
    return places
