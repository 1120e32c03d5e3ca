# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Conversations side by side, and how far the language model is from them: from their replies, and, for the heads that
are told where to look, from looking there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch.nn import functional

from training.decoder import LOOKING, Decode
from training.encoding import NOWHERE, positions
from training.labels import SLOTS
from training.picked import Picked
from training.probes import Probes, by_head, first_digits, switched
from training.rows import Rows
from training.view import COLUMNS, PATCHES, ROWS, TOKENS

NEAR = 2e-3
"""In unit floats, what is the same middle: where taps aim is kept in 16 bits."""
NAMING, AIMING, COPYING, FOLLOWING = range(4)
READING = range(4, 4 + PATCHES)
PICKING = range(READING.stop, READING.stop + SLOTS)
"""The heads that are taught where to look, as `decoder.LOOKING` has them. Of those that read the first bring all words
of a patch, the others those in one slot of each patch: mostly one word alone is brought by both, which is what is
next."""


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
