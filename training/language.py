# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The stages after the first: the language model learns to locate, then to do tasks, on a tower that is frozen.

What the tower makes of each screen is computed once and kept. Locating begins with one element on the screen, all other
visual tokens blanked, and goes on with whole screens. Several questions are asked on each screen, since the screen is
the dearer part. Episodes come last, mixed with questions.

From coordinates alone it doesn't learn on whole screens which element is meant. So two heads are told where to look:
at the element, where its name is written, and where its coordinates are; and the second what to bring back from any
visual token, the first digits of where a tap there aims. Those are losses and no part of the model.
(Others supervise a Qwen2-VL's own attention to the same end: Zhou et al., GUI-AIMA, arXiv 2511.00810.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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

from actions.errors import ParseError
from actions.geometry import Box
from actions.types import Action, Click
from training.course import Course
from training.decoder import Decode, Decoded, decode
from training.encoding import NO_STEPS, POINT, Encoder, Spoken, positions
from training.hardware import device, multiplies_bfloat16
from training.lessons import DIALECT, Turn
from training.store import Drawn
from training.tower import features, quickest
from training.view import COLUMNS, ROWS, SEEN, TOKENS

LEVELS = ((1, 0.0), (6, 1.0))
"""Elements that can be seen, and the share of all other visual tokens that is not blanked."""
PASSED = 0.8
"""So many taps must be right before the next level."""
CHECKED = 64
CHECK_EVERY = 100
POOL = 10
"""Batches that are drawn together and sorted by length, since padding costs as much as text: a quarter of a step. A
level lasts a multiple of it."""
QUESTIONS_AFTER_STEP = 2
ASKS_FIRST = 0.4
"""So many conversations of the last stage begin with a question."""
LOOKING_SHARE, PLACES_SHARE = 0.5, 0.2
"""Of the losses for where to look and for what is to be found there, beside that of the tokens."""
DIGITS = 10


def bring_near(model: Any, drawn: Drawn) -> None:
    """Scale words and what the tower makes of pictures to 1, as the layers' outputs are: what is quieter is drowned,
    and then no layer finds where on the screen a visual token is. What words are written stays the same."""
    seen = torch.from_numpy(np.stack([drawn.picture(s) for s in range(0, len(drawn), max(1, len(drawn) // 8))]))
    with torch.no_grad():
        words = model.get_input_embeddings().weight
        loudness = words.square().mean().sqrt()
        words.div_(loudness)
        model.model.language_model.norm.weight.mul_(loudness)
        scale = 1 / features(model, seen.to(words.device)).square().mean().sqrt()
        model.model.visual.merger.mlp[-1].weight.mul_(scale)
        model.model.visual.merger.mlp[-1].bias.mul_(scale)


class Seen:
    """What the frozen tower makes of each screen, kept on disk beside the screens for all stages on this tower."""

    def __init__(self, model: Any, drawn: Drawn, folder: Path, at: torch.device) -> None:
        digest = hashlib.sha256()
        for value in model.model.visual.state_dict().values():
            digest.update(value.float().cpu().numpy().tobytes())
        kept = folder / f"{digest.hexdigest()[:12]}-{drawn.name}-{len(drawn)}.npy"
        if not kept.exists():
            folder.mkdir(parents=True, exist_ok=True)
            np.save(kept, self._look(model, drawn, at))
        self.values = torch.from_numpy(np.load(kept)).to(at)

    def _look(self, model: Any, drawn: Drawn, at: torch.device) -> NDArray[np.float16]:
        found: list[NDArray[np.float16]] = []
        size = 256 if at.type == "cuda" else 16
        look = quickest()
        with torch.no_grad(), torch.autocast(at.type, torch.bfloat16, enabled=multiplies_bfloat16()):
            for first in tqdm(range(0, len(drawn), size), desc="looking", unit=" batches"):
                screens = range(first, min(first + size, len(drawn)))
                pictures = torch.from_numpy(np.stack([drawn.picture(s) for s in screens])).to(at)
                found.append(look(model, pictures)[1].half().cpu().numpy())
        return np.concatenate(found)


@dataclass(frozen=True, slots=True)
class Asked:
    """A conversation, and which visual tokens are blanked."""

    spoken: Spoken
    blanked: NDArray[np.bool_]


def locating(drawn: Drawn, screen: int, level: int, encoder: Encoder, random: Random) -> Asked | None:
    """Questions about the elements that the level leaves on the screen; None where the screen has nothing to ask."""
    count, share = LEVELS[min(level, len(LEVELS) - 1)]
    lesson = drawn.lessons[screen]
    taps = [q for q in lesson.questions if q.box is not None]
    shown = random.sample(taps, min(count, len(taps)))
    if not shown:
        return None
    blanked = np.array([random.random() >= share for _ in range(TOKENS)])
    for turn in shown:
        assert turn.box is not None
        blanked[_tokens(turn.box)] = False
    turns = shown if share < 1 else random.sample(lesson.questions, len(lesson.questions))
    return Asked(encoder.speak(screen, NO_STEPS.format(turns[0].ask), turns), blanked)


def acting(drawn: Drawn, screen: int, encoder: Encoder, random: Random) -> Asked:
    """The solution's step on a screen, then some questions about it; or questions from the start, lest whatever stands
    in the first turn be taken for the task that the screen suggests."""
    lesson = drawn.lessons[screen]
    asks_first = random.random() < ASKS_FIRST
    more = random.sample(lesson.questions, min(QUESTIONS_AFTER_STEP, len(lesson.questions)))
    if asks_first and more:
        return Asked(encoder.speak(screen, NO_STEPS.format(more[0].ask), more), np.zeros(TOKENS, np.bool_))
    return Asked(encoder.speak(screen, lesson.told, [lesson.step, *more]), np.zeros(TOKENS, np.bool_))


def _tokens(box: tuple[float, float, float, float]) -> NDArray[np.int64]:
    left, right = int(box[0] * COLUMNS), min(int(box[2] * COLUMNS) + 1, COLUMNS)
    top, bottom = int(box[1] * ROWS), min(int(box[3] * ROWS) + 1, ROWS)
    return np.arange(TOKENS).reshape(ROWS, COLUMNS)[top:bottom, left:right].ravel()


class Places(nn.Linear):
    """Reads off what the second taught head brings back from a visual token: the first digit after the point of the x
    and of the y where a tap there aims, 10 logits each."""

    def __init__(self, model: Any) -> None:
        super().__init__(model.model.language_model.layers[0].self_attn.head_dim, 2 * DIGITS)

    def compare(self, value: torch.Tensor, digits: torch.Tensor) -> torch.Tensor:
        """The loss; `digits`: (…, 2), -1 where a tap hits nothing."""
        return functional.cross_entropy(self(value).float().view(-1, DIGITS), digits.view(-1), ignore_index=-1)


class Batch:
    """Conversations side by side, padded at the end, where nothing looks at them."""

    def __init__(self, asked: Sequence[Asked], drawn: Drawn, seen: Seen, at: torch.device) -> None:
        longest = max(len(a.spoken.ids) for a in asked)
        ids, targets = np.zeros((len(asked), longest), np.int64), np.full((len(asked), longest), -100, np.int64)
        place, pictures = np.zeros((3, len(asked), longest), np.int64), np.zeros((len(asked), longest), np.bool_)
        for i, a in enumerate(asked):
            length = len(a.spoken.ids)
            ids[i, :length], targets[i, :length] = a.spoken.ids, a.spoken.targets
            place[:, i, :length] = positions(a.spoken)
            pictures[i, a.spoken.picture : a.spoken.picture + TOKENS] = True
        # The head, the conversation, the place; and what it should look at from there.
        aims: list[tuple[int, int, int]] = []
        inside: list[NDArray[np.bool_]] = []
        for i, a in enumerate(asked):
            for turn, named, written in zip(a.spoken.turns, a.spoken.named, a.spoken.aims, strict=True):
                if turn.box is None:
                    continue
                here = np.zeros(longest, np.bool_)
                here[a.spoken.picture + _tokens(turn.box)] = True
                aims += [*((0, i, place) for place in named), *((1, i, place) for place in written)]
                inside += [here] * (len(named) + len(written))
        self.aims = torch.tensor(aims, dtype=torch.long, device=at).view(-1, 3)
        self.inside = torch.from_numpy(np.array(inside, np.bool_).reshape(-1, longest)).to(at)
        self.pictures = torch.from_numpy(pictures).to(at)
        self.ids, self.targets, self.positions = (torch.from_numpy(x).to(at) for x in (ids, targets, place))
        values = seen.values[[a.spoken.screen for a in asked]].float()
        blanked = torch.from_numpy(np.stack([a.blanked for a in asked])).to(at)
        self.values = values.masked_fill(blanked[..., None], 0.0)
        aim = torch.from_numpy(drawn.labels.aim[[a.spoken.screen for a in asked]].astype(np.float32)).to(at)
        nothing = aim.isnan() | blanked[..., None]
        self.digits = (aim.nan_to_num() * DIGITS).long().clamp(0, DIGITS - 1).masked_fill(nothing, -1)

    def written(self, model: Any, places: Places, decode: Decode) -> Written:
        table = model.get_input_embeddings()
        inputs = table(self.ids).masked_scatter(self.pictures[..., None], self.values)
        decoded = decode(model, inputs, self.positions)
        asked = self.targets >= 0
        logits = decoded.hidden[asked] @ table.weight.T
        best = torch.full_like(self.targets, -100)
        best[asked] = logits.detach().argmax(-1)
        loss = functional.cross_entropy(logits.float(), self.targets[asked])
        seen = self._looked(decoded)
        looking = -seen.masked_fill(~self.inside, -torch.inf).logsumexp(-1).mean() if len(seen) else loss.new_zeros(())
        brought = places.compare(decoded.value[self.pictures], self.digits)
        hits = self.inside.gather(-1, seen.detach().argmax(-1, keepdim=True))
        return Written(loss, looking, brought, best, hits.float().mean().item() if len(seen) else 0.0)

    def _looked(self, decoded: Decoded) -> torch.Tensor:
        """Logarithms of how much of its attention a taught head gives each place, for each of `aims`."""
        head, row, place = self.aims.unbind(-1)
        # All places' at first: choosing keys, and adding up what is learned of each, would take far longer.
        scores = (decoded.query @ decoded.key.transpose(-1, -2))[head, row, place].float()
        later = torch.arange(scores.shape[-1], device=scores.device) > place[:, None]
        return (scores / decoded.query.shape[-1] ** 0.5).masked_fill(later, -torch.inf).log_softmax(-1)


class Written(NamedTuple):
    """loss: of the tokens to be written. looking: of the heads that are taught where to look. brought: of what the
    second brings back. best: at each target the token that is likeliest. hits: how often the heads look most at what is
    to be tapped."""

    loss: torch.Tensor
    looking: torch.Tensor
    brought: torch.Tensor
    best: torch.Tensor
    hits: float


def train(
    course: Course, drawn: Drawn, held_out: Drawn, encoder: Encoder, quick: Decode, minutes: float
) -> dict[str, float]:
    """`course.name` says what is learned: "locate" or "act"."""
    model, places, at = course.modules["model"], course.modules["places"], device()
    seen, seen_held_out = (Seen(model, d, course.folder.parent, at) for d in (drawn, held_out))
    held = list(range(0, len(held_out), max(1, len(held_out) // CHECKED)))

    def ask(data: Drawn, screen: int, random: Random) -> Asked | None:
        if course.name == "locate":
            return locating(data, screen, course.level, encoder, random)
        return acting(data, screen, encoder, random)

    pools: dict[int, Sequence[Sequence[Asked]]] = {}

    def learn(_: Random) -> torch.Tensor:
        number, place = divmod(course.step, POOL)
        if number not in pools:
            pools.clear()
            pools[number] = pool(course.random(number * POOL))
        written = Batch(pools[number][place], drawn, seen, at).written(model, places, quick)
        return written.loss + LOOKING_SHARE * written.looking + PLACES_SHARE * written.brought

    def pool(random: Random) -> Sequence[Sequence[Asked]]:
        asked: list[Asked] = []
        while len(asked) < course.batch * POOL:
            if (one := ask(drawn, random.randrange(len(drawn)), random)) is not None:
                asked.append(one)
        asked.sort(key=lambda one: len(one.spoken.ids))
        batches = [asked[first : first + course.batch] for first in range(0, len(asked), course.batch)]
        return random.sample(batches, POOL)

    def check() -> dict[str, float]:
        random = Random(0)  # noqa: S311  the same questions each time
        asked = [one for screen in held if (one := ask(held_out, screen, random)) is not None]
        with torch.no_grad():
            written = Batch(asked, held_out, seen_held_out, at).written(model, places, decode)
        figures = judged(asked, written.best.cpu().numpy(), encoder)
        return {"held out": written.loss.item(), "looks": written.hits, "brought": written.brought.item(), **figures}

    def promote(figures: dict[str, float]) -> bool:
        return course.name == "locate" and course.level < len(LEVELS) - 1 and figures["taps"] >= PASSED

    return course.run(learn, check, minutes=minutes, check_every=CHECK_EVERY, promote=promote)


def judged(asked: Sequence[Asked], best: NDArray[np.int64], encoder: Encoder) -> dict[str, float]:
    """Shares of replies that are right, each token written after the right ones before it: taps inside their element,
    the solution's steps, answers letter by letter. A thought must be right as well: one that is handed to the model
    tells it what to do, so the action alone says little of what it does when it writes freely."""
    marks: dict[str, list[bool]] = {"taps": [], "steps": [], "answers": []}
    for i, one in enumerate(asked):
        for turn, reply in zip(one.spoken.turns, one.spoken.replies, strict=True):
            text = encoder.tokenizer.decode(best[i, reply.start - 1 : reply.stop - 2])
            is_right = agrees(text, turn) and text.partition(POINT)[0] == turn.reply.partition(POINT)[0]
            if turn.ask == one.spoken.turns[0].ask and not one.blanked.any() and _is_step(turn):
                marks["steps"].append(is_right)
            marks["taps" if turn.box is not None else "answers"].append(is_right)
    return {name: sum(right) / len(right) for name, right in marks.items() if right}


def _is_step(turn: Turn) -> bool:
    return not turn.ask.startswith(("Tap ", "Press ", "Is ", "What "))


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
