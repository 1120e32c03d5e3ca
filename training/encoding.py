# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Lessons as token ids: the product's prompt through the chat template, the picture's places, and the replies to learn.

The prompt's ids are those that the processor makes of it, and its positions those that the model gives it (tests hold
both); they are made here because a processor would load every picture again in each epoch.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from environments.phone.tasks.eyes import STANDS
from training.lessons import QUESTIONS, Turn
from training.rewording import COORDINATES, NUMBER
from training.stated import MOST_STATED
from training.view import COLUMNS, ROWS, TOKENS

NO_STEPS = "{}\nActions taken so far:\n"
"""What the dialect puts before the picture for a task that nothing was done for yet."""
NAMED = re.compile(
    r"I look for (?P<missed>.+?); (?P<none>it is (?:not|new))|I look for (?P<sought>.+?); (?P<seen>I) see it"
    r"|^(?P<told>[^.]+?) is (?:on|off)\.$|I tap (?!its? |it\.)(?P<tapped>.+?)\.$"
)
"""A thought that names an element, which is tapped or read off or is not there; and the words that say which."""
NAME_GROUPS, SAYS_GROUPS = ("missed", "sought", "told", "tapped"), ("none", "seen")
"""The groups for both."""
POINT = '"point": ('
"""In a reply, what coordinates follow."""
TEXT = '"text": "'
CALL = "\n✿FUNCTION✿"
"""What the thought ends before."""
ASKED, REPLIED = "\n<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"
"""Around a further question."""
NAMES, AIMS, READS = 1, 2, 3
"""What stands where something is named; where it is about to be said whether that is there, in what state it is or at
which coordinates; and where what is read off it is about to be written."""
LOOKS = 3
"""Of them."""
TURNS = QUESTIONS
"""The most of a conversation."""
ANCHORS, STATES, NOWHERE = TURNS, 2 * TURNS, 2 * TURNS + MOST_STATED
"""Where among what is looked at in a conversation each turn's anchor comes, after each turn's element; where what the
first reply says the state of; and what stands for that which isn't on the screen."""
LEFT = re.compile(r"still needs (?P<next>\S+?)(?:, then (?P<rest>\S+))?; I tap")
"""A thought that says which keys are left: the next one, then the rest."""
ASIDE, AT_HAND = 1, 2
"""Where a word may be copied from: the past steps, for a text that is typed; what is asked and the own thought."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A conversation about one screen. ids: with a token for each visual one. picture: where the visual tokens
    begin. reply: where the first reply begins. is_reply: which `ids` are of a reply. taught: for each of the `ids`, 0,
    or, where a head is taught to look, one of `NAMES`, `AIMS` and `READS` more than `LOOKS` times at what: the
    number of a turn, which means its element, or more, as `ANCHORS`, `STATES` and `NOWHERE` have it. source: for each
    of the `ids`, where the same word stood in what was asked or thought, if it is copied from there, else -1."""

    ids: Sequence[int]
    picture: int
    reply: int
    is_reply: Sequence[bool]
    taught: Sequence[int]
    source: Sequence[int]


class Encoder:
    def __init__(self, tokenizer: Any, system: str) -> None:
        self.tokenizer = tokenizer
        mark = "\x00"
        chat = [
            {"role": "system", "content": [{"type": "text", "text": system}]},
            {"role": "user", "content": [{"type": "text", "text": mark}, {"type": "image"}]},
        ]
        whole = str(tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True))
        self._head, _, self._tail = whole.partition(mark)
        self._image = int(tokenizer.convert_tokens_to_ids("<|image_pad|>"))
        # A word is the same word with the space before it and without.
        self._words = [word.lstrip("Ġ") for word in tokenizer.convert_ids_to_tokens(range(len(tokenizer)))]

    def prompt(self, told: str) -> str:
        return f"{self._head}{told}{self._tail}"

    def speak(self, told: str, turns: Sequence[Turn]) -> Spoken:
        """`told` is what stands before the picture, with what is first asked; each further turn asks its own."""
        texts: list[str] = []
        given: list[tuple[range, range]] = []  # where in each of them that is which may be copied, at hand and aside
        for i, turn in enumerate(turns):
            head, ask, tail = (self._head, told, self._tail) if i == 0 else (ASKED, turn.ask, REPLIED)
            texts += [f"{head}{ask}{tail}", f"{turn.reply}<|im_end|>"]
            task, all_of_it = (len(head) + len(part) for part in (ask.partition(NO_STEPS.format(""))[0], ask))
            given += [(range(len(head), task), range(task, all_of_it)), (range(turn.reply.index(CALL)), range(0))]
        tokens = self.tokenizer(texts, add_special_tokens=False, return_offsets_mapping=True)
        ids, spans = tokens["input_ids"], tokens["offset_mapping"]
        picture = ids[0].index(self._image)
        ids[0][picture : picture + 1] = [self._image] * TOKENS
        spans[0][picture : picture + 1] = [spans[0][picture]] * TOKENS
        spoken: list[int] = []
        is_reply: list[bool] = []
        taught: list[int] = []
        source: list[int] = []
        for i, turn in enumerate(turns):
            here = slice(2 * i, 2 * i + 2)
            (asked, replied), (_, written) = ids[here], spans[here]
            looks = _taught(i, turn, written)
            reply = range(len(turn.reply)), _typed(turn.reply)
            # What is seen is not to be copied where the same stands in the task.
            may_copy = [
                0 if _is_seen(before) else part
                for part, before in zip(_parts(reply, turn.reply, written), (0, *looks), strict=False)
            ]
            said = [part for each in zip(given[here], texts[here], spans[here], strict=True) for part in _parts(*each)]
            places = sources([self._words[t] for t in (*asked, *replied)], said, may_copy)
            told_at, replied_at = spans[2 * i], [(0, 0)] * len(asked) + list(written)
            copied = [(keys_left(texts[2 * i], turn.reply, given[2 * i][0].start), told_at)]
            copied += [(typed_from(texts[2 * i], turn.reply, given[2 * i]), told_at)]
            copied += [(typed_from_thought(turn.reply), replied_at)]
            for letters, source_at in copied:
                for now, before in reversed(letters.items()):  # a token begins with its first letter
                    there = _tokens(source_at, before)
                    for n, token in enumerate(_tokens(written, now)):
                        places[token] = there[min(n, len(there) - 1)]
            source += [-1] * len(asked) + [place if place < 0 else len(spoken) + place for place in places]
            taught += [0] * len(asked) + looks
            is_reply += [False] * len(asked) + [True] * len(replied)
            spoken += [*asked, *replied]
        return Spoken(spoken, picture, len(ids[0]), is_reply, taught, source)


def _taught(number: int, turn: Turn, spans: Sequence[tuple[int, int]]) -> list[int]:
    """For each token of a reply."""
    taught = [0] * len(spans)
    for letters, look, what in _looks(number, turn):
        for i, (start, end) in enumerate(spans):
            # A token begins with the space before it.
            if look == NAMES and letters.start - 1 <= start and end <= letters.stop and letters:
                taught[i] = LOOKS * what + look
            if look != NAMES and letters.start < end and start < letters.stop:
                taught[i - 1] = LOOKS * what + look  # after which it is written
    return taught


def _is_seen(taught: int) -> bool:
    """Whether what is taught at a token means that the next one says what is on the screen."""
    return taught > 0 and (taught - 1) % LOOKS + 1 in (AIMS, READS)


def _looks(number: int, turn: Turn) -> Iterator[tuple[range, int, int]]:
    """Which letters of a reply have to do with a look, which one, and at what."""
    thought = turn.reply[: turn.reply.index(CALL)]
    named, stands = NAMED.search(thought), STANDS.match(thought)
    found = number if turn.box is not None and stands is None else None
    if named is not None and named["missed"] is not None:
        found = NOWHERE
    elif turn.anchor is not None:
        found = ANCHORS + number  # a line that stands elsewhere, by which a cross or a switch is found, or what is read
    if named is not None and found is not None:
        yield from ((range(*named.span(group)), NAMES, found) for group in NAME_GROUPS)
        yield from ((range(*named.span(group)), AIMS, found) for group in SAYS_GROUPS)
    if stands is not None and turn.anchor is not None:
        yield range(*stands.span("anchor")), NAMES, ANCHORS + number
    for i, one in enumerate(turn.stated if number == 0 else ()):
        what = NOWHERE if one.box is None else STATES + i
        yield range(*one.name), NAMES, what
        yield range(*one.state), READS if one.is_read else AIMS, what
    point, text = _written(turn)
    yield point, AIMS, number
    yield text, AIMS if named is not None and named["told"] is not None else READS, number


def _written(turn: Turn) -> tuple[range, range]:
    """Which letters of a reply are the coordinates of the element, and which are read off it."""
    nothing, reply = range(0), turn.reply
    if turn.box is None:
        return nothing, nothing
    if POINT in reply:
        start = reply.rindex(POINT) + len(POINT)
        return range(start, reply.index(")", start)), nothing
    # In the thought; what is answered is copied from there.
    thought = reply[: reply.index(CALL)]
    stands = STANDS.match(thought)
    if stands is not None:
        return nothing, range(*stands.span("said"))
    if TEXT not in reply:
        return nothing, nothing
    text = reply[reply.rindex(TEXT) + len(TEXT) : reply.rindex('"')]
    start = thought.rfind(text)
    return nothing, nothing if start < 0 else range(start, start + len(text))


def _typed(reply: str) -> range:
    """Which letters of a reply are a text that it types or answers."""
    start = reply.rfind(TEXT) + len(TEXT)
    return range(0) if start < len(TEXT) else range(start, reply.index('"', start))


def keys_left(told: str, reply: str, start: int = 0) -> dict[int, int]:
    """For each key that a reply says is left, where it stands in what was told, both counted in letters: in the last
    thought that says which are left, where these are the rest of those, or the same since the tap was lost; else where
    they first stand in a row from `start` on, since the system prompt has digits too."""
    now = LEFT.search(reply)
    if now is None:
        return {}
    places = _places(now)
    keys = "".join(reply[i] for i in places)
    before = [_places(last) for last in LEFT.finditer(told)][-1:]
    if not before or not "".join(told[i] for i in before[0]).endswith(keys):
        row = told.find(keys, start)
        before = [range(row, row + len(keys))] if row >= 0 else []
    return {now: there for row in before for now, there in zip(places, row[-len(keys) :], strict=True)}


def typed_from(told: str, reply: str, given: tuple[range, range]) -> dict[int, int]:
    """For each letter of what a reply types, where it stands in what was told, both counted in letters: in the task,
    where it first stands there by itself, or, last of them, in past steps. A number may be written there with what
    isn't typed. Words won't do, since a text seldom has the same ones at its beginning and behind a space: “Recipe” is
    another two than “ Recipe”."""
    place = _typed(reply)
    text = reply[place.start : place.stop]
    if not text or typed_from_thought(reply):
        return {}
    alone = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
    at_hand, aside = (list(alone.finditer(told, part.start, part.stop)) for part in given)
    for found in (*at_hand[:1], *aside[-1:]):
        return dict(zip(place, range(*found.span()), strict=True))
    for number in NUMBER.finditer(told, given[0].start, given[0].stop):
        for typed in ("0123456789.", "0123456789"):
            letters = [i for i in range(*number.span()) if told[i] in typed]
            if "".join(told[i] for i in letters) == text:
                return dict(zip(place, letters, strict=True))
    return {}


def typed_from_thought(reply: str) -> dict[int, int]:
    """The same of what its own thought has said, as that of an answer has."""
    place = _typed(reply)
    start = reply.rfind(reply[place.start : place.stop], 0, reply.index(CALL)) if place else -1
    return {now: start + i for i, now in enumerate(place)} if start >= 0 else {}


def _places(left: re.Match[str]) -> Sequence[int]:
    return [i for part in ("next", "rest") for i in range(*left.span(part))]


def _tokens(spans: Sequence[tuple[int, int]], letter: int) -> list[int]:
    return [i for i, (start, end) in enumerate(spans) if start <= letter < end]


def _parts(at_hand_aside: tuple[range, range], text: str, spans: Sequence[tuple[int, int]]) -> list[int]:
    """For each token of a text: whether it lies `ASIDE` or else `AT_HAND`, or in neither of these parts (0), as
    coordinates do, which are copied from nowhere."""
    is_number = bytearray(len(text) + 1)
    for place in COORDINATES.finditer(text):
        is_number[place.start() : place.end()] = b"\1" * len(place[0])
    found = [0] * len(spans)
    for i, (start, end) in enumerate(spans):
        if start < end and not any(is_number[start:end]):
            at_hand, aside = (part.start <= start and end <= part.stop for part in at_hand_aside)
            found[i] = ASIDE if aside else AT_HAND if at_hand else 0
    return found


def sources(words: Sequence[str], said: Sequence[int], may_copy: Sequence[int]) -> list[int]:
    """For each word of a reply, which ends `words`, where the same word stood before; -1 where nowhere, or where that
    isn't clear.

    Of what was `said` `AT_HAND` (in the question, or for words of the reply's call in its thought), it is the place
    that the most of the same words lead up to; for a word that stood only `ASIDE` and may be copied from there, the
    last of those."""
    first = len(words) - len(may_copy)
    stood: defaultdict[str, list[int]] = defaultdict(list)
    for i, word in enumerate(words):
        if said[i]:
            stood[word].append(i)
    places: list[int] = []
    for i, may in enumerate(may_copy, first):
        last = first if said[i] else i
        before = [p for p in stood[words[i]] if p < last] if may else []
        found = [p for p in before if said[p] == AT_HAND]
        if not found and may == ASIDE:
            found = before
        leads = [_lead(words, p, i) for p in found]
        most = max(leads, default=0)
        best = [p for p, lead in zip(found, leads, strict=True) if lead == most]
        is_clear = most > 0 or any(c.isalnum() for c in words[i])
        only = len(best) == 1 or (bool(best) and said[best[0]] == ASIDE)
        places.append(best[-1] if only and is_clear else -1)
    return places


def _lead(words: Sequence[str], before: int, now: int) -> int:
    """How many of the same words lead up to two places."""
    count = 0
    while count < before and words[before - count - 1] == words[now - count - 1]:
        count += 1
    return count


def positions(picture: torch.Tensor, length: int) -> torch.Tensor:
    """(3, count, length): time, row and column, as `get_rope_index` gives them for one picture in a text; `picture`:
    (count,), where each one's visual tokens begin."""
    first = picture[:, None]
    text = torch.arange(length, device=picture.device).expand(len(picture), -1)
    token = (text - first).clamp(0, TOKENS - 1)
    after = first + max(ROWS, COLUMNS) + text - first - TOKENS
    is_picture = (text >= first) & (text < first + TOKENS)
    rest = torch.where(text < first, text, after)
    seen = (first.expand_as(text), first + token // COLUMNS, first + token % COLUMNS)
    return torch.stack([torch.where(is_picture, part, rest) for part in seen])
