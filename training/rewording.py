"""The same step of the same task with another text to be typed.

What is typed is copied from the task or from a past step, letter by letter, and can't be seen yet, so any other text
would do on the same screen. A phone's own texts are few and soon known by heart, and then what is written goes on as
they did; a step that is taught with several invented ones can only be copied.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from random import Random

from actions.types import TypeText
from training.worlds import invented

COORDINATES = re.compile(r"\(\d+, ?\d+\)")
"""As replies and past steps write them."""
NUMBER = re.compile(r"[\d(](?:[\d() .,-]*\d)?")
"""A number as a task writes it: (237) 555-0107, 153,000.61."""
UNTYPED = re.compile(r"[^\d.]")
NO_DIGIT = re.compile(r"\D")
"""What of it is not typed: all but digits and the point, or, of a telephone number, all but digits."""
DOUBLE = 0.25
"""How often a digit is the one before it: these are miscounted most."""
LEAST, LEAST_DIGITS, MOST = 2, 3, 60
"""Letters of a text, of one that is a whole number, and of any. Shorter numbers may be those of past steps."""
CHINESE = 0x4E00, 0x9FA5
"""The first and the last of its letters in Unicode's first block of them."""


@dataclass(frozen=True, slots=True)
class Wording:
    """`told`: the user's text before the picture. `thought` and `action`: what is to be done."""

    told: str
    thought: str
    action: TypeText


def reworded(wording: Wording, shown: Collection[str], random: Random, count: int) -> Iterator[Wording]:
    """The same with up to `count` other texts. None where what is typed was told nowhere, is shown on the screen, or
    can't be told from other numbers or from what has to be escaped in a reply."""
    typed = wording.action.text
    if not (LEAST_DIGITS if typed.isdigit() else LEAST) <= len(typed) <= MOST or not _is_plain(typed):
        return
    found = {typed}
    for _ in range(count):
        words = _others(typed, wording.told, random)
        other = words[typed]
        if other in found or _is_shown([other], shown):
            continue
        told, thought = (_replaced(text, words) for text in (wording.told, wording.thought))
        if told is None or thought is None or told == wording.told or _is_shown(words, shown):
            return
        found.add(other)
        yield Wording(told, thought, wording.action.model_copy(update={"text": other}))


def _is_plain(text: str) -> bool:
    return json.dumps(text, ensure_ascii=False) == f'"{text}"'


def _is_shown(words: Collection[str], shown: Collection[str]) -> bool:
    return any(word in text for word in words for text in shown)


def _others(typed: str, told: str, random: Random) -> dict[str, str]:
    """Another text for the one that is typed, and for a number as it was told, which may be written otherwise."""
    for number in NUMBER.findall(told):
        for untyped in (UNTYPED, NO_DIGIT):
            if typed == untyped.sub("", number):
                other = _other_digits(number, random)
                return {number: other, typed: untyped.sub("", other)}
    if sum(letter.isdigit() for letter in typed) > sum(letter.isalpha() for letter in typed):
        return {typed: _other_digits(typed, random)}
    return {typed: _text(typed, random)}


def _replaced(text: str, words: dict[str, str]) -> str | None:
    """Each of the words by another, where it isn't a part of a longer one; None where coordinates have it, or where a
    number stays that would be typed the same."""
    found = re.compile("|".join(map(_alone, sorted(words, key=len, reverse=True))))
    if any(found.search(place) for place in COORDINATES.findall(text)):
        return None
    other = found.sub(lambda match: words[match[0]], text)
    gone = {untyped.sub("", word) for word in words for untyped in (UNTYPED, NO_DIGIT)} - {""}
    kept = NUMBER.findall(found.sub(" ; ", text))
    return None if any(untyped.sub("", n) in gone for n in kept for untyped in (UNTYPED, NO_DIGIT)) else other


def _alone(word: str) -> str:
    """A pattern for it where it isn't a part of a longer word or number."""
    before = r"(?<![\w.,:])" if word[0].isdigit() else r"(?<!\w)"
    after = r"(?!\w|[.,:]\d)" if word[-1].isdigit() else r"(?!\w)"
    return f"{before}{re.escape(word)}{after}"


def _other_digits(number: str, random: Random) -> str:
    """The same number of digits, with all else between them."""
    last = ""
    written: list[str] = []
    for letter in number:
        if not letter.isdigit():
            written.append(letter)
            continue
        is_first = not last
        last = last if last and random.random() < DOUBLE else str(random.randint(int(is_first and letter != "0"), 9))
        written.append(last)
    return "".join(written)


def _text(typed: str, random: Random) -> str:
    """An address for an address, a file for a file; for anything else Chinese now and then, or a person, a network, a
    sentence or two."""
    if "@" in typed or re.fullmatch(r"\S+\.\w{2,4}", typed):
        return re.sub(r"[A-Za-z]+|\d", lambda part: _like(part[0], random), typed, count=random.randint(2, 4))
    if random.random() < 0.15:
        return "".join(chr(random.randint(*CHINESE)) for _ in range(random.randint(2, 9)))
    one = invented(random)
    if random.random() < 0.3:
        one = f"{one}{random.choice((', then ', ' and ', ' ', '; '))}{invented(random)}"
    if random.random() < 0.3:
        one = f"{one} {_other_digits('1' * random.randint(2, 5), random)}"
    return one[:MOST].strip()


def _like(part: str, random: Random) -> str:
    if part.isdigit():
        return str(random.randint(0, 9))
    return "".join(c for c in invented(random).lower() if c.isascii() and c.isalpha())[:8] or part
