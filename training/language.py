# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The last stage: the language model learns to locate what is asked for, to read, and to do tasks.

It learns from the solution's steps, mixed with questions about the same screens. From the replies alone it doesn't
learn on whole screens which element is meant. So some heads are told where to look: at the element that is tapped,
where its name is written and where its coordinates are; at the element that is read off; and at the word in the prompt
that is copied; and one of them what to bring back from any visual token, the first digits of where a tap there aims.
Those are losses and no part of the model.
(Others supervise a Qwen2-VL's own attention to the same end: Zhou et al., GUI-AIMA, arXiv 2511.00810.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional
from tqdm import tqdm
from transformers import DynamicCache

from actions.errors import ParseError
from actions.geometry import Box
from actions.types import Action, Click
from training.course import Course
from training.decoder import Decode, decode
from training.encoding import LOOKS, positions
from training.hardware import multiplies_bfloat16
from training.lessons import DIALECT, Turn
from training.store import Drawn
from training.talks import Choice, Talks
from training.tower import Look, features, quickest
from training.view import COLUMNS, ROWS, SEEN, TOKENS

CHECKED = 64
"""Steps, taps and other questions that the figures are of, each."""
CHECK_EVERY = 250
LONGEST_REPLY = 80
LOOKING_SHARE, PLACES_SHARE = 0.5, 0.2
"""Of the losses for where to look and for what is to be found there, beside that of the tokens."""
NOWHERE = 100
"""For a turn, where what is named isn't on the screen: then a head looks at what stands before the picture."""
QUIET = 0.1
"""Of the final norm, at first."""
DIGITS = 10
IGNORED = -100

Eyes = Callable[[Sequence[int]], torch.Tensor]
"""What the tower makes of some screens: (count, TOKENS, width)."""


def bring_near(model: Any, drawn: Drawn) -> None:
    """Scale words and what the tower makes of pictures to 1, as the layers' outputs are, where they are far from it:
    what is quieter is drowned, and then no layer finds where on the screen a visual token is. And write as quietly as
    a model that has learned nothing."""
    with torch.no_grad():
        words = model.get_input_embeddings().weight
        words.mul_(_to_one(words))
        model.model.language_model.norm.weight.fill_(QUIET)
        seen = drawn.pictures.pick(range(0, len(drawn), max(1, len(drawn) // 8)))
        scale = _to_one(features(model, seen.to(words.device)))
        model.model.visual.merger.mlp[-1].weight.mul_(scale)
        model.model.visual.merger.mlp[-1].bias.mul_(scale)


def _to_one(values: torch.Tensor) -> float:
    scale = 1 / values.square().mean().sqrt().item()
    return 1.0 if 0.5 < scale < 2 else scale


def live(model: Any, drawn: Drawn, look: Look) -> Eyes:
    """A tower that learns along."""
    return lambda screens: look(model, drawn.pictures.pick(screens))[1]


class Seen:
    """What a frozen tower makes of each screen, kept on disk beside the screens. On a CPU looking costs half of a step,
    so the tower doesn't learn along there."""

    def __init__(self, model: Any, drawn: Drawn, folder: Path) -> None:
        digest = hashlib.sha256()
        for value in model.model.visual.state_dict().values():
            digest.update(value.float().cpu().numpy().tobytes())
        kept = folder / f"{digest.hexdigest()[:12]}-{drawn.name}-{len(drawn)}.npy"
        if not kept.exists():
            folder.mkdir(parents=True, exist_ok=True)
            np.save(kept, self._look(model, drawn))
        self._values = np.load(kept, mmap_mode="r")

    def __call__(self, screens: Sequence[int]) -> torch.Tensor:
        return torch.from_numpy(self._values[list(screens)]).float()

    def _look(self, model: Any, drawn: Drawn) -> NDArray[np.float16]:
        found: list[NDArray[np.float16]] = []
        size, look = 16, quickest()
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=multiplies_bfloat16()):
            for first in tqdm(range(0, len(drawn), size), desc="looking", unit=" batches"):
                pictures = drawn.pictures.pick(range(first, min(first + size, len(drawn))))
                found.append(look(model, pictures)[1].half().numpy())
        return np.concatenate(found)


class Places(nn.Linear):
    """Reads off what the second taught head brings back from a visual token: the first digit after the point of the x
    and of the y where a tap there aims, 10 logits each."""

    def __init__(self, model: Any) -> None:
        super().__init__(model.model.language_model.layers[0].self_attn.head_dim, 2 * DIGITS)

    def compare(self, value: torch.Tensor, digits: torch.Tensor) -> torch.Tensor:
        """The loss; `digits`: (…, 2), -1 where a tap hits nothing, which may be everywhere."""
        logits = self(value).float().view(-1, DIGITS)
        loss = functional.cross_entropy(logits, digits.view(-1), ignore_index=-1, reduction="sum")
        return loss / (digits >= 0).sum().clamp(min=1)


class Batch:
    """Conversations side by side, padded at the end, where nothing looks at them."""

    def __init__(self, talks: Talks, chosen: Sequence[int], drawn: Drawn, at: torch.device) -> None:
        picked = np.array(chosen)
        lengths = talks.lengths[picked]
        longest = int(lengths.max())
        where = np.minimum(talks.first[picked][:, None] + np.arange(longest), len(talks.ids) - 1)
        is_text = np.arange(longest) < lengths[:, None]
        self.screens: Sequence[int] = talks.screen[picked].tolist()

        def there(values: Any) -> torch.Tensor:
            return torch.from_numpy(values).to(at)

        self.ids = there(np.where(is_text, talks.ids[where], 0)).long()
        self.picture, self.reply = there(talks.picture[picked]).long(), there(talks.reply[picked]).long()
        next_is_reply = np.roll(talks.is_reply[where] & is_text, -1, 1)
        self.targets = self.ids.roll(-1, 1).masked_fill(~there(next_is_reply), IGNORED)
        self.positions = positions(self.picture, longest)
        text = torch.arange(longest, device=at)
        self.pictures = (text >= self.picture[:, None]) & (text < self.picture[:, None] + TOKENS)
        self.boxes = inside(there(talks.box[picked]))
        taught = np.where(is_text, talks.taught[where], 0) - 1
        source = np.where(is_text, talks.source[where], -1)
        names, aims, reads, misses = ((taught >= 0) & (taught % LOOKS == look) for look in range(LOOKS))
        turns = [np.where(where, taught // LOOKS, -1) for where in (names, aims, reads)]
        turns[0][misses] = NOWHERE
        self.looks = [self._at_elements(there(_side_by_side(turn))) for turn in turns]
        # Looked at where it is about to be written, which is one place earlier.
        self.looks.append(self._at_words(there(_side_by_side(np.roll(source, -1, 1)))))
        aim = there(drawn.labels.aim[talks.screen[picked]]).float()
        nothing = aim.isnan()
        self.digits = (aim.nan_to_num() * DIGITS).long().clamp(0, DIGITS - 1).masked_fill(nothing, -1)

    def _at_elements(self, turns: torch.Tensor) -> Looks:
        """`turns`: (2, count, most), at which places in the text, and of which turn the element is, -1 for padding."""
        place, turn = turns
        count, most = place.shape
        is_there = (turn >= 0) & (turn != NOWHERE)
        boxes = self.boxes.gather(1, turn.where(is_there, 0)[..., None].expand(-1, -1, TOKENS)) & is_there[..., None]
        shown = self.picture[:, None, None] + torch.arange(TOKENS, device=place.device)
        aimed = torch.zeros(count, most, self.ids.shape[1], dtype=torch.bool, device=place.device)
        aimed.scatter_(2, shown.expand(-1, most, -1), boxes)
        before = torch.arange(self.ids.shape[1], device=place.device) == self.picture[:, None, None] - 1
        return Looks(place, aimed | (before & (turn == NOWHERE)[..., None]))

    def _at_words(self, sources: torch.Tensor) -> Looks:
        place, source = sources
        aimed = torch.arange(self.ids.shape[1], device=place.device) == source[..., None]
        return Looks(place, aimed)

    def inputs(self, model: Any, seen: torch.Tensor) -> torch.Tensor:
        """Of the language model; `seen`: (count, TOKENS, width)."""
        words = model.get_input_embeddings()(self.ids)
        return words.masked_scatter(self.pictures[..., None], seen.to(words.dtype))

    def written(self, model: Any, seen: torch.Tensor, places: Places, decode: Decode) -> Written:
        """How far the model is from the replies, the right tokens before each token."""
        decoded = decode(model, self.inputs(model, seen), self.positions)
        asked = self.targets >= 0
        logits = decoded.hidden[asked] @ model.get_input_embeddings().weight.T
        loss = functional.cross_entropy(logits.float(), self.targets[asked])
        looked = [look.compare(*pair) for look, *pair in zip(self.looks, decoded.query, decoded.key, strict=True)]
        brought = places.compare(decoded.value[self.pictures].view(*self.digits.shape[:2], -1), self.digits)
        return Written(loss, torch.stack([little for little, _ in looked]).sum(), brought, [hits for _, hits in looked])


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
    """loss: of the tokens to be written. looking: of the heads that are taught where to look. brought: of what the
    second brings back. hits: how often each of the heads looks most at what it should."""

    loss: torch.Tensor
    looking: torch.Tensor
    brought: torch.Tensor
    hits: Sequence[torch.Tensor]


def _side_by_side(values: NDArray[Any]) -> NDArray[np.int64]:
    """(2, count, most): where in each row of (count, length) values are not negative, and those, -1 for padding."""
    row, place = (values >= 0).nonzero()
    counts = np.bincount(row, minlength=len(values))
    column = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    beside = np.zeros((2, len(values), max(1, counts.max())), np.int64)
    beside[1] = -1
    beside[:, row, column] = place, values[row, place]
    return beside


def inside(box: torch.Tensor) -> torch.Tensor:
    """(…, TOKENS): which visual tokens show a part of each box, (…, 4) unit floats; none where it is no number."""
    token = torch.arange(TOKENS, device=box.device)
    row, column = token // COLUMNS, token % COLUMNS
    left, top, right, bottom = ((box[..., i, None] * size).floor() for i, size in enumerate((COLUMNS, ROWS) * 2))
    return (column >= left) & (column <= right) & (row >= top) & (row <= bottom)


def replies(model: Any, batch: Batch, seen: torch.Tensor, end: int) -> list[list[int]]:
    """What the model writes by itself, likeliest token by likeliest token."""
    language, table = model.model.language_model, model.get_input_embeddings()
    longest, cache = int(batch.reply.max()), DynamicCache()
    mask = torch.arange(longest, device=batch.ids.device) < batch.reply[:, None]
    # What is padded stays in the cache and is looked at by nothing.
    heard = language(
        None, mask.long(), batch.positions[:, :, :longest], cache, batch.inputs(model, seen)[:, :longest]
    ).last_hidden_state
    last = heard[torch.arange(len(mask)), batch.reply - 1]
    place = batch.reply - TOKENS + max(ROWS, COLUMNS)
    going = torch.ones_like(batch.reply, dtype=torch.bool)
    said: list[torch.Tensor] = []
    while len(said) < LONGEST_REPLY:
        best = (last.to(table.weight) @ table.weight.T).argmax(-1)
        going &= best != end
        if not going.any():
            break
        said.append(best.masked_fill(~going, -1))
        mask = functional.pad(mask, (0, 1), value=True)
        here = (place + len(said) - 1)[None, :, None].expand(3, -1, 1)
        last = language(None, mask.long(), here, cache, table(best)[:, None]).last_hidden_state[:, -1]
    written = torch.stack(said, 1).tolist() if said else [[]] * len(mask)
    return [[token for token in one if token >= 0] for one in written]


@dataclass(slots=True)
class Learner:
    """What the stage is made of. `tokenizer`: to judge what is written."""

    course: Course
    drawn: Drawn
    held_out: Drawn
    tokenizer: Any
    eyes: Eyes
    eyes_held_out: Eyes
    decode: Decode
    at: torch.device

    def train(self, minutes: float) -> dict[str, float]:
        model, places, course = self.course.modules["model"], self.course.modules["places"], self.course
        is_step = self.drawn.talks.number == 0
        choices = [Choice(self.drawn.talks, chosen) for chosen in (is_step, ~is_step)]

        def learn(random: Random) -> torch.Tensor:
            loss = torch.zeros((), device=self.at)
            for choice in choices:
                batch = Batch(self.drawn.talks, choice.draw(random, course.batch), self.drawn, self.at)
                written = batch.written(model, self.eyes(batch.screens), places, self.decode)
                loss = loss + written.loss + LOOKING_SHARE * written.looking + PLACES_SHARE * written.brought
            return loss / len(choices)

        return course.run(learn, self.check, minutes=minutes, check_every=CHECK_EVERY)

    def check(self) -> dict[str, float]:
        """Shares of replies that are right, all of each written by the model itself."""
        model, places, talks = self.course.modules["model"], self.course.modules["places"], self.held_out.talks
        is_tap, is_step = talks.is_tap, talks.number == 0
        kinds = {"steps": is_step, "taps": is_tap & ~is_step, "answers": ~is_tap & ~is_step}
        end = int(self.tokenizer.convert_tokens_to_ids("<|im_end|>"))
        losses: dict[str, Written] = {}
        figures: dict[str, float] = {}
        for kind, of_kind in kinds.items():
            numbers = np.flatnonzero(of_kind)
            chosen = numbers[:: max(1, len(numbers) // CHECKED)].tolist()
            batch = Batch(talks, chosen, self.held_out, self.at)
            with torch.no_grad(), torch.autocast(self.at.type, torch.bfloat16, enabled=multiplies_bfloat16()):
                seen = self.eyes_held_out(batch.screens)
                losses[kind] = batch.written(model, seen, places, decode)
                said = replies(model, batch, seen, end)
            turns = [self.held_out.turn(talk) for talk in chosen]
            right = [agrees(self.tokenizer.decode(ids), turn) for ids, turn in zip(said, turns, strict=True)]
            figures[kind] = sum(right) / len(right)
        looks = {"names": ("taps", 0), "aims": ("taps", 1), "reads": ("answers", 2), "copies": ("answers", 3)}
        return {
            "held out": sum(part.loss.item() for part in losses.values()) / len(losses),
            **{name: losses[kind].hits[head].item() for name, (kind, head) in looks.items()},
            "brought": losses["taps"].brought.item(),
            **figures,
        }


def agrees(text: str, turn: Turn) -> bool:
    """Whether a reply does what it should: a tap inside the same element, any other action as it is."""
    try:
        said = DIALECT.parse(text, SEEN).actions[0]
    except ParseError:
        return False
    right: Action = DIALECT.parse(turn.reply, SEEN).actions[0]
    if isinstance(said, Click) and isinstance(right, Click) and turn.box is not None:
        return said.point in Box(*turn.box)
    return said == right
