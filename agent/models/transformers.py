# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""A model on this machine: any Qwen2-VL, Qwen2.5-VL or Qwen3-VL checkpoint, through transformers.

One call is one prompt, prefilled anew. What must not go wrong silently is held here: the size at which each picture
was seen is read off the processor's own grid and held against the prediction, `mm_token_type_ids` always goes along,
and a chat template that drops a picture is an error.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Self

import torch
from transformers import AutoModelForImageTextToText, AutoProcessor, GenerationConfig

from actions.errors import ModelError, ModelLoadError, UsageError
from actions.geometry import Size, grid_size, smart_resize
from agent.models import faults, hardware, loading, vision
from agent.models.base import Budget, Model, Reply, Request
from agent.models.beams import Beams
from agent.models.bounds import bounds, factor
from agent.models.constraint import Constrainer, Constraint
from agent.models.family import Family, plain
from agent.models.loading import Checkpoint
from agent.models.prefix import Prefix
from agent.models.rows import Constraints, Writers, padded
from agent.models.writer import Writer
from environments.episode import Usage
from prompts.grammar import Grammar
from prompts.messages import ImagePart, Message, Part, TextPart, VideoPart, pictures

log = logging.getLogger("handeye.models")

TURN_END = "<|im_end|>"


class TransformersModel(Model):
    """Made with `load`. Holds the accelerator's memory until `close`."""

    constrainable = True

    def __init__(
        self,
        model: Any,
        processor: Any,
        *,
        name: str,
        family: Family,
        min_pixels: int | None = None,
        max_pixels: int | None = None,
        beams: int | None = None,
        fetch_seconds: float = 20.0,
    ) -> None:
        self.name = name
        self.dialect = family.dialect
        self.family = family
        self.fetch_seconds = fetch_seconds
        self._model = model
        self._processor = processor
        image = processor.image_processor
        self.min_pixels, self.max_pixels = bounds(image, min_pixels, max_pixels)
        self._patch, self._factor = int(image.patch_size), factor(image)
        self.beams = int(model.generation_config.num_beams or 1) if beams is None else beams
        if self.beams < 1:
            raise UsageError(f"a reply can't be written with {self.beams} beams: give 1 or more")
        model.generation_config = _greedy(model.generation_config, processor.tokenizer)
        self._ends = _end_tokens(model.generation_config, processor.tokenizer)
        self._constrainer: Constrainer | None = None
        self._prefix = Prefix(model)

    @classmethod
    def load(
        cls,
        name: str | Checkpoint,
        *,
        device: str | None = None,
        dtype: str | None = None,
        min_pixels: int | None = None,
        max_pixels: int | None = None,
        attention: str | None = None,
        beams: int | None = None,
        revision: str | None = None,
        offline: bool = False,
        hub_seconds: float = 4.0,
        fetch_seconds: float = 20.0,
    ) -> Self:
        """Load a folder, or a checkpoint of the Hugging Face hub by its id (downloaded once, then cached); or one that
        `loading.open_checkpoint` has found before torch was imported, which takes seconds.

        `device`: "cuda", "cuda:1", "mps", "cpu", or "auto" to spread it over several GPUs; by default the fastest
        there is. `dtype`: "bfloat16", "float16" or "float32"; by default what the device computes fastest without
        loss of range (see `hardware.choose_dtype`). `min_pixels`, `max_pixels`: bounds of a picture's area after
        the resize, by default the checkpoint's own; a visual token is 28x28 pixels (32x32 for Qwen3-VL), so
        `max_pixels=1280 * 28 * 28` allows 1280 tokens. `attention`: "flash_attention_2", "sdpa" or "eager"; by
        default the first that works here. `beams`: how many beginnings of a reply are gone on with at a time (see
        beams.py), by default the checkpoint's own `num_beams`, which is mostly 1. `hub_seconds`: how long the hub may
        take to answer before the local cache is used; `fetch_seconds`: how long a picture's URL may.

        Weights are read from safetensors only, and code that comes with a checkpoint is never run.
        Raises `ModelLoadError`, `ModelMemoryError`, `UsageError`.
        """
        checkpoint = (
            name
            if isinstance(name, Checkpoint)
            else loading.open_checkpoint(name, revision=revision, offline=offline, timeout_seconds=hub_seconds)
        )
        name, folder = checkpoint.name, checkpoint.folder
        place = hardware.choose_device(device)
        numbers = hardware.choose_dtype(dtype, place, quantised=checkpoint.quantisation)
        kind = hardware.choose_attention(attention, place, numbers)
        if checkpoint.quantisation is None:
            hardware.require_memory(checkpoint.numbers * numbers.itemsize, place, name, remedy=faults.SMALLER)
        with faults.loading(name), faults.quiet():
            processor: Any = AutoProcessor.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
            if not processor.chat_template:
                raise ModelLoadError(
                    f"{name} has no chat template: it is a base model, which no prompt was written for",
                    remedy="--model Qwen/Qwen2-VL-2B-Instruct",
                )
            bounds(processor.image_processor, min_pixels, max_pixels)  # a wrong budget is said before minutes pass
            loaded: Any = AutoModelForImageTextToText.from_pretrained(
                folder,
                dtype=numbers,
                device_map=None if place == "cpu" else ("auto" if place == "auto" else {"": place}),
                attn_implementation=kind,
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                output_loading_info=True,
            )
        model, report = loaded
        _require_whole(report, name)
        if checkpoint.warning is not None:
            log.warning(checkpoint.warning)
        model.eval()
        return cls(
            model,
            processor,
            name=name,
            family=checkpoint.family,
            min_pixels=min_pixels,
            max_pixels=max_pixels,
            beams=beams,
            fetch_seconds=fetch_seconds,
        )

    @property
    def device(self) -> str:
        return str(self._open.device)

    @property
    def dtype(self) -> str:
        return str(self._open.dtype).removeprefix("torch.")

    @property
    def attention(self) -> str:
        return str(self._open.config._attn_implementation)

    @property
    def _open(self) -> Any:
        if self._model is None:
            raise ModelError(f"{self.name} was closed: load it again to use it")
        return self._model

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
        """Write the next message, or go on with the last one where that is the assistant's: greedily, or with beams.

        Control tokens that end a turn are left out of the text; all others (`<|box_start|>`, `<tool_call>`) stay.
        `budget.seconds` counts from this call and is looked at after each token, so that at least one comes and the
        prefill is never cut off. `seconds["prefill"]` includes the pictures' preparation. With a grammar, what would be
        cut off by `budget.tokens` is brought to its end instead, as long as there are `constraint.RESERVE` of them; the
        seconds cut it off all the same. KeyboardInterrupt passes through and leaves the model usable.
        """
        return self._write([Request(messages, grammar, stop, budget)], on_text)[0]

    def prepare(self, request: Request) -> Request:
        """Decode, resize and cut up its pictures, and make tokens of its text. Takes memory: a visual token's float32
        patches have 18 KB."""
        return replace(request, prepared=self._prepare(request.messages))

    def generate_all(self, requests: Sequence[Request]) -> list[Reply]:
        """Replies as from `generate`, written side by side: in the time of the longest prompt and the longest reply,
        and with memory for all. `seconds` are those of the whole batch, divided by its size."""
        return self._write(requests, None) if requests else []

    def _write(self, requests: Sequence[Request], on_text: Callable[[str], None] | None) -> list[Reply]:
        model = self._open
        start = time.monotonic()
        prepared = [r.prepared if isinstance(r.prepared, _Prepared) else self._prepare(r.messages) for r in requests]
        most, longest = max(r.budget.tokens for r in requests), max(p.tokens for p in prepared)
        constraints = [
            None if r.grammar is None else self._constrained(r.grammar, longest, r.budget.tokens) for r in requests
        ]
        writers = [
            Writer(
                self._processor.tokenizer,
                ends=self._ends,
                stop=r.stop,
                on_text=on_text,
                deadline=start + r.budget.seconds,
                tokens=r.budget.tokens,
            )
            for r in requests
        ]
        with faults.running(self.name, writers), torch.inference_mode():
            shared = self._prefix.shared([p.ids for p in prepared])
            cache = self._prefix.cache(shared, len(requests))
            batch = padded([p.inputs for p in prepared], after=shared)
            inputs = {k: v.to(model.device) if isinstance(v, torch.Tensor) else v for k, v in batch.items()}
            # A stale one would shift the positions. 5.23 sets it anew for a whole prompt, which nothing promises.
            model.model.rope_deltas = None
            openings = ["" if r.grammar is None else r.grammar.opening for r in requests]
            beams = Beams(self.beams, writers, constraints, openings) if self.beams > 1 else None
            how: dict[str, Any] = {"custom_generate": beams}
            if beams is None:
                how = {
                    "stopping_criteria": [Writers(writers, constraints)],
                    "logits_processor": [Constraints(constraints, writers)] if any(constraints) else [],
                }
            model.generate(**inputs, **cache, **how, max_new_tokens=most)
            if cache:
                row = max(range(len(prepared)), key=lambda i: prepared[i].tokens)
                self._prefix.keep(cache["cache"], row * (beams.rows if beams else 1), prepared[row].before_pictures)
        end, share = time.monotonic(), len(requests)
        return [
            Reply(
                writer.finish(),
                p.seen,
                Usage(p.tokens, writer.count, 1),
                MappingProxyType(
                    {
                        "prefill": ((writer.first or end) - start) / share,
                        "decode": (end - (writer.first or end)) / share,
                    }
                ),
                "tokens" if constraint is not None and constraint.cut else writer.ended or "tokens",
            )
            for p, constraint, writer in zip(prepared, constraints, writers, strict=True)
        ]

    def _constrained(self, grammar: Grammar, prompt: int, tokens: int) -> Constraint:
        if self._constrainer is None:
            size = int(self._open.config.get_text_config().vocab_size)
            self._constrainer = Constrainer(self._processor.tokenizer, size=size, ends=self._ends)
        return self._constrainer.begin(grammar, prompt=prompt, tokens=tokens)

    def close(self) -> None:
        self._model = None
        self._prefix.forget()
        faults.free()

    def _prepare(self, messages: Sequence[Message]) -> _Prepared:
        """The processor's tensors for a prompt, with the size of each picture read off its grid and checked."""
        if not messages:
            raise ModelError("a prompt needs at least one message")
        shown = [p.picture for p in pictures(messages)]
        images = [vision.image_tensor(p, timeout_seconds=self.fetch_seconds) for p in shown]
        expected = tuple(self.seen(Size(i.shape[2], i.shape[1])) for i in images)
        videos = [
            vision.video_tensor(p, patch=self._patch, max_pixels=self.max_pixels, timeout_seconds=self.fetch_seconds)
            for m in messages
            for p in m.parts
            if isinstance(p, VideoPart)
        ]
        arguments: dict[str, Any] = {}
        if images:
            bounds = {"shortest_edge": self.min_pixels, "longest_edge": self.max_pixels}
            arguments |= {"images": images, "images_kwargs": {"size": bounds}}
        if videos:
            arguments |= {
                "videos": [v.frames for v in videos],
                "videos_kwargs": {
                    "video_metadata": [dict(v.metadata) for v in videos],
                    "do_sample_frames": False,
                    "do_resize": False,
                },
            }
        text = self._render(messages, len(images), len(videos))
        with faults.running(self.name), faults.quiet():
            inputs = dict(self._processor(text=[text], return_tensors="pt", **arguments))
        inputs.pop("video_metadata", None)
        if "mm_token_type_ids" not in inputs:
            raise ModelError(
                f"the processor of {self.name} gave no mm_token_type_ids, without which positions are wrong"
            )
        seen = tuple(
            grid_size(int(rows), int(columns), patch=self._patch)
            for _, rows, columns in inputs.get("image_grid_thw", torch.empty(0, 3)).tolist()
        )
        if seen != expected:
            raise ModelError(
                f"the processor of {self.name} made {_sizes(seen)} of pictures that should be {_sizes(expected)}"
            )
        tokens = int(inputs["input_ids"].shape[1])
        room = int(self._open.config.get_text_config().max_position_embeddings)
        if tokens >= room:
            raise ModelError(
                f"the prompt has {tokens} tokens and {self.name} reads at most {room}",
                remedy="give a smaller --max-pixels or a shorter history",
            )
        return _Prepared(inputs, seen)

    def _render(self, messages: Sequence[Message], images: int, videos: int) -> str:
        """The prompt's text by the checkpoint's own chat template.

        An assistant's message at the end is left open. (transformers' `continue_final_message` looks for its last
        text, and so cuts off a picture behind that.)
        """
        going_on = messages[-1].role == "assistant"
        chat = [{"role": m.role, "content": [_content(p) for p in m.parts]} for m in messages]
        with faults.running(self.name):
            text = str(self._processor.apply_chat_template(chat, tokenize=False, add_generation_prompt=not going_on))
        if going_on:
            body, mark, rest = text.rpartition(TURN_END)
            if not mark or rest.strip():
                raise ModelError(f"the chat template of {self.name} doesn't end a message with {TURN_END}")
            text = body
        for token, count in ((self._processor.image_token, images), (self._processor.video_token, videos)):
            if text.count(token) != count:
                raise ModelError(
                    f"the chat template of {self.name} shows {text.count(token)} of {count} pictures or videos: "
                    "this family's templates take them in user messages only"
                )
        return text


@dataclass(frozen=True, slots=True)
class _Prepared:
    inputs: dict[str, torch.Tensor]
    seen: tuple[Size, ...]

    @property
    def ids(self) -> list[int]:
        return self.inputs["input_ids"][0].tolist()

    @property
    def tokens(self) -> int:
        return int(self.inputs["input_ids"].shape[1])

    @property
    def before_pictures(self) -> list[int]:
        """The tokens before the first picture or video."""
        kinds = self.inputs["mm_token_type_ids"][0].tolist()
        return self.ids[: next((i for i, kind in enumerate(kinds) if kind), len(kinds))]


def _content(part: Part) -> dict[str, str]:
    match part:
        case TextPart(text):
            return {"type": "text", "text": plain(text)}
        case ImagePart():
            return {"type": "image"}
        case VideoPart():
            return {"type": "video"}


def _sizes(sizes: Sequence[Size]) -> str:
    return "[" + ", ".join(map(str, sizes)) + "]"


def _greedy(config: Any, tokenizer: Any) -> GenerationConfig:
    """The checkpoint's own settings without sampling and beams: Qwen publishes temperatures of 0.01 and less, which
    mean the same, and transformers warns of each setting that greedy decoding ignores. A repetition penalty stays: it
    is part of how the checkpoint was published (Qwen2.5-VL: 1.05)."""
    kept: dict[str, Any] = {"repetition_penalty": config.repetition_penalty} if config.repetition_penalty else {}
    ends = sorted(_end_tokens(config, tokenizer))
    return GenerationConfig(
        do_sample=False,
        eos_token_id=ends,
        pad_token_id=ends[0] if tokenizer.pad_token_id is None else tokenizer.pad_token_id,
        use_cache=True,
        **kept,
    )


def _end_tokens(config: Any, tokenizer: Any) -> frozenset[int]:
    named = config.eos_token_id
    ends: set[Any] = set(named if isinstance(named, list) else [named])  # pyright: ignore[reportUnknownArgumentType]
    ends |= {tokenizer.eos_token_id, tokenizer.pad_token_id, tokenizer.convert_tokens_to_ids(TURN_END)}
    return frozenset(int(e) for e in ends if e is not None)


def _require_whole(report: Any, name: str) -> None:
    """transformers fills weights that a checkpoint lacks with random numbers and only logs it."""
    missing, wrong = sorted(report["missing_keys"]), sorted(str(k) for k in report["mismatched_keys"])
    if missing or wrong:
        raise ModelLoadError(
            f"{name} lacks {len(missing)} weights and has {len(wrong)} of another shape, the first is "
            f"{(missing + wrong)[0]}: its config.json and its weights don't belong together"
        )
