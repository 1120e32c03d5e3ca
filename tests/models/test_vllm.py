# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""vLLM's offline engine, by a double of its three names that are used here.

The double takes what vllm 0.32 takes and nothing else, and makes a prompt's tokens with the checkpoint's own template
and processor, as vLLM does. What it writes is told beforehand. The true one has been run by hand on CPUs
(docs/evaluation.md).
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from transformers import AutoProcessor, GenerationConfig
from typer.testing import CliRunner

from actions.errors import HandeyeError, ModelError, ModelLoadError, UsageError
from actions.geometry import Size
from agent.cli.main import app
from agent.models.base import Budget, Request
from agent.models.loading import open_checkpoint
from agent.models.transformers import TransformersModel
from environments.picture import Picture
from prompts.grammar import Grammar
from prompts.messages import ImagePart, Message, TextPart, VideoPart
from tests.models.conftest import Tiny
from tests.models.tiny import FamilyName


class VLLMError(Exception):
    pass


@dataclass
class StructuredOutputsParams:
    grammar: str


@dataclass
class SamplingParams:
    repetition_penalty: float = 1.0
    temperature: float = 1.0
    stop: list[str] | None = None
    stop_token_ids: list[int] | None = None
    max_tokens: int = 16
    skip_special_tokens: bool = True
    structured_outputs: StructuredOutputsParams | None = None


class LLM:
    made: list[LLM]
    says: str = "Tap it.<|im_end|>"
    reason: str = "stop"
    swallow: int = 0
    """Visual tokens that it drops of each prompt."""

    def __init__(
        self,
        model: str,
        *,
        trust_remote_code: bool = False,
        tensor_parallel_size: int = 1,
        load_format: str = "auto",
        limit_mm_per_prompt: dict[str, int] | None = None,
        mm_processor_kwargs: dict[str, Any] | None = None,
        structured_outputs_config: dict[str, Any] | None = None,
        seed: int = 0,
    ) -> None:
        assert not trust_remote_code
        assert load_format == "safetensors"
        assert structured_outputs_config == {"backend": "guidance"}
        if tensor_parallel_size > 4:
            raise RuntimeError("Engine core initialization failed.")
        self.folder, self.gpus, self.kwargs = model, tensor_parallel_size, mm_processor_kwargs or {}
        self.most = (limit_mm_per_prompt or {})["image"]
        self.processor: Any = AutoProcessor.from_pretrained(model)
        self.calls: list[dict[str, Any]] = []
        self.closed = 0
        self.llm_engine = SimpleNamespace(engine_core=SimpleNamespace(shutdown=self._shutdown))
        type(self).made.append(self)

    def _shutdown(self, timeout: float | None = None) -> None:
        self.closed += 1

    def get_default_sampling_params(self) -> SamplingParams:
        return SamplingParams(GenerationConfig.from_pretrained(self.folder).repetition_penalty or 1.0)

    def chat(
        self,
        messages: Sequence[list[dict[str, Any]]],
        sampling_params: Sequence[SamplingParams],
        use_tqdm: bool = True,
        *,
        chat_template_content_format: str = "auto",
        add_generation_prompt: bool = True,
        continue_final_message: bool = False,
    ) -> list[Any]:
        assert not use_tqdm
        assert add_generation_prompt is not continue_final_message
        assert chat_template_content_format == "openai"
        self.calls.append({"messages": messages, "params": sampling_params, "continued": continue_final_message})
        return [self._output(m, p, continue_final_message) for m, p in zip(messages, sampling_params, strict=True)]

    def _output(self, messages: list[dict[str, Any]], params: SamplingParams, going_on: bool) -> Any:
        images: list[Image.Image] = [p["image_pil"] for m in messages for p in m["content"] if p["type"] == "image_pil"]
        chat = [
            {"role": m["role"], "content": [p if p["type"] == "text" else {"type": "image"} for p in m["content"]]}
            for m in messages
        ]
        text = self.processor.apply_chat_template(
            chat, tokenize=False, add_generation_prompt=not going_on, continue_final_message=going_on
        )
        shown: dict[str, Any] = {"images": images, "images_kwargs": self.kwargs} if images else {}
        ids: list[int] = self.processor(text=[text], **shown)["input_ids"][0]
        if len(ids) > 3000:
            raise VLLMError("This model's maximum context length is 3000 tokens.")
        for _ in range(self.swallow):
            ids.remove(self.processor.tokenizer.convert_tokens_to_ids(self.processor.image_token))
        written = self.processor.tokenizer(self.says)["input_ids"][: params.max_tokens]
        return SimpleNamespace(
            prompt_token_ids=ids, outputs=[SimpleNamespace(token_ids=written, finish_reason=self.reason)]
        )


@pytest.fixture
def vllm(monkeypatch: pytest.MonkeyPatch) -> Generator[type[LLM]]:
    """The double in vLLM's place, and our module made anew upon it."""

    class Fresh(LLM):
        made: list[LLM] = []

    names = {
        "vllm": {"LLM": Fresh, "SamplingParams": SamplingParams},
        "vllm.exceptions": {"VLLMError": VLLMError},
        "vllm.sampling_params": {"StructuredOutputsParams": StructuredOutputsParams},
    }
    for name, content in names.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    for variable in ("VLLM_NO_USAGE_STATS", "VLLM_LOGGING_STREAM", "VLLM_LOGGING_LEVEL"):
        monkeypatch.setenv(variable, "")  # put back at the end
        monkeypatch.delenv(variable)
    sys.modules.pop("agent.models.vllm", None)
    yield Fresh
    sys.modules.pop("agent.models.vllm", None)


def load(tiny: Tiny, family: FamilyName = "qwen2_vl", **more: Any) -> Any:
    return importlib.import_module("agent.models.vllm").VLLMModel.load(
        open_checkpoint(str(tiny.folder(family))), **more
    )


def picture(width: int, height: int) -> Picture:
    return Picture(np.random.default_rng(width).integers(0, 255, (height, width, 3), dtype=np.uint8))


def asked(*parts: Any, budget: Budget = Budget(), **more: Any) -> Request:
    return Request([Message("user", parts)], budget=budget, **more)


def test_pictures_are_seen_as_the_local_model_sees_them(vllm: type[LLM], tiny: Tiny) -> None:
    low, high = 20 * 28 * 28, 60 * 28 * 28
    with load(tiny, min_pixels=low, max_pixels=high) as model:
        sizes = [Size(300, 200), Size(50, 60), Size(1000, 500)]
        request = asked(*(ImagePart(picture(s.width, s.height)) for s in sizes), TextPart("Tap."))
        reply = model.generate(request.messages)
        assert reply.text == "Tap it."
        assert reply.ended == "stop"
        assert reply.seen == tuple(model.seen(s) for s in sizes)
        with TransformersModel.load(str(tiny.folder()), min_pixels=low, max_pixels=high, device="cpu") as local:
            assert reply.seen == tuple(local.seen(s) for s in sizes)
        assert reply.usage.prompt_tokens > sum(s.area for s in reply.seen) // 28**2
        (made,) = vllm.made
        assert made.kwargs == {"size": {"shortest_edge": low, "longest_edge": high}}
        assert [p["image_pil"].size for p in made.calls[0]["messages"][0][0]["content"][:3]] == [
            (s.width, s.height) for s in sizes
        ]


@pytest.mark.parametrize("family", ["qwen2_vl", "qwen2_5_vl", "qwen3_vl"])
def test_without_bounds_the_checkpoints_own_hold(family: FamilyName, vllm: type[LLM], tiny: Tiny) -> None:
    with load(tiny, family) as model:
        size = Size(300, 200)
        assert model.generate(asked(ImagePart(picture(300, 200))).messages).seen == (tiny.model(family).seen(size),)


def test_a_picture_of_other_tokens_is_an_error(vllm: type[LLM], tiny: Tiny) -> None:
    vllm.swallow = 1
    with load(tiny) as model, pytest.raises(ModelError, match="visual tokens"):
        model.generate(asked(ImagePart(picture(100, 100))).messages)


def test_many_are_asked_at_once_and_continuations_apart(vllm: type[LLM], tiny: Tiny) -> None:
    plain = asked(TextPart("Tap <|im_end|> it."))
    going_on = Request([Message("user", (TextPart("a"),)), Message("assistant", (TextPart("Thought: "),))])
    with load(tiny) as model:
        replies = model.generate_all([plain, model.prepare(plain), going_on, plain])
        assert [r.text for r in replies] == ["Tap it."] * 4
        calls = vllm.made[0].calls
        assert [(len(c["messages"]), c["continued"]) for c in calls] == [(2, False), (1, True), (1, False)]
        assert calls[0]["messages"][0][0]["content"][0]["text"] == "Tap <| im_end |> it."
        assert model.generate_all([]) == []


def test_it_decides_as_published_and_greedily(vllm: type[LLM], tiny: Tiny) -> None:
    with load(tiny, "qwen2_5_vl", gpus=2) as model:
        model.generate(asked(TextPart("a"), budget=Budget(tokens=7), stop=("x",)).messages)
        (params,) = vllm.made[0].calls[0]["params"]
        assert (params.temperature, params.repetition_penalty, params.skip_special_tokens) == (0, 1.05, False)
        tokens = vllm.made[0].processor.tokenizer
        assert {tokens.convert_tokens_to_ids(t) for t in ("<|im_end|>", "<|endoftext|>")} <= set(params.stop_token_ids)
        assert vllm.made[0].gpus == 2


def test_a_reply_is_cut_off_and_stopped(vllm: type[LLM], tiny: Tiny) -> None:
    with load(tiny) as model:
        vllm.reason = "length"
        reply = model.generate(asked(TextPart("a")).messages, budget=Budget(tokens=1))
        assert (reply.ended, reply.usage.completion_tokens) == ("tokens", 1)
        told: list[str] = []
        reply = model.generate(asked(TextPart("a")).messages, stop=(" it",), on_text=told.append)
        assert (reply.text, reply.ended, told) == ("Tap", "stop", ["Tap"])
        vllm.says = "<|box_start|>(1,2)<|box_end|><|im_end|><|endoftext|>"
        assert model.generate(asked(TextPart("a")).messages).text == "<|box_start|>(1,2)<|box_end|>"
        vllm.reason = "abort"
        with pytest.raises(ModelError, match="broke a reply"):
            model.generate(asked(TextPart("a")).messages)


def test_grammars_are_kept_to_where_no_token_of_its_own_stands_in_them(vllm: type[LLM], tiny: Tiny) -> None:
    grammar = Grammar('start: "a"', ())
    with load(tiny) as model:
        assert model.constrainable
        model.generate(asked(TextPart("a")).messages, grammar=grammar)
        (params,) = vllm.made[0].calls[0]["params"]
        assert params.structured_outputs == StructuredOutputsParams('start: "a"')
    with load(tiny, "qwen2_5_vl") as model:
        assert not model.constrainable
        with pytest.raises(ModelError, match="can't be held to this grammar") as caught:
            model.generate(asked(TextPart("a")).messages, grammar=grammar)
        assert caught.value.remedy == "--no-constrain"
    with load(tiny, "qwen2_5_vl", dialect="ui_venus") as model:
        assert model.constrainable


def test_its_errors_are_told_in_a_line_and_leave_it_usable(vllm: type[LLM], tiny: Tiny) -> None:
    with load(tiny) as model:
        with pytest.raises(ModelError, match="maximum context length is 3000"):
            model.generate(asked(TextPart("word " * 4000)).messages)
        with pytest.raises(ModelError, match="show their frames"):
            model.generate(asked(VideoPart((picture(56, 56),))).messages)
        with pytest.raises(ModelError, match="at least one message"):
            model.generate([])
        with pytest.raises(UsageError):
            model.seen(Size(1, 1000))
        assert model.generate(asked(TextPart("a")).messages).text == "Tap it."
    model.close()
    assert vllm.made[0].closed == 1
    with pytest.raises(ModelError, match="was closed"):
        model.generate(asked(TextPart("a")).messages)
    with pytest.raises(ModelLoadError, match="Engine core initialization failed"):
        load(tiny, gpus=8)
    with pytest.raises(UsageError, match="--max-pixels"):
        load(tiny, min_pixels=6000, max_pixels=5000)


def test_nothing_is_sent_to_anyone_and_stdout_is_left_alone(vllm: type[LLM], tiny: Tiny) -> None:
    import os

    load(tiny).close()
    assert os.environ["VLLM_NO_USAGE_STATS"] == "1"
    assert os.environ["VLLM_LOGGING_STREAM"] == "ext://sys.stderr"


def test_without_vllm_a_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tiny: Tiny, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    sys.modules.pop("agent.models.vllm", None)
    data = Path(__file__).parents[1] / "data" / "aitz"
    out = tmp_path / "out.jsonl"
    line = ["eval", "run", str(data), "-d", "aitz", "-o", str(out), "--model", str(tiny.folder()), "--engine", "vllm"]
    done = CliRunner().invoke(app, line)
    assert isinstance(done.exception, HandeyeError)
    assert done.exception.exit_code == 3
    assert done.exception.remedy == "uv pip install 'vllm>=0.32'"
    assert not out.exists()
