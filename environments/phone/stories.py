"""The articles of the newspaper on the simulated phone's web, with the numbers left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """An article whose number is asked for. `body` has {n} where it stands, and {m} for another number."""

    slug: str
    title: str
    art: str
    body: str
    ask: str
    ask_zh: str
    numbers: tuple[int, int]


STORIES: Sequence[Story] = (
    Story(
        "bridge",
        "New bridge over the river takes shape",
        "bridge",
        "The new bridge will be {n} metres long, the city said on {day}. It has cost {m} million so far, and the first "
        "trams are to cross it next summer.",
        "how many metres long will the new bridge be",
        "新桥将有多少米长",
        (210, 890),
    ),
    Story(
        "train",
        "Night train to the coast returns",
        "train",
        "After {m} years without one, a night train runs to the coast again. It has {n} beds and leaves each {day} "
        "evening from the central station.",
        "how many beds does the night train have",
        "夜班火车有多少张床位",
        (40, 199),
    ),
    Story(
        "trees",
        "Volunteers plant trees along Park Crescent",
        "garden",
        "On {day} neighbours met with spades and planted {n} trees along Park Crescent. The youngest helper was {m} "
        "years old.",
        "how many trees did the volunteers plant",
        "志愿者种了多少棵树",
        (30, 480),
    ),
    Story(
        "kites",
        "Kite festival draws a record crowd",
        "kite",
        "Never before were so many kites in the sky above the harbour: {n} were counted on {day}. The largest was {m} "
        "metres wide.",
        "how many kites were counted at the festival",
        "风筝节上数到了多少只风筝",
        (120, 990),
    ),
    Story(
        "clock",
        "Town hall clock goes right again",
        "clock",
        "The clock of the town hall had been {m} minutes late since spring. It took a team of watchmakers {n} hours to "
        "mend it, and since {day} it is on time.",
        "how many hours did it take to mend the town hall clock",
        "修好市政厅的钟花了多少小时",
        (20, 95),
    ),
    Story(
        "books",
        "Library lends out more books than ever",
        "book",
        "The Riverside Library lent out {n} books last week, more than ever before. Most were picked up on {day}; {m} "
        "of them were about cooking.",
        "how many books did the library lend out last week",
        "图书馆上周借出了多少本书",
        (1010, 4890),
    ),
)
TALK = (
    "“We had not expected that many people to care,” a spokeswoman told this newspaper.",
    "The council is going to talk about it in its next meeting, which is open to everyone.",
    "Not everyone is happy: some neighbours would rather have seen the money go to schools.",
    "Photos can be sent to the editors, and the best will be printed on the weekend.",
)
