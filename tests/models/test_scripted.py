"""The model whose replies are written beforehand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from actions.errors import ModelError
from actions.geometry import Size
from agent.models.scripted import ScriptedModel
from environments.picture import Picture
from prompts.messages import ImagePart, Message

SCREEN = Picture(np.zeros((2400, 1080, 3), np.uint8))
ASK = [Message.of("user", ImagePart(SCREEN), "Go on")]


def test_replies_in_order_then_an_error() -> None:
    model = ScriptedModel(["one", "two✿RESULT✿three"])
    assert model.generate(ASK).text == "one"
    assert model.generate(ASK, stop=["✿RESULT✿"]).text == "two"
    with pytest.raises(ModelError, match="ran out: it has 2 replies"):
        model.generate(ASK)
    assert [c[0].text for c in model.calls] == ["Go on"] * 3


def test_replies_from_a_function() -> None:
    def answer(messages: Sequence[Message]) -> str:
        return messages[-1].text.upper()

    pieces: list[str] = []
    with ScriptedModel(answer, dialect="qwen3_vl", name="echo") as model:
        reply = model.generate(ASK, on_text=pieces.append)
    assert (reply.text, pieces, reply.usage.calls) == ("GO ON", ["GO ON"], 1)
    assert (model.name, model.dialect) == ("echo", "qwen3_vl")


def test_what_it_sees() -> None:
    assert ScriptedModel([]).seen(Size(1080, 2400)) == Size(1080, 2400)
    capped = ScriptedModel(["."], max_pixels=1280 * 28 * 28)
    assert capped.generate(ASK).seen == (Size(672, 1484),)
    assert ScriptedModel([], dialect="qwen3_vl", max_pixels=1280 * 32 * 32).seen(Size(1080, 2400)) == Size(768, 1696)
    with pytest.raises(ValueError, match="resize rule"):
        ScriptedModel([], dialect="my own", max_pixels=1000)
