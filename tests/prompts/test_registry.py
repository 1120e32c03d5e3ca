"""Dialects are found by name and by a checkpoint's model type; plug-ins are loaded only when needed."""

from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from actions.errors import UsageError
from prompts import dialects
from prompts.dialects.qwen2_5_vl import Qwen25VL
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.dialects.qwen3_vl import Qwen3VL

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


class Mine(Qwen2VL):
    name = "mine"
    model_types = frozenset({"mine_vl"})


NOT_A_DIALECT = 5


def test_built_in() -> None:
    assert dialects.by_name("qwen2_vl") is Qwen2VL
    assert dialects.for_model_type("qwen2_vl") is Qwen2VL
    assert dialects.for_model_type("qwen2_5_vl") is Qwen25VL
    assert dialects.for_model_type("qwen3_vl") is Qwen3VL
    assert dialects.for_model_type("qwen3_vl_moe") is Qwen3VL
    with pytest.raises(UsageError, match="qwen2_5_vl, qwen2_vl, qwen3_5, qwen3_vl"):
        dialects.by_name("llava")
    with pytest.raises(UsageError, match=r"'llava'.*qwen3_vl_moe"):
        dialects.for_model_type("llava")


def test_the_readme_lists_every_dialect_with_its_coordinates() -> None:
    words = {"thousand": "0 to 1000", "999": "0 to 999", "unit": "0 to 1", "absolute": "pixels of the resized picture"}
    rows = [line.split("|") for line in README.splitlines() if line.startswith("|")]
    for name, dialect in {**dialects.BUILT_IN, **dialects.GROUNDING}.items():
        (row,) = (row for row in rows if f"`{name}`" in row[2])
        assert row[3].strip() == words[dialect.space]


def test_plug_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def found(*, group: str) -> EntryPoints:
        asked.append(group)
        return EntryPoints([EntryPoint("mine", f"{__name__}:Mine", group)])

    monkeypatch.setattr(dialects, "entry_points", found)
    assert dialects.by_name("qwen2_vl") is Qwen2VL
    assert asked == [], "what is known here asks for no plug-ins"
    assert dialects.by_name("mine") is Mine
    assert dialects.for_model_type("mine_vl") is Mine
    assert "mine" in dialects.names()
    assert set(asked) == {"handeye.dialects"}
    with pytest.raises(UsageError, match="mine_vl"):
        dialects.for_model_type("other")


@pytest.mark.parametrize("value", ["no_such_module:X", f"{__name__}:Missing", f"{__name__}:NOT_A_DIALECT"])
def test_a_broken_plug_in_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    def found(*, group: str) -> EntryPoints:
        return EntryPoints([EntryPoint("mine", value, group)])

    monkeypatch.setattr(dialects, "entry_points", found)
    with pytest.raises(UsageError, match="mine"):
        dialects.by_name("mine")
