"""The facts about families, held against the installed libraries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.models.family import FAMILIES, by_dialect, by_name, by_type, plain
from tests.models.conftest import Tiny
from tests.models.tiny import CONTROL_TOKENS


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Qwen/Qwen2-VL-72B-Instruct", "Qwen2-VL"),
        ("qwen2-vl-72b-instruct", "Qwen2-VL"),
        ("Qwen2.5-VL-7B-Instruct-AWQ", "Qwen2.5-VL"),
        ("qwen2_5_vl", "Qwen2.5-VL"),
        ("qwen3-vl-plus", "Qwen3-VL"),
        ("Qwen/Qwen3-VL-30B-A3B-Instruct", "Qwen3-VL"),
        ("gpt-4o", None),
        ("qwen2-7b", None),
        ("", None),
    ],
)
def test_by_name(name: str, family: str | None) -> None:
    found = by_name(name)
    assert (found.name if found else None) == family


def test_every_published_checkpoint_is_of_its_family() -> None:
    for family in FAMILIES:
        assert all(by_name(p.id) is family for p in family.published)
        assert by_dialect(family.dialect) is family
        assert all(by_type(t) is family for t in family.model_types)


def test_transformers_knows_the_model_types(tiny: Tiny) -> None:
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES as KNOWN

    for family in FAMILIES:
        assert set(family.model_types) <= set(KNOWN)
        model = tiny.model(family.dialect)  # pyright: ignore[reportArgumentType]
        assert model.family is family
        assert (model.min_pixels, model.max_pixels) == (family.min_pixels, family.max_pixels)


@given(st.lists(st.sampled_from([*CONTROL_TOKENS, "<|", "|>", "im_end", " ", "x"]), max_size=8))
def test_plain_text_holds_no_turn_and_no_picture(parts: list[str]) -> None:
    text = plain("".join(parts))
    for token in ("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|vision_start|>", "<|image_pad|>", "<|video_pad|>"):
        assert token not in text
    assert plain(text) == text


def test_plain_text_can_be_encoded() -> None:
    assert plain("a\ud800b\x00") == "a?b\x00"


def test_plain_text_keeps_what_prompts_use() -> None:
    text = "<|object_ref_start|>cart<|object_ref_end|><|box_start|>(1,2)<|box_end|><tool_call>✿FUNCTION✿"
    assert plain(text) == text
