# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The pocket model's tokenizer: the family's own splitting rule and control tokens, with merges from the phone's texts.

The interface's words become single tokens. What is typed or read off stays in small pieces, since the texts that it is
trained on are full of invented names, whose syllables are common and whose words are not. Each function of the
prompt's list, and each way a call begins, is one added token: the 3,400 characters that are the same in every prompt
cost about 20 tokens, in training and in use. They are plain text to every program: `decode(encode(text)) == text`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, trainers
from transformers import Qwen2Tokenizer

from actions.geometry import Point
from actions.types import Action, Answer, Button, Click, Drag, Finish, Scroll, TypeText
from prompts.dialects.qwen2_vl import ARGS, NAME
from tests.models.tiny import CONTROL_TOKENS, QWEN2_TEMPLATE
from training.lessons import written

MERGED = 1500
"""Size of the vocabulary before what is added."""
LEAST = 12
"""A pair is merged only where it is found so often."""


def make(texts: Iterable[str], system: str) -> Any:
    """A tokenizer trained on texts of the phone, for a system prompt."""
    bare = Tokenizer(models.BPE())
    bare.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=MERGED, min_frequency=LEAST, initial_alphabet=alphabet, show_progress=False, max_token_length=24
    )
    bare.train_from_iterator(texts, trainer)
    learned = json.loads(bare.to_str())["model"]
    merges: Any = [tuple(m) for m in learned["merges"]]
    tokenizer = Qwen2Tokenizer(vocab=learned["vocab"], merges=merges, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    tokenizer.add_special_tokens({"additional_special_tokens": list(CONTROL_TOKENS)})
    whole: list[Any] = [AddedToken(text, normalized=False, special=False) for text in (*paragraphs(system), *calls())]
    tokenizer.add_tokens(whole)
    tokenizer.chat_template = QWEN2_TEMPLATE
    return tokenizer


def paragraphs(system: str) -> list[str]:
    """The system prompt cut before each heading: a function's name and its description go together."""
    first, *rest = system.split("\n\n#")
    return [p for p in dict.fromkeys([first, *(f"\n\n#{r}" for r in rest)]) if len(p) > 8]


def calls() -> list[str]:
    """How calls begin, up to what is different in each, and whole where nothing is."""
    middle = Point(0.5, 0.5)
    actions: list[Action] = [
        Click(point=middle),
        Drag(start=middle, end=middle),
        TypeText(text="5"),
        Answer(text="5"),
        Finish(),
        Finish(message="5"),
        Finish(success=False, message="5"),
        *(Scroll(direction=d, point=middle) for d in ("up", "down", "left", "right")),
        *(Button(name=b) for b in ("back", "home", "recents", "enter")),
    ]
    heads = [written("", action).partition("5")[0] for action in actions]
    past = [h.removeprefix(f"{NAME}: ").replace(f"\n{ARGS}: ", " ") for h in heads]
    return list(dict.fromkeys([*(f"\n{h}" for h in heads), *(f". {p}" for p in past)]))
