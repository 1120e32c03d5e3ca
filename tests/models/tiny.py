# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Tiny checkpoints with random weights that load and run exactly as the published ones do.

A few layers of small width, but the stock classes of transformers, a byte-level BPE tokenizer with the family's own
splitting rule and control tokens, its chat template, and its processor and generation settings as published.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

FamilyName = Literal["qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe", "qwen3_5"]

CONTROL_TOKENS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
"""In the order of their ids, tokenizer_config.json of Qwen2-VL."""

PLAIN_TOKENS = ("<tool_call>", "</tool_call>")
"""Single tokens since Qwen2.5 that count as text."""

CORPUS = (
    "You are a helpful assistant. user system assistant Tap Type Swipe Open the settings and switch on Wi-Fi. "
    'Thought: Action: {"name": "mobile_use", "arguments": {"action": "click", "coordinate": [935, 406]}} '
    "point start end text The task is done. " * 4
)

QWEN2_TEMPLATE = (
    "{% set image_count = namespace(value=0) %}{% set video_count = namespace(value=0) %}"
    "{% for message in messages %}"
    "{% if loop.first and message['role'] != 'system' %}"
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
    "<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}<|im_end|>\n"
    "{% else %}{% for content in message['content'] %}"
    "{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}"
    "{% set image_count.value = image_count.value + 1 %}"
    "{% if add_vision_id %}Picture {{ image_count.value }}: {% endif %}"
    "<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif content['type'] == 'video' or 'video' in content %}"
    "{% set video_count.value = video_count.value + 1 %}"
    "{% if add_vision_id %}Video {{ video_count.value }}: {% endif %}"
    "<|vision_start|><|video_pad|><|vision_end|>"
    "{% elif 'text' in content %}{{ content['text'] }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""chat_template.json of Qwen2-VL-7B-Instruct; Qwen2.5-VL has the same. Pictures in any role."""

QWEN3_TEMPLATE = (
    "{%- if messages[0].role == 'system' %}{{- '<|im_start|>system\n' }}"
    "{%- if messages[0].content is string %}{{- messages[0].content }}"
    "{%- else %}{%- for content in messages[0].content %}{%- if 'text' in content %}{{- content.text }}{%- endif %}"
    "{%- endfor %}{%- endif %}{{- '<|im_end|>\n' }}{%- endif %}"
    "{%- for message in messages %}{%- if message.role == 'user' %}{{- '<|im_start|>' + message.role + '\n' }}"
    "{%- if message.content is string %}{{- message.content }}"
    "{%- else %}{%- for content in message.content %}"
    "{%- if content.type == 'image' or 'image' in content or 'image_url' in content -%}"
    "<|vision_start|><|image_pad|><|vision_end|>"
    "{%- elif content.type == 'video' or 'video' in content -%}"
    "<|vision_start|><|video_pad|><|vision_end|>"
    "{%- elif 'text' in content %}{{- content.text }}{%- endif %}"
    "{%- endfor %}{%- endif %}{{- '<|im_end|>\n' }}"
    "{%- elif message.role == 'assistant' %}{{- '<|im_start|>' + message.role + '\n' }}"
    "{%- if message.content is string %}{{- message.content }}"
    "{%- else %}{%- for content_item in message.content %}"
    "{%- if 'text' in content_item %}{{- content_item.text }}{%- endif %}{%- endfor %}{%- endif %}"
    "{{- '<|im_end|>\n' }}{%- endif %}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}"
)
"""chat_template.json of Qwen3-VL-8B-Instruct without its tool section. Pictures in the user's messages only."""

GENERATION: dict[str, dict[str, Any]] = {
    "qwen2_vl": {"do_sample": True, "temperature": 0.01, "top_k": 1, "top_p": 0.001, "repetition_penalty": 1.0},
    "qwen2_5_vl": {"do_sample": True, "temperature": 0.000001, "repetition_penalty": 1.05},
    "qwen3_vl": {"do_sample": True, "temperature": 0.7, "top_k": 20, "top_p": 0.8, "repetition_penalty": 1.0},
}
GENERATION["qwen3_5"] = GENERATION["qwen3_vl"] | {"temperature": 0.6, "top_p": 0.95}
"""generation_config.json as published (that of Qwen3.5: its model card's settings)."""


def tiny_checkpoint(folder: Path, family: FamilyName = "qwen2_vl", *, seed: int = 0) -> Path:
    """Write a checkpoint into `folder` (made where missing) and return it. About 1 MB; the same for the same seed."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import torch
    from transformers import AutoModelForImageTextToText

    from agent.models.faults import quiet

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(family)
    tokenizer.save_pretrained(folder)
    _processor_files(folder, family)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = AutoModelForImageTextToText.from_config(_config(family, tokenizer))
        _livelier(model)
    with quiet():
        model.save_pretrained(folder)
    ends = [tokenizer.convert_tokens_to_ids(t) for t in ("<|im_end|>", "<|endoftext|>")]
    settings = GENERATION[family.removesuffix("_moe")]
    _write(folder / "generation_config.json", settings | {"eos_token_id": ends, "pad_token_id": ends[1]})
    return folder


def _livelier(model: Any) -> None:
    """Spread the weights: with the usual deviation of 0.02 no picture would move the output."""
    import torch

    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() >= 2:
                torch.nn.init.normal_(parameter, std=0.6 / parameter[0].numel() ** 0.5)


def _tokenizer(family: FamilyName) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import Qwen2Tokenizer

    bare = Tokenizer(models.BPE())
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False)
    bare.train_from_iterator([CORPUS], trainer)
    learned = json.loads(bare.to_str())["model"]
    plain = PLAIN_TOKENS if family != "qwen2_vl" else ()
    merges: Any = [tuple(m) for m in learned["merges"]]
    tokenizer = Qwen2Tokenizer(
        vocab=learned["vocab"],
        merges=merges,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
    )
    tokenizer.add_special_tokens({"additional_special_tokens": list(CONTROL_TOKENS)})
    tokenizer.add_tokens(list(plain))
    tokenizer.chat_template = _template(family)
    return tokenizer


def _template(family: FamilyName) -> str:
    return QWEN3_TEMPLATE if family.startswith("qwen3") else QWEN2_TEMPLATE


def _processor_files(folder: Path, family: FamilyName) -> None:
    """preprocessor_config.json, video_preprocessor_config.json and chat_template.json, as on the hub."""
    third = family.startswith("qwen3")
    common: dict[str, Any] = {
        "patch_size": 16 if third else 14,
        "temporal_patch_size": 2,
        "merge_size": 2,
        "image_mean": [0.5] * 3 if third else [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.5] * 3 if third else [0.26862954, 0.26130258, 0.27577711],
        "processor_class": {"qwen2_vl": "Qwen2VLProcessor", "qwen2_5_vl": "Qwen2_5_VLProcessor"}.get(
            family, "Qwen3VLProcessor"
        ),
    }
    if third:
        image = common | {
            "size": {"longest_edge": 16777216, "shortest_edge": 65536},
            "image_processor_type": "Qwen2VLImageProcessorFast",
        }
        video = common | {
            "size": {"longest_edge": 25165824, "shortest_edge": 4096},
            "video_processor_type": "Qwen3VLVideoProcessor",
        }
        _write(folder / "video_preprocessor_config.json", video)
    else:
        image = common | {
            "min_pixels": 3136,
            "max_pixels": 12845056,
            "image_processor_type": "Qwen2VLImageProcessor",
        }
    _write(folder / "preprocessor_config.json", image)
    _write(folder / "chat_template.json", {"chat_template": _template(family)})


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")


def _config(family: FamilyName, tokenizer: Any) -> Any:
    from transformers import AutoConfig

    def token(name: str) -> int:
        return int(tokenizer.convert_tokens_to_ids(name))

    hidden = 64
    text: dict[str, Any] = {
        "vocab_size": -(-len(tokenizer) // 64) * 64,
        "hidden_size": hidden,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 32768,
        "bos_token_id": token("<|endoftext|>"),
        "eos_token_id": token("<|im_end|>"),
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 3, 3]},
    }
    vision: dict[str, Any] = {"depth": 2, "num_heads": 2}
    match family:
        case "qwen2_vl":
            vision |= {"embed_dim": 32, "hidden_size": hidden, "mlp_ratio": 2}
        case "qwen2_5_vl":
            vision |= {
                "hidden_size": 32,
                "out_hidden_size": hidden,
                "intermediate_size": 48,
                "fullatt_block_indexes": [1],
            }
        case "qwen3_vl" | "qwen3_vl_moe":
            text |= {"head_dim": 16}
            text["rope_parameters"] |= {"rope_theta": 5e6, "mrope_interleaved": True}
            vision |= {
                "hidden_size": 32,
                "out_hidden_size": hidden,
                "intermediate_size": 48,
                "num_position_embeddings": 144,
                "deepstack_visual_indexes": [0],
            }
            if family == "qwen3_vl_moe":
                text |= {"moe_intermediate_size": 32, "num_experts": 4, "num_experts_per_tok": 2}
        case "qwen3_5":
            text |= {
                "head_dim": 32,
                "layer_types": ["linear_attention", "full_attention"],
                **dict.fromkeys(("linear_key_head_dim", "linear_value_head_dim"), 16),
                **dict.fromkeys(("linear_num_key_heads", "linear_num_value_heads"), 4),
            }
            text["rope_parameters"] |= {
                "rope_theta": 1e7,
                "mrope_interleaved": True,
                "mrope_section": [2, 1, 1],
                "partial_rotary_factor": 0.25,
            }
            vision |= {
                "hidden_size": 32,
                "out_hidden_size": hidden,
                "intermediate_size": 48,
                "num_position_embeddings": 144,
            }
    return AutoConfig.for_model(
        family,
        text_config=text,
        vision_config=vision,
        image_token_id=token("<|image_pad|>"),
        video_token_id=token("<|video_pad|>"),
        vision_start_token_id=token("<|vision_start|>"),
        vision_end_token_id=token("<|vision_end|>"),
        tie_word_embeddings=False,
    )
