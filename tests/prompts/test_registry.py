"""Dialects are found by name and by a checkpoint's model type; plug-ins are loaded only when needed."""

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from actions.errors import UsageError
from prompts import dialects
from prompts.dialects.qwen2_5_vl import Qwen25VL
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.dialects.qwen3_vl import Qwen3VL


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
