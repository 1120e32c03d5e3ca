"""The facts about families, held against the installed libraries."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import UsageError
from agent.models.family import Choice, by_name, choose, for_endpoint, plain, require_role
from agent.models.published import BASES, FAMILIES, GROWN, HEADROOM, Family
from prompts import dialects
from tests.models.conftest import Tiny
from tests.models.tiny import CONTROL_TOKENS

PROCESSOR = {"image_processor_type": "Qwen2VLImageProcessor", "patch_size": 14, "merge_size": 2}
KNOWN_DIALECTS = {*dialects.BUILT_IN, *dialects.GROUNDING}
WIDE = PROCESSOR | {"min_pixels": 3136, "max_pixels": 12845056}


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Qwen/Qwen2-VL-72B-Instruct", "Qwen2-VL"),
        ("qwen2-vl-72b-instruct", "Qwen2-VL"),
        ("Qwen2.5-VL-7B-Instruct-AWQ", "Qwen2.5-VL"),
        ("qwen2_5_vl", "Qwen2.5-VL"),
        ("qwen3-vl-plus", "Qwen3-VL"),
        ("Qwen/Qwen3-VL-30B-A3B-Instruct", "Qwen3-VL"),
        ("qwen3.6-27b", "Qwen3.5"),
        ("bytedance-research/UI-TARS-7B-DPO", "UI-TARS"),
        ("ui_tars_72b", "UI-TARS"),
        ("UI-TARS-1.5-7B-Q4", "UI-TARS-1.5"),
        ("ui-tars-2", "UI-TARS-2"),
        ("ui-tars-2b-sft", "UI-TARS"),
        ("OS-Atlas-Base-7B", "OS-Atlas-Base"),
        ("gui-owl-7b", "GUI-Owl"),
        ("GUI-Owl-1.5-8B-Think", "GUI-Owl-1.5"),
        ("UI-Venus-Ground-7B", "UI-Venus-Ground"),
        ("Qwen2.5-VL-3B-UI-R1", "UI-R1"),
        ("GUI-R1-7B", "GUI-R1"),
        ("InfiGUI-R1-3B", "InfiGUI-R1"),
        ("holo1.5-7b", "Holo"),
        ("autoglm-phone-9b-multilingual", "AutoGLM-Phone"),
        ("Holo2-8B", None),
        ("hologram-1", None),
        ("gpt-4o", None),
        ("qwen2-7b", None),
        ("", None),
    ],
)
def test_by_name(name: str, family: str | None) -> None:
    found = by_name(name)
    assert (found.name if found else None) == family


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_every_published_checkpoint_is_of_its_family(family: Family) -> None:
    for published in family.published:
        assert by_name(f"{published.id}{'/' if published.folder else ''}{published.folder}") is family
        if family.place == "here":
            for model_type in family.model_types:
                assert choose([published.id], model_type=model_type, processor=WIDE) == Choice(family)
        else:
            assert for_endpoint(published.id) == Choice(family)


@pytest.mark.parametrize("family", [f for f in FAMILIES if f.dialect in KNOWN_DIALECTS], ids=lambda f: f.name)
def test_its_dialect_counts_as_it_does(family: Family) -> None:
    if family.role == "grounder":
        assert dialects.grounding_by_name(family.dialect).space == family.space
    else:
        assert dialects.by_name(family.dialect).space == family.space


@pytest.mark.parametrize(
    ("names", "model_type", "family"),
    [
        (["my-ui-tars"], "qwen2_vl", "UI-TARS"),
        (["my-ui-tars"], "qwen2_5_vl", "UI-TARS-1.5"),
        (["guiowl"], "qwen2_5_vl", "GUI-Owl"),
        (["guiowl"], "qwen3_vl", "GUI-Owl-1.5"),
        (["ui-venus"], "qwen2_5_vl", "UI-Venus"),
        (["ui-venus"], "qwen3_vl_moe", "UI-Venus-1.5"),
        (["my-model", "UI-TARS-1.5-7B"], "qwen2_5_vl", "UI-TARS-1.5"),
        (["Qwen2-VL-7B-Instruct", "Qwen2-VL-7B"], "qwen2_vl", "Qwen2-VL"),
    ],
)
def test_the_architecture_tells_the_version(names: list[str], model_type: str, family: str) -> None:
    choice = choose(names, model_type=model_type, processor=WIDE)
    assert choice is not None
    assert choice.family.name == family
    assert choice.warning is None


@pytest.mark.parametrize(
    ("names", "model_type", "processor", "family", "words"),
    [
        (["mine"], "qwen2_vl", WIDE, "Qwen2-VL", "mine is no checkpoint that is known by its name: read as Qwen2-VL"),
        (["mine", "Qwen2-VL-2B"], "qwen2_vl", {}, "Qwen2-VL", "no checkpoint that is known"),
        (["Holo2-8B"], "qwen3_vl", WIDE, "Qwen3-VL", "read as Qwen3-VL"),
        (["UGround-V2"], "qwen3_vl", WIDE, "Qwen3-VL", "called after UGround-V1 but is a qwen3_vl checkpoint"),
        (["mine"], "qwen2_vl", WIDE | {"max_pixels": 2116800}, "UI-TARS", "the picture sizes of UI-TARS"),
        (
            ["mine"],
            "qwen2_vl",
            PROCESSOR | {"size": {"shortest_edge": 200704, "longest_edge": 1053696}},
            "ShowUI",
            "the picture sizes of ShowUI",
        ),
        (["mine"], "qwen2_5_vl", WIDE | {"max_pixels": 2116800}, "Qwen2.5-VL", "no checkpoint that is known"),
    ],
)
def test_what_can_only_be_guessed_is_said(
    names: list[str], model_type: str, processor: dict[str, Any], family: str, words: str
) -> None:
    choice = choose(names, model_type=model_type, processor=processor)
    assert choice is not None
    assert choice.family.name == family
    assert choice.warning is not None
    assert words in choice.warning
    assert "--dialect" in choice.warning


def test_a_dialect_that_is_asked_for_settles_it() -> None:
    choice = choose(["mine"], model_type="qwen2_vl", processor=WIDE, dialect="qwen3_vl")
    assert choice == Choice(BASES[0]), "the pictures are cut up as the architecture does it"
    new = choose(["mine"], model_type="qwen9_vl", processor=WIDE | {"patch_size": 18}, dialect="qwen3_vl")
    assert new is not None
    assert (new.family.dialect, new.family.space, new.family.factor) == ("qwen3_vl", "thousand", 36)
    assert choose(["mine"], model_type="llava", processor={"patch_size": 14}, dialect="qwen3_vl") is None
    assert choose(["mine"], model_type="llava", processor=WIDE) is None
    assert for_endpoint("anything", "qwen2_5_vl").family.name == "Qwen2.5-VL"


def test_a_plug_ins_checkpoints_are_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*, group: str) -> EntryPoints:
        return EntryPoints([EntryPoint("mine", "tests.prompts.test_registry:Mine", group)])

    monkeypatch.setattr(dialects, "entry_points", found)
    choice = choose(["a/b"], model_type="mine_vl", processor=WIDE)
    assert choice is not None
    assert (choice.family.dialect, choice.warning) == ("mine", None)
    assert for_endpoint("a/b", "mine").family.dialect == "mine"


def test_an_endpoints_name_that_leaves_the_version_open() -> None:
    choice = for_endpoint("my-ui-tars")
    assert choice.family.name == "UI-TARS-2"
    assert choice.warning is not None
    with pytest.raises(UsageError, match="'gpt-4o' doesn't tell its family"):
        for_endpoint("gpt-4o")
    with pytest.raises(UsageError, match="klingon"):
        for_endpoint("gpt-4o", "klingon")


def test_who_only_points_is_no_agent() -> None:
    uground = for_endpoint("osunlp/UGround-V1-7B").family
    require_role(uground, "UGround-V1-7B", "grounder")
    require_role(for_endpoint("Qwen2-VL-2B").family, "Qwen2-VL-2B", "grounder")
    with pytest.raises(UsageError, match="only points at what it is told of") as caught:
        require_role(uground, "UGround-V1-7B", "agent")
    assert caught.value.remedy == "--grounder UGround-V1-7B, beside another --model"


def test_memory_needed() -> None:
    seven = by_name("Qwen2-VL-7B")
    assert seven is not None
    weights = seven.published[1].weights
    assert weights.gigabytes == pytest.approx(16.6 + HEADROOM, abs=0.1), "its files: 16.58 GB"
    assert weights.gigabytes_in_4_bit == pytest.approx(6.9 + HEADROOM, abs=0.4), "the files of its AWQ form: 6.9 GB"
    for family in FAMILIES:
        for published in family.published:
            assert 1 < published.weights.gigabytes_in_4_bit < published.weights.gigabytes


def test_transformers_knows_the_model_types(tiny: Tiny) -> None:
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES as KNOWN

    for family in BASES:
        assert set(family.model_types) <= set(KNOWN)
        model = tiny.model(family.dialect)  # pyright: ignore[reportArgumentType]
        assert model.family is family
        assert (model.min_pixels, model.max_pixels) == (family.min_pixels, family.max_pixels)
    grown = {t for f in GROWN for t in f.model_types}
    assert grown <= {t for f in BASES for t in f.model_types}


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
