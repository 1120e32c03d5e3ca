# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The pocket model: a stock `Qwen2VLForConditionalGeneration`, narrow and shallow, and the folder that it is saved in.

The folder has what Qwen2-VL-7B-Instruct's has, and `from_pretrained` loads it the same way. Weights begin at a
deviation of 0.07, since the default of 0.02 is meant for wide models, those of the projections that add up through the
layers at less (as in GPT-2: Radford et al. 2019, 2.3), the embeddings at 0.1.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from transformers import Qwen2Tokenizer, Qwen2VLConfig, Qwen2VLForConditionalGeneration

from agent.models.faults import quiet
from training.view import DEVIATION, MAX_PIXELS, MEAN, MERGE, MIN_PIXELS, PATCH

WIDTH, LAYERS, HEADS = 256, 7, 4
VISION_WIDTH, VISION_DEPTH, VISION_HEADS = 192, 6, 6
BEAMS = 2
"""With which replies are written: where a digit is misread, those after it are often less likely than with the right
one."""


def tokenizer_of(folder: Path) -> Any:
    return tokenizer_in(folder / "tokenizer")


def tokenizer_in(folder: Path) -> Any:
    return Qwen2Tokenizer.from_pretrained(folder)


def begin(tokenizer: Any, *, seed: int) -> Any:
    """A model that has learned nothing yet."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Qwen2VLForConditionalGeneration(_config(tokenizer))
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if "visual" not in name and parameter.dim() == 2:
                    torch.nn.init.normal_(parameter, std=_deviation(name))
    return model


def _deviation(name: str) -> float:
    if "embed" in name:
        return 0.1
    adds_up = name.endswith(("o_proj.weight", "down_proj.weight"))
    return 0.07 / (2 * LAYERS) ** 0.5 if adds_up else 0.07


def load(folder: Path) -> Any:
    """What was saved, in 32-bit numbers, to learn on."""
    with quiet():
        return Qwen2VLForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)


def save(model: Any, tokenizer: Any, folder: Path) -> None:
    """As a checkpoint in 16-bit numbers; at most 25 MB with everything."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(folder)
    half: Any = Qwen2VLForConditionalGeneration(model.config)
    half.to(torch.bfloat16)
    half.load_state_dict(model.state_dict())
    with quiet():
        half.save_pretrained(folder)
    end, pad = (int(tokenizer.convert_tokens_to_ids(t)) for t in ("<|im_end|>", "<|endoftext|>"))
    preprocessor = {
        "image_processor_type": "Qwen2VLImageProcessor",
        "processor_class": "Qwen2VLProcessor",
        "min_pixels": MIN_PIXELS,
        "max_pixels": MAX_PIXELS,
        "patch_size": PATCH,
        "temporal_patch_size": 2,
        "merge_size": MERGE,
        "image_mean": list(MEAN),
        "image_std": list(DEVIATION),
    }
    files: dict[str, dict[str, Any]] = {
        "preprocessor_config.json": preprocessor,
        "chat_template.json": {"chat_template": tokenizer.chat_template},
        "generation_config.json": {
            "do_sample": False,
            "num_beams": BEAMS,
            "length_penalty": 0.0,
            "eos_token_id": [end, pad],
            "pad_token_id": pad,
        },
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")


def _config(tokenizer: Any) -> Qwen2VLConfig:
    def token(name: str) -> int:
        return int(tokenizer.convert_tokens_to_ids(name))

    text = {
        "vocab_size": -(-len(tokenizer) // 64) * 64,
        "hidden_size": WIDTH,
        "intermediate_size": 512,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS,
        "max_position_embeddings": 4096,
        "bos_token_id": token("<|endoftext|>"),
        "eos_token_id": token("<|im_end|>"),
        "pad_token_id": token("<|endoftext|>"),
        "tie_word_embeddings": True,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [8, 12, 12]},
    }
    vision = {
        "depth": VISION_DEPTH,
        "embed_dim": VISION_WIDTH,
        "hidden_size": WIDTH,
        "num_heads": VISION_HEADS,
        "mlp_ratio": 4,
        "patch_size": PATCH,
        "spatial_merge_size": MERGE,
        "temporal_patch_size": 2,
    }
    return Qwen2VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=token("<|image_pad|>"),
        video_token_id=token("<|video_pad|>"),
        vision_start_token_id=token("<|vision_start|>"),
        vision_end_token_id=token("<|vision_end|>"),
        tie_word_embeddings=True,
    )
