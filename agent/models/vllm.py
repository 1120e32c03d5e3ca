# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false
"""A model in vLLM's offline engine on this machine's GPUs: many replies at once, batched as they come and go.

Pictures are handed over as they are and resized by the checkpoint's own processor, within bounds that are always given;
how many visual tokens came of each is held against the prediction. vLLM is no extra, since it wants a torch of its own,
and has no types for what is used here. Source of what it does: vllm 0.32, entrypoints/llm.py and
v1/structured_output/backend_guidance.py.
"""

from __future__ import annotations

import gc
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from PIL import Image

from actions.errors import ModelError, ModelLoadError, UsageError
from actions.geometry import Size, smart_resize
from agent.models import faults
from agent.models.base import Budget, Model, Reply, Request
from agent.models.bounds import bounds, factor
from agent.models.family import Family, plain
from agent.models.images import pixels
from agent.models.loading import Checkpoint
from agent.models.stream import Stream
from environments.base import Observation, Platform
from environments.episode import Usage
from environments.picture import Picture
from environments.shown import shown
from prompts.dialect import ALWAYS, Moment
from prompts.dialects import by_name
from prompts.grammar import Grammar
from prompts.messages import ImagePart, Message, TextPart, VideoPart

# Read as vLLM is imported. Nothing of what is run goes to anyone, and stdout is for scores.
os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
os.environ.setdefault("VLLM_LOGGING_STREAM", "ext://sys.stderr")
os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")

try:
    import vllm
    from vllm.exceptions import VLLMError
    from vllm.sampling_params import StructuredOutputsParams
except ImportError as e:
    raise ModelLoadError("--engine vllm needs the package vllm", remedy="uv pip install 'vllm>=0.32'") from e

log = logging.getLogger("handeye.models")

MOST_PICTURES = 64
"""Of one prompt. vLLM wants to know beforehand, and reserves no memory for it."""


class VLLMModel(Model):
    """Made with `load`. Holds the GPUs' memory, and the processes of vLLM, until `close`."""

    def __init__(
        self,
        engine: Any,
        processor: Any,
        *,
        name: str,
        family: Family,
        dialect: str | None = None,
        min_pixels: int | None = None,
        max_pixels: int | None = None,
        fetch_seconds: float = 20.0,
    ) -> None:
        """dialect: the one that will be spoken; by default the family's own."""
        self.name = name
        self.dialect = family.dialect
        self.family = family
        self.fetch_seconds = fetch_seconds
        self._engine = engine
        self._tokenizer = tokenizer = processor.tokenizer
        self.min_pixels, self.max_pixels = bounds(processor.image_processor, min_pixels, max_pixels)
        self._factor = factor(processor.image_processor)
        self._picture_token = int(tokenizer.convert_tokens_to_ids(processor.image_token))
        ends = (tokenizer.eos_token_id, tokenizer.pad_token_id, tokenizer.convert_tokens_to_ids("<|im_end|>"))
        self._ends = sorted({int(e) for e in ends if e is not None})
        self._penalty = float(engine.get_default_sampling_params().repetition_penalty)
        self.constrainable = _fits(dialect or self.dialect, tokenizer)

    @classmethod
    def load(
        cls,
        checkpoint: Checkpoint,
        *,
        dialect: str | None = None,
        gpus: int = 1,
        min_pixels: int | None = None,
        max_pixels: int | None = None,
        **engine: Any,
    ) -> Self:
        """What `loading.open_checkpoint` has found. gpus: over how many it is spread (tensor parallel). engine: further
        arguments of `vllm.LLM`.

        Weights are read from safetensors only, and code that comes with a checkpoint is never run. Raises
        `ModelLoadError`, `ModelMemoryError`, `UsageError`.
        """
        from transformers import AutoProcessor

        name, folder = checkpoint.name, str(checkpoint.folder)
        with faults.loading(name), faults.quiet(), _plain():
            processor: Any = AutoProcessor.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
            low, high = bounds(processor.image_processor, min_pixels, max_pixels)
            arguments: dict[str, Any] = {
                "tensor_parallel_size": gpus,
                "load_format": "safetensors",
                "trust_remote_code": False,
                "limit_mm_per_prompt": {"image": MOST_PICTURES, "video": 0},
                "mm_processor_kwargs": {"size": {"shortest_edge": low, "longest_edge": high}},
                "structured_outputs_config": {"backend": "guidance"},
                "seed": 0,
            }
            made = vllm.LLM(model=folder, **(arguments | engine))
        if checkpoint.warning is not None:
            log.warning(checkpoint.warning)
        return cls(
            made,
            processor,
            name=name,
            family=checkpoint.family,
            dialect=dialect,
            min_pixels=min_pixels,
            max_pixels=max_pixels,
        )

    def seen(self, size: Size) -> Size:
        """As the checkpoint's processor would resize it. `UsageError` past a side ratio of 200."""
        try:
            return smart_resize(size, factor=self._factor, min_pixels=self.min_pixels, max_pixels=self.max_pixels)
        except ValueError as e:
            raise UsageError(str(e)) from e

    def generate(
        self,
        messages: Sequence[Message],
        *,
        grammar: Grammar | None = None,
        stop: Sequence[str] = (),
        budget: Budget = Budget(),
        on_text: Callable[[str], None] | None = None,
    ) -> Reply:
        """Write the next message greedily, or go on with the last one where that is the assistant's.

        `on_text` gets the whole text at once. `budget.seconds` is not looked at: vLLM's offline engine gives nothing
        before the end. A reply under a grammar whose tokens run out is cut off, and not brought to its end.
        """
        reply = self.generate_all([Request(messages, grammar, stop, budget)])[0]
        if on_text is not None:
            on_text(reply.text)
        return reply

    def prepare(self, request: Request) -> Request:
        """Decode its pictures."""
        return replace(request, prepared=self._chat(request.messages))

    def generate_all(self, requests: Sequence[Request]) -> list[Reply]:
        """Replies as from `generate`, written side by side in the time of the longest. `seconds` are those of all of
        them, divided by their number; the time until the first token is not told apart."""
        replies: list[Reply] = []
        for going_on, some in groupby(requests, key=lambda r: bool(r.messages) and r.messages[-1].role == "assistant"):
            replies += self._write(list(some), going_on=going_on)
        return replies

    def _write(self, requests: Sequence[Request], *, going_on: bool) -> list[Reply]:
        engine = self._open
        start = time.monotonic()
        chats = [r.prepared if isinstance(r.prepared, _Chat) else self._chat(r.messages) for r in requests]
        with faults.running(self.name), _plain():
            outputs = engine.chat(
                [c.messages for c in chats],
                [self._sampling(r) for r in requests],
                use_tqdm=False,
                chat_template_content_format="openai",
                add_generation_prompt=not going_on,
                continue_final_message=going_on,
            )
        share = (time.monotonic() - start) / len(requests)
        return [self._reply(r, c, o, share) for r, c, o in zip(requests, chats, outputs, strict=True)]

    def _sampling(self, request: Request) -> Any:
        if request.grammar is not None and not self.constrainable:
            raise ModelError(
                f"in vLLM {self.name} can't be held to this grammar, which holds texts that are tokens of its own",
                remedy="--no-constrain",
            )
        return vllm.SamplingParams(
            temperature=0,
            repetition_penalty=self._penalty,  # part of how the checkpoint was published
            max_tokens=request.budget.tokens,
            stop=list(request.stop),
            stop_token_ids=self._ends,
            skip_special_tokens=False,  # a stop text may be one
            structured_outputs=None
            if request.grammar is None
            else StructuredOutputsParams(grammar=request.grammar.lark),
        )

    def _reply(self, request: Request, chat: _Chat, output: Any, seconds: float) -> Reply:
        ids = list(output.prompt_token_ids)
        tokens = [sum(1 for _ in run) for picture, run in groupby(ids, self._picture_token.__eq__) if picture]
        expected = [s.area // self._factor**2 for s in chat.seen]
        if tokens != expected:
            raise ModelError(f"vLLM made {tokens} visual tokens of pictures of {self.name} that should be {expected}")
        written = output.outputs[0]
        if written.finish_reason not in ("stop", "length"):
            raise ModelError(f"vLLM broke a reply of {self.name} off: {written.finish_reason}")
        new = list(written.token_ids)
        while new and new[-1] in self._ends:
            new.pop()
        stream = Stream(request.stop)  # not vLLM's own text, which lacks a letter that was cut off
        stream.push(self._tokenizer.decode(new, skip_special_tokens=False, clean_up_tokenization_spaces=False))
        text = stream.finish()
        cut = written.finish_reason == "length" and not stream.stopped
        usage = Usage(len(ids), len(written.token_ids), 1)
        return Reply(text, chat.seen, usage, MappingProxyType({"prefill": seconds}), "tokens" if cut else "stop")

    def _chat(self, messages: Sequence[Message]) -> _Chat:
        if not messages:
            raise ModelError("a prompt needs at least one message")
        seen: list[Size] = []

        def content(message: Message) -> Iterator[dict[str, Any]]:
            for part in message.parts:
                match part:
                    case TextPart(text):
                        yield {"type": "text", "text": plain(text)}
                    case ImagePart(picture):
                        array = pixels(picture, timeout_seconds=self.fetch_seconds)
                        seen.append(self.seen(Size(array.shape[1], array.shape[0])))
                        yield {"type": "image_pil", "image_pil": Image.fromarray(array)}
                    case VideoPart():
                        raise ModelError("videos aren't shown in vLLM: show their frames as pictures")

        return _Chat([{"role": m.role, "content": list(content(m))} for m in messages], tuple(seen))

    @property
    def _open(self) -> Any:
        if self._engine is None:
            raise ModelError(f"{self.name} was closed: load it again to use it")
        return self._engine

    def close(self) -> None:
        if self._engine is not None:
            self._engine.llm_engine.engine_core.shutdown()
            self._engine = None
            gc.collect()


@dataclass(frozen=True, slots=True)
class _Chat:
    """`seen`: the size that each picture should get."""

    messages: list[dict[str, Any]]
    seen: tuple[Size, ...]


def _fits(dialect: str, tokenizer: Any) -> bool:
    """Whether a dialect's grammar can be kept to in vLLM.

    llguidance takes each added token for one that no text holds. Here constraint.py tells it otherwise; vLLM doesn't,
    and `<tool_call>`, a token that the model was trained to write, would have to be spelt out.
    """
    own = [str(token) for token in tokenizer.added_tokens_decoder.values()]
    picture = Picture(np.zeros((56, 56, 3), np.uint8))
    platforms: tuple[Platform, ...] = ("mobile", "desktop")
    for platform in platforms:
        supports = shown(platform).supports | ALWAYS
        moment = Moment("", (), Observation(picture, 0.0), picture.size, supports)
        grammar = by_name(dialect)(platform).grammar(moment)
        if grammar is None or any(token in grammar.lark for token in own):
            return False
    return True


@contextmanager
def _plain() -> Iterator[None]:
    """vLLM's errors as those of Python that `faults` makes ours of."""
    try:
        yield
    except VLLMError as e:
        raise RuntimeError(str(e)) from e
