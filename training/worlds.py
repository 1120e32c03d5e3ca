"""Which phones training may see, and people and texts that no phone of the product has.

Seeds are shared out: tests and demos have those below 10,000, training the ones from there to a million, and what is
measured is drawn from a million on. So no layout, theme, parameter or combination that is measured was trained on.

A model that only ever saw the simulated phone's 37 names would learn these 37 and read no other. Half of the training
phones are therefore filled with invented people, notes, messages and networks, made of syllables and common words.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from random import Random
from unittest.mock import patch

from environments.phone import world

_Make = Callable[[Random], str]

TRAINING = range(10_000, 1_000_000)
MEASURED = range(1_000_000, 2_000_000)

_STARTS = "B Br C D Dr F G Gr H J K L M N P R S Sh T V W Y".split()
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
_ENDS = ("", "", "l", "n", "r", "s", "m", "th", "ck", "nd")
_WORDS = (
    "apples bath bike bottle box bread bridge brush cable cake candle car card chair cheese city clock coat coffee "
    "cup desk dinner doctor dog door dress email engine evening file flat floor flowers fridge game garage garden "
    "gate glass gloves hall hammer hat house jacket juice keys kitchen ladder lamp laptop lemon letter lift light "
    "list lunch map market meal meeting milk mirror monday morning museum music neighbour office oil onions oven "
    "package paint paper park pasta phone piano picture pillow plane plate platform printer rice ring river road roof "
    "room salad school screws shelf shirt shoes shop shower soap socks soup spoon station stairs street sugar sunday "
    "table tape taxi tea teacher tent ticket tiles today tomorrow tools towel toys train tree trip umbrella uncle van "
    "wall watch water weekend window winter wool yard"
).split()
_VERBS = (
    "Bring Buy Call Carry Check Clean Close Count Cut Fetch Find Fix Give Leave Lift Measure Move Open Pack Pick Sell "
    "Send Wash"
).split()
_LINKS = "and for from in near of on to under with without".split()


def strangers(seed: int) -> AbstractContextManager[object]:
    """Phones and tasks made within are filled with invented people, notes, messages and networks."""
    random = Random(f"strangers/{seed}")  # noqa: S311  a game of chance, no secret
    return patch.multiple(
        world,
        NAMES=_different(random, _name, len(world.NAMES)),
        NOTES=_different(random, _sentence, len(world.NOTES)),
        MESSAGES=_different(random, _sentence, len(world.MESSAGES)),
        NETWORKS=_different(random, _network, len(world.NETWORKS)),
    )


def invented(random: Random) -> str:
    """A person, a network, or a sentence."""
    return random.choice((_name, _name, _network, _sentence, _sentence))(random)


def _different(random: Random, make: _Make, count: int) -> tuple[str, ...]:
    made: dict[str, None] = {}
    while len(made) < count:
        made[make(random)] = None
    return tuple(made)


def _word(random: Random) -> str:
    """A word of one to three syllables that means nothing."""
    count = random.choice((1, 2, 2, 3))
    return "".join(
        random.choice(_STARTS).lower() + random.choice(_VOWELS) + random.choice(_ENDS) for _ in range(count)
    ).capitalize()


def _name(random: Random) -> str:
    return f"{_word(random)} {_word(random)}" if random.random() < 0.8 else _word(random)


def _sentence(random: Random) -> str:
    words = [random.choice(_VERBS)]
    for _ in range(random.randint(1, 3)):
        words += [random.choice(("the", "my", "a", "some", _word(random))), random.choice(_WORDS)]
        if random.random() < 0.5:
            words += [random.choice(_LINKS), random.choice((_word(random), random.choice(_WORDS)))]
    if random.random() < 0.4:
        words += [random.choice(("at", "by")), f"{random.randint(0, 23)}:{random.randint(0, 59):02d}"]
    elif random.random() < 0.3:
        words += [str(random.randint(2, 9999))]
    return " ".join(words) + random.choice(("", "", ".", "?", "!"))


def _network(random: Random) -> str:
    parts = [_word(random), random.choice(("", _word(random), str(random.randint(2, 9999)), "5G", "Guest"))]
    return random.choice(("-", "_", " ", "")).join(p for p in parts if p)
