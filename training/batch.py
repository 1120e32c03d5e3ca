# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Conversations side by side, and how far the language model is from them: from their replies, and, for the heads that
are told where to look, from looking there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from training.decoder import LOOKING, ORDERED, Decode
from training.encoding import LOOKS, NOWHERE, positions
from training.labels import KINDS, SLOTS, SWITCHES, Labels
from training.reading import places
from training.talks import Talks
from training.view import COLUMNS, MERGE, ROWS, TOKENS

DIGITS = 10
DIGITS_WEIGH = 3.0
"""In what is brought back from where something is read, beside other words: a number is right only if each of its
digits is, and a serial number too, whose digits are letters as well."""
FIRST = 2
"""So many digits of each coordinate are told, as a reply writes them, in thousandths."""
NEAR = 2e-3
"""In unit floats, what is the same middle: where taps aim is kept in 16 bits."""
PATCHES = MERGE**2
ALIKE = 64
"""What lengths and counts are rounded up to multiples of, so that products have few different shapes: for each new one
a CPU in bfloat16 makes code first (oneDNN), which `hardware.keep_products` has kept. With both a step of 16 took 2.3
to 2.7 s on two cores with AMX, where it took 4.4 s without (docs/pocket-log.md)."""
STATES = NO_SWITCH, OFF, ON = range(3)
"""Of what a tap hits: no switch (or a button that is not on), one that is off, one that is on."""
NAMING, AIMING, COPYING, FOLLOWING = range(4)
READING = range(4, 4 + PATCHES)
PICKING = range(READING.stop, READING.stop + SLOTS)
"""The heads that are taught where to look, as `decoder.LOOKING` has them. Of those that read the first bring all words
of a patch, the others those in one slot of each patch: mostly one word alone is brought by both, which is what is
next."""


class Places(nn.Linear):
    """Reads off what the second taught head brings back from a visual token: the first two digits of the x and of the y
    where a tap there aims, 10 logits each."""

    def __init__(self, model: Any) -> None:
        super().__init__(model.model.language_model.layers[0].self_attn.head_dim, 2 * FIRST * DIGITS)

    def compare(self, value: torch.Tensor, digits: torch.Tensor) -> torch.Tensor:
        """The loss; `digits`: (…, 2, FIRST), -1 where a tap hits nothing, which may be everywhere."""
        logits = self(value).float().view(-1, DIGITS)
        loss = functional.cross_entropy(logits, digits.view(-1), ignore_index=-1, reduction="sum")
        return loss / (digits >= 0).sum().clamp(min=1)


class States(nn.Linear):
    """Reads off the same whether what a tap there hits is on. Without this loss the value tells it of few switches,
    though the visual tokens show it, and what is on is said to be off."""

    def __init__(self, model: Any) -> None:
        super().__init__(model.model.language_model.layers[0].self_attn.head_dim, len(STATES))

    def compare(self, value: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
        """The loss, in which each of `STATES` weighs the same; `states`: (…), which it is, -1 where a tap hits
        nothing."""
        logits, states = self(value).float().view(-1, len(STATES)), states.flatten()
        nats = functional.cross_entropy(logits, states, ignore_index=-1, reduction="none")
        of_each = [(nats * (states == n)).sum() / (states == n).sum().clamp(min=1) for n in range(len(STATES))]
        return torch.stack(of_each).mean()


class Shown(nn.Linear):
    """Reads off what a head that reads brings back from a visual token: the words in one of its patches, each in its
    slot, or those in one slot, each in its patch. Without this loss it learns to look at what is to be read long before
    it learns to tell it."""

    def __init__(self, model: Any, count: int) -> None:
        """`count`: of words."""
        text = model.config.text_config
        super().__init__(model.model.language_model.layers[0].self_attn.head_dim, count * text.hidden_size)

    def nats(
        self, value: torch.Tensor, words: torch.Tensor, table: torch.Tensor, weights: torch.Tensor
    ) -> torch.Tensor:
        """The loss, summed; `words`: (…, count), -1 for none. `table`: (vocabulary, width), of which none is to
        learn. `weights`: (vocabulary,)."""
        value, words = value.flatten(0, -2), words.flatten(0, -2)
        some = Rows.of((words >= 0).any(-1))
        named, asked = self(value[some.which]).view(-1, table.shape[1]), some.labels(words).flatten()
        each = Rows.of(asked >= 0)
        logits = named[each.which] @ table.detach().T
        return functional.cross_entropy(logits.float(), each.labels(asked), weights, ignore_index=-1, reduction="sum")


class Probes(nn.Module):
    """What reads off the heads' values in training alone, and is thrown away with them. weights: (vocabulary,) of the
    words that are read."""

    weights: torch.Tensor

    def __init__(self, model: Any, digits: Sequence[int] = ()) -> None:
        """`digits`: those of the vocabulary."""
        super().__init__()
        self.places = Places(model)
        self.shown = nn.ModuleList(Shown(model, count) for count in (*[SLOTS] * PATCHES, *[PATCHES] * SLOTS))
        self.order = nn.ModuleList(nn.Linear(model.config.text_config.hidden_size, SLOTS) for _ in ORDERED)
        self.states = States(model)
        weights = torch.ones(model.config.text_config.vocab_size)
        weights[list(digits)] = DIGITS_WEIGH
        self.register_buffer("weights", weights, persistent=False)

    def weight(self, words: torch.Tensor) -> torch.Tensor:
        """Of all words, of which -1 is none; at least 1."""
        return self.weights[words.clamp(min=0)].where(words >= 0, 0.0).sum().clamp(min=1)

    def told(self, values: Sequence[torch.Tensor], words: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
        """The loss of the words that the heads that read bring back, twice each; `words`: (…, PATCHES, SLOTS)."""
        probes: Sequence[Any] = list(self.shown)
        parts = by_head(words)
        nats = [
            probe.nats(*of_part, table, self.weights) for probe, *of_part in zip(probes, values, parts, strict=True)
        ]
        return torch.stack(nats).sum() / (2 * self.weight(words))

    def ordered(self, given: Sequence[torch.Tensor], order: torch.Tensor) -> torch.Tensor:
        """The loss of which of a patch's words is next, before each of the layers `ORDERED`; without it they are picked
        almost as if they lay there in any order. given: (…, width) each. order: (…), -1 for none."""
        named = [probe(begun).flatten(0, -2).float() for probe, begun in zip(self.order, given, strict=True)]
        nats = [functional.cross_entropy(n, order.flatten(), ignore_index=-1, reduction="sum") for n in named]
        return torch.stack(nats).mean() / (order >= 0).sum().clamp(min=1)


class Picked(NamedTuple):
    """Of some conversations what is picked on the CPU, in other processes where a GPU learns: arrays, or the tensors
    that these come as from there. chosen, screens: (count,) which they are, and about which. ids: (count, length), 0
    for padding. picture, reply: as `Talks` has them. written: (2, count, most) after which place what word is to be
    written, -1 for padding. middles, kinds, words: (count, …) where taps on the screen aim, what stands there and what
    it says. box: (count, NOWHERE, 4). looks: (2, count, most) each, where a head of each kind is taught to look at
    which box. slots: (count, length) at which of the screen's slots the next word stands that is read off, else -1.
    followed: (2, count, most) where at which slot the word before stands. copied: (2, count, most) before which place a
    word is copied, and from where. sources: (2, …) which conversation's which word that is."""

    chosen: Any
    screens: Any
    ids: Any
    picture: Any
    reply: Any
    written: Any
    middles: Any
    kinds: Any
    words: Any
    box: Any
    looks: Sequence[Any]
    slots: Any
    followed: Any
    copied: Any
    sources: Any


def pick(talks: Talks, chosen: Sequence[int], labels: Labels) -> Picked:
    """`labels`: of all screens."""
    picked = np.array(chosen)
    lengths, screens = talks.lengths[picked], talks.screen[picked]
    longest = rounded(int(lengths.max()))
    where = np.minimum(talks.first[picked][:, None] + np.arange(longest), len(talks.ids) - 1)
    is_text = np.arange(longest) < lengths[:, None]
    ids = np.where(is_text, talks.ids[where], 0)
    next_is_reply = np.roll(talks.is_reply[where] & is_text, -1, 1)
    next_word = np.roll(ids, -1, 1)
    taught = np.where(is_text, talks.taught[where], 0) - 1
    whats = [np.where((taught >= 0) & (taught % LOOKS == look), taught // LOOKS, -1) for look in range(LOOKS)]
    shown, box = labels.words[screens], talks.box[picked]
    slots = _slots(whats[2], next_word, shown, box)
    source = np.where(is_text, talks.source[where], -1)
    row, place = (source >= 0).nonzero()
    return Picked(
        picked,
        screens,
        ids,
        talks.picture[picked],
        talks.reply[picked],
        _side_by_side(np.where(next_is_reply, next_word, -1)),
        labels.aim[screens],
        labels.kind[screens],
        shown,
        box,
        [_side_by_side(what) for what in whats],
        slots,
        # What is read off goes on where the last word of it stands.
        _side_by_side(np.roll(slots, 1, 1)),
        # Looked at where it is about to be written, which is one place earlier.
        _side_by_side(np.roll(source, -1, 1)),
        np.stack([row, source[row, place]]),
    )


class Batch:
    """Conversations side by side, padded at the end, where nothing looks at them."""

    def __init__(self, picked: Picked, at: torch.device) -> None:
        def there(values: Any) -> torch.Tensor:
            return torch.as_tensor(values).to(at, non_blocking=True)

        self.screens: Sequence[int] = picked.screens
        self.ids, self.words = there(picked.ids).long(), there(picked.words).long()
        self.picture, self.reply = there(picked.picture).long(), there(picked.reply).long()
        # After which place what word is to be written, (count, most) each.
        self.places, self.targets = there(picked.written)
        longest = self.ids.shape[1]
        self.positions = positions(self.picture, longest)
        text = torch.arange(longest, device=at)
        self.pictures = (text >= self.picture[:, None]) & (text < self.picture[:, None] + TOKENS)
        middles, box = there(picked.middles).float(), there(picked.box)
        self.digits, self.boxes = first_digits(middles), inside(box)
        self.states = switched(there(picked.kinds).long(), middles)
        named, aimed_at, read = (
            self._at_elements(there(what), boxes)
            for what, boxes in zip(
                picked.looks, (self.boxes, its_own(box, self.boxes, middles), self.boxes), strict=True
            )
        )
        slots = there(picked.slots)
        # Which of the words in its patch the next word is that is read off, counted from 0.
        self.order = slots.where(slots < 0, slots % SLOTS).gather(1, self.places)
        self.is_copied = torch.zeros_like(self.ids, dtype=torch.bool)
        row, source = there(picked.sources).long()
        self.is_copied[row, source] = True
        copied, followed = self._at_words(there(picked.copied)), self._at_slots(there(picked.followed))
        self.looks = [named, aimed_at, copied, followed, *self._at_parts(read, slots)]

    def _at_elements(self, whats: torch.Tensor, boxes: torch.Tensor) -> Looks:
        """`whats`: (2, count, most), at which places in the text, and which of the boxes is looked at, -1 for
        padding. `boxes`: (count, NOWHERE, TOKENS). What isn't on the screen is looked for before the picture."""
        place, what = whats
        count, most = place.shape
        is_there = (what >= 0) & (what != NOWHERE)
        looked = boxes.gather(1, what.where(is_there, 0)[..., None].expand(-1, -1, TOKENS)) & is_there[..., None]
        shown = self.picture[:, None, None] + torch.arange(TOKENS, device=place.device)
        aimed = torch.zeros(count, most, self.ids.shape[1], dtype=torch.bool, device=place.device)
        aimed.scatter_(2, shown.expand(-1, most, -1), looked)
        before = torch.arange(self.ids.shape[1], device=place.device) == self.picture[:, None, None] - 1
        return Looks(place, aimed | (before & (what == NOWHERE)[..., None]))

    def _at_parts(self, read: Looks, slots: torch.Tensor) -> list[Looks]:
        """For each of the heads that read: at the visual token that shows the word that is about to be written, if it
        stands in the head's patch, or in its slot of a patch, and otherwise at what is before the picture. `slots`:
        (count, length) for each place in the text; where they are -1, the first head looks at the whole element, the
        others before the picture."""
        place, element = read
        slot = slots.gather(1, place)[..., None]
        before = torch.arange(self.ids.shape[1], device=place.device) == self.picture[:, None, None] - 1
        shown = self._shown(slot)
        taught = element.any(-1, keepdim=True)
        patch, order = slot % (PATCHES * SLOTS) // SLOTS, slot % SLOTS
        its = (*(patch == each for each in range(PATCHES)), *(order == each for each in range(SLOTS)))
        others = (element, *[before] * (len(its) - 1))
        return [
            Looks(place, shown.where(here & (slot >= 0), before.where(slot >= 0, other)) & taught)
            for here, other in zip(its, others, strict=True)
        ]

    def _at_slots(self, slots: torch.Tensor) -> Looks:
        """`slots`: (2, count, most), at which places in the text, and at which slot's visual token is looked, -1 for
        padding."""
        place, slot = slots
        return Looks(place, self._shown(slot[..., None]) & (slot >= 0)[..., None])

    def _shown(self, slot: torch.Tensor) -> torch.Tensor:
        """(count, most, length): where in the text the visual token of each slot stands, (count, most, 1)."""
        text = torch.arange(self.ids.shape[1], device=slot.device)
        return text == self.picture[:, None, None] + slot // (PATCHES * SLOTS)

    def _at_words(self, sources: torch.Tensor) -> Looks:
        place, source = sources
        aimed = torch.arange(self.ids.shape[1], device=place.device) == source[..., None]
        return Looks(place, aimed)

    def inputs(self, model: Any, seen: torch.Tensor) -> torch.Tensor:
        """Of the language model; `seen`: (count, TOKENS, width)."""
        words = model.get_input_embeddings()(self.ids)
        return words.masked_scatter(self.pictures[..., None], seen.to(words.dtype))

    def written(self, model: Any, seen: torch.Tensor, probes: Probes, decode: Decode) -> Written:
        """How far the model is from the replies, the right tokens before each token."""
        decoded = decode(model, self.inputs(model, seen), self.positions, self.places)
        asked = Rows.of((self.targets >= 0).flatten())
        logits = decoded.hidden.flatten(0, 1)[asked.which] @ model.get_input_embeddings().weight.T
        targets = asked.labels(self.targets.flatten())
        nats = functional.cross_entropy(logits.float(), targets, ignore_index=-1, reduction="none")
        looked = [look.compare(*pair) for look, *pair in zip(self.looks, decoded.query, decoded.key, strict=True)]
        value = [value[self.pictures].view(*self.digits.shape[:2], -1) for value in decoded.value]
        brought = probes.places.compare(value[AIMING], self.digits)
        states = probes.states.compare(value[AIMING], self.states)
        size = decoded.size[self.targets >= 0].mean().detach()
        read = [value[head] for head in (*READING, *PICKING)]
        told = probes.told(read, self.words, model.get_input_embeddings().weight)
        said = self._said(model, decoded.value[COPYING], read, size, probes)
        ordered = probes.ordered(decoded.given, self.order.where(self.targets >= 0, -1))
        looking = torch.stack([little for little, _ in looked]).sum()
        hits = [hits for _, hits in looked]
        far = self._of_first_reply(asked.spread(nats.detach()).view(self.targets.shape))
        return Written(nats.sum() / asked.number, looking, brought, states, told, said, ordered, hits, far)

    def _said(
        self, model: Any, copied: torch.Tensor, read: Sequence[torch.Tensor], size: torch.Tensor, probes: Probes
    ) -> torch.Tensor:
        """How far what the heads that copy and read add to a place is from the words that they bring back, if nothing
        else is added and all is as loud as a layer's share (the logit lens: nostalgebraist 2020; `size`: root mean
        square of what all layers add). Left to themselves they add what the layers after them have to make the words
        of, or so little that nothing is made of it, and they look at the right word for hours before it is written. Of
        the words in a patch, or in one slot of each, any is right: which of them is next both say together. A word that
        is read counts once for either."""
        table, language = model.get_input_embeddings().weight.detach(), model.model.language_model
        spoken = table * language.norm.weight.detach() * len(language.layers) / size

        def nats(head: int, value: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
            """Summed; value: (…, head width). words: (…, most), -1 for none."""
            words = words.flatten(0, -2)
            some = Rows.of((words >= 0).any(-1))
            value, words = value.flatten(0, -2)[some.which], some.labels(words)
            layer, number = LOOKING[head]
            attention = language.layers[layer].self_attn
            adds = attention.o_proj.weight[:, number * attention.head_dim :][:, : attention.head_dim]
            likely = (functional.linear(value, adds) @ spoken.T.to(value)).float().log_softmax(-1)
            asked = words.clamp(min=0)
            return -(likely.gather(1, asked) * probes.weights[asked]).where(words >= 0, 0.0).sum()

        to_copy = self.ids.where(self.is_copied, -1)
        copying = nats(COPYING, copied, to_copy[..., None])
        reading = torch.zeros_like(copying)
        for head, value, words in zip((*READING, *PICKING), read, by_head(self.words), strict=True):
            reading = reading + nats(head, value, words)
        return copying / probes.weight(to_copy) + reading / probes.weight(self.words)

    def _of_first_reply(self, nats: torch.Tensor) -> torch.Tensor:
        """(count,) sums of what there is for each token to be written; nats: (count, most)."""
        asked = self.targets >= 0
        # Where it goes on, one place comes after the other.
        rank = torch.arange(asked.shape[1], device=asked.device)
        is_first = asked & (self.places - rank == self.places[:, :1])
        return nats.where(is_first, 0.0).sum(1)


class Rows(NamedTuple):
    """Some rows out of many, their number rounded up. which: (rounded,) places, the first of all for padding. is_one:
    (rounded,) whether it is no padding. number: without padding, but at least 1. total: out of how many."""

    which: torch.Tensor
    is_one: torch.Tensor
    number: int
    total: int

    @classmethod
    def of(cls, some: torch.Tensor) -> Rows:
        """Those for which `some`, (total,) bool, is true."""
        found = some.nonzero()[:, 0]
        which = functional.pad(found, (0, rounded(len(found)) - len(found)))
        return cls(which, torch.arange(len(which), device=which.device) < len(found), max(1, len(found)), len(some))

    def labels(self, labels: torch.Tensor) -> torch.Tensor:
        """(rounded, …) those of (total, …), -1 for padding."""
        kept = self.is_one.view(-1, *[1] * (labels.dim() - 1))
        return labels[self.which].where(kept, -1)

    def spread(self, values: torch.Tensor) -> torch.Tensor:
        """(total,) of (rounded,), 0 elsewhere and for padding."""
        return values.new_zeros(self.total).index_add(0, self.which, values.where(self.is_one, 0.0))


def rounded(count: int) -> int:
    """Up to a multiple of `ALIKE`."""
    return max(1, -(-count // ALIKE)) * ALIKE


class Looks(NamedTuple):
    """Where a head is taught to look. place: (count, most) from where in the text. aimed: (count, most, length) what
    is right, nothing for padding."""

    place: torch.Tensor
    aimed: torch.Tensor

    def compare(self, query: torch.Tensor, key: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """How little it looks there (nats), and how often it looks there most."""
        asked = query.gather(1, self.place[..., None].expand(-1, -1, query.shape[-1]))
        scores = (asked @ key.transpose(-1, -2)).float() / query.shape[-1] ** 0.5
        later = torch.arange(key.shape[1], device=key.device) > self.place[..., None]
        scores = scores.masked_fill(later, -torch.inf)
        taught = self.aimed.any(-1)
        count = taught.sum().clamp(min=1)
        on_it = scores.logsumexp(-1) - scores.masked_fill(~self.aimed, -torch.inf).logsumexp(-1)
        hits = self.aimed.gather(-1, scores.detach().argmax(-1, keepdim=True))
        return on_it[taught].sum() / count, hits.sum() / count


class Written(NamedTuple):
    """loss: of the tokens to be written. looking: of the heads that are taught where to look. brought: of where a tap
    aims, as the second brings it back. states: of whether what it hits is on, as the same brings it. told: of the words
    that those that read bring back. said: of these words and of those that are copied, as they are added. ordered: of
    which of a patch's words is next. hits: how often each of the heads looks most at what it should. far: (count,)
    nats, how unlikely each conversation's first reply is."""

    loss: torch.Tensor
    looking: torch.Tensor
    brought: torch.Tensor
    states: torch.Tensor
    told: torch.Tensor
    said: torch.Tensor
    ordered: torch.Tensor
    hits: Sequence[torch.Tensor]
    far: torch.Tensor


def _slots(
    whats: NDArray[np.int64], next_word: NDArray[Any], shown: NDArray[np.int16], boxes: NDArray[np.float32]
) -> NDArray[np.int64]:
    """(count, length): at which slot of the screen's the next word stands that is read off; -1 for none. `whats`: for
    each place in the text off which of the boxes something is read there, or -1."""
    slots = np.full(whats.shape, -1, np.int64)
    for row in range(len(whats)):
        for what in np.unique(whats[row][whats[row] >= 0]):
            here = np.flatnonzero(whats[row] == what)
            left, top, right, bottom = boxes[row, what].tolist()
            slots[row, here] = places(next_word[row, here].tolist(), shown[row], (left, top, right, bottom))
    return slots


def _side_by_side(values: NDArray[Any]) -> NDArray[np.int64]:
    """(2, count, most): where in each row of (count, length) values are not negative, and those, -1 for padding."""
    row, place = (values >= 0).nonzero()
    counts = np.bincount(row, minlength=len(values))
    column = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    beside = np.zeros((2, len(values), rounded(int(counts.max()))), np.int64)
    beside[1] = -1
    beside[:, row, column] = place, values[row, place]
    return beside


def by_head(words: torch.Tensor) -> Sequence[torch.Tensor]:
    """What each of the heads that read brings of (…, PATCHES, SLOTS) words: those of a patch, or those in a slot."""
    return *words.unbind(-2), *words.unbind(-1)


def inside(box: torch.Tensor) -> torch.Tensor:
    """(…, TOKENS): which visual tokens show a part of each box, (…, 4) unit floats; none where it is no number."""
    token = torch.arange(TOKENS, device=box.device)
    row, column = token // COLUMNS, token % COLUMNS
    left, top, right, bottom = ((box[..., i, None] * size).floor() for i, size in enumerate((COLUMNS, ROWS) * 2))
    return (column >= left) & (column <= right) & (row >= top) & (row <= bottom)


def its_own(box: torch.Tensor, shows: torch.Tensor, aims: torch.Tensor) -> torch.Tensor:
    """(count, boxes, TOKENS): of the visual tokens that show a part of each box (`shows`) those where a tap aims at its
    middle; all of them where there are none. The others show a part of what is beside it too. `box`: (count, boxes, 4)
    and `aims`: (count, TOKENS, 2) unit floats."""
    middle = (box[..., :2] + box[..., 2:]) / 2
    own = shows & ((middle[..., None, :] - aims[:, None]).abs().amax(-1) < NEAR)
    return own.where(own.any(-1, keepdim=True), shows)


def first_digits(aims: torch.Tensor) -> torch.Tensor:
    """(…, 2, FIRST) the first digits of unit floats, (…, 2); -1 where they are no number."""
    thousandths = (aims.nan_to_num() * 1000).round().long().clamp(0, 999)
    found = torch.stack([thousandths // 10 ** (2 - place) % DIGITS for place in range(FIRST)], -1)
    return found.masked_fill(aims.isnan()[..., None], -1)


def switched(kinds: torch.Tensor, aims: torch.Tensor) -> torch.Tensor:
    """(count, TOKENS): which of `STATES` that has which a tap at each visual token hits; -1 where it hits nothing, or a
    switch that is disabled, of which the labels don't say whether it is on. All tokens of a row are as its switch is,
    the words too. `kinds`: (count, TOKENS) as `Labels` has them; `aims`: (count, TOKENS, 2) unit floats."""
    kind, state = kinds % len(KINDS), kinds // len(KINDS)
    switches = torch.tensor([KINDS.index(name) for name in SWITCHES], device=kinds.device)
    is_switch = torch.isin(kind, switches)
    can_be_on = is_switch | (kind == KINDS.index("tapped"))
    same = (aims[:, :, None] == aims[:, None]).all(-1)
    found = torch.full_like(kinds, NO_SWITCH)
    for some, what in ((is_switch & (state == 0), OFF), (can_be_on & (state == 1), ON), (is_switch & (state == 2), -1)):
        found = found.masked_fill((same & some[:, None]).any(-1), what)
    return found.masked_fill(aims.isnan().any(-1), -1)
