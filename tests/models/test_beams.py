# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateUsage=false
"""Beam search: against all replies there are, against transformers' own, and as a model's way to write."""

from __future__ import annotations

import json
import math
import shutil
import time
from itertools import groupby, product
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.errors import UsageError
from actions.geometry import Point
from actions.types import Click
from agent.models.base import Budget, Request
from agent.models.beams import Beam, Search
from agent.models.constraint import RESERVE
from agent.models.transformers import TransformersModel
from agent.models.writer import Writer
from environments.base import Observation
from prompts.dialect import Decision, Moment
from prompts.dialects import BUILT_IN
from prompts.grammar import Grammar
from prompts.messages import ImagePart, Message
from tests.models.conftest import FAMILIES, Tiny
from tests.models.test_constraint import other_weights
from tests.models.test_transformers import ask, noise, unlike
from tests.models.tiny import FamilyName
from tests.prompts.moments import NOW, SEEN, SUPPORTS

END, LETTERS = 0, "|abcd"
LONGEST = 4
SHORT = Budget(tokens=20)


class Letters:
    """A tokenizer whose tokens are letters."""

    def __init__(self, letters: str) -> None:
        self._letters = letters

    def decode(self, tokens: list[int], **_: Any) -> str:
        return "".join(self._letters[token] for token in tokens)


def written(
    likely: torch.Tensor, width: int, *, stop: tuple[str, ...] = (), opening: str = "", letters: str = LETTERS
) -> tuple[str, list[str]]:
    """What a search writes, and in which pieces. likely: (LONGEST, before, next) logs, by what came last."""
    pieces: list[str] = []
    writer = Writer(
        Letters(letters), ends=frozenset({END}), stop=stop, on_text=pieces.append, deadline=math.inf, tokens=LONGEST + 1
    )
    search = Search(width, writer, None, opening)
    last = [END] * width
    for step in range(LONGEST):
        taken = search.take(torch.zeros(width, 1), likely[step, last])
        if search.is_done:
            break
        last = [token for _, token in taken]
    assert search.is_done
    return writer.finish(), pieces


def tables(seed: int) -> torch.Tensor:
    """(LONGEST, before, next), the last of which ends in any case."""
    table = torch.randn(LONGEST, len(LETTERS), len(LETTERS), generator=torch.Generator().manual_seed(seed)) * 2
    table[-1, :, 1:] = -torch.inf
    return table.log_softmax(-1)


def nats(likely: torch.Tensor, text: str) -> float:
    tokens = [*map(LETTERS.index, text), END]
    return sum(likely[i, before, t].item() for i, (before, t) in enumerate(zip([END, *tokens], tokens, strict=False)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_wide_enough_it_finds_the_likeliest_of_all(seed: int) -> None:
    likely = tables(seed)
    everything = ["".join(letters) for n in range(LONGEST) for letters in product(LETTERS[1:], repeat=n)]
    best = max(everything, key=lambda text: nats(likely, text))
    text, pieces = written(likely, len(LETTERS) ** LONGEST)
    assert text == best
    assert "".join(pieces) == text
    narrow = [nats(likely, written(likely, width)[0]) for width in (1, 2, 3)]
    assert all(math.isfinite(n) and n <= nats(likely, best) + 1e-5 for n in narrow)


def test_one_beam_is_greedy_and_two_put_it_right() -> None:
    """“a” is likelier than “b” at first, but nothing likely comes after it."""
    likely = torch.full((LONGEST, 5, 5), 0.2)
    likely[0, END] = torch.tensor([0.0, 0.6, 0.4, 0.0, 0.0])
    likely[1, LETTERS.index("b")] = torch.tensor([0.0, 0.0, 0.0, 0.9, 0.1])
    likely[2, LETTERS.index("c")] = torch.tensor([1.0, 0.0, 0.0, 0.0, 0.0])
    likely[-1] = torch.tensor([1.0, 0.0, 0.0, 0.0, 0.0])
    text, pieces = written(likely.log(), 2)
    assert (text, "".join(pieces)) == ("bc", "bc")
    assert written(likely.log(), 1)[0].startswith("a")
    assert written(likely.log(), 2, stop=("c",))[0] == "b"


def test_what_comes_after_the_opening_does_not_count() -> None:
    """“a” is likelier than “b”, but what comes after it is spread over many."""
    likely = torch.full((LONGEST, 5, 5), 0.2)
    likely[0, END] = torch.tensor([0.0, 0.6, 0.4, 0.0, 0.0])
    likely[1, LETTERS.index("a")] = torch.tensor([0.0, 0.24, 0.25, 0.26, 0.25])
    likely[1, LETTERS.index("b")] = torch.tensor([0.0, 0.0, 0.0, 0.0, 1.0])
    likely[2] = torch.tensor([1.0, 0.0, 0.0, 0.0, 0.0])
    assert written(likely.log(), 2)[0] == "bd"
    assert written(likely.log(), 2, opening="a")[0] == "ac"
    assert written(likely.log(), 2, opening="d")[0] == "bd"  # the likelier of two that have begun a call


def test_a_call_may_be_whole_with_what_it_begins_with() -> None:
    """“db” is likelier than “dc”. Both go on with the call's “a”, and with that only the first has ended."""
    likely = torch.full((LONGEST, 5, 5), 0.2)
    likely[0, END] = torch.tensor([0.0, 0.0, 0.0, 0.0, 1.0])
    likely[1, LETTERS.index("d")] = torch.tensor([0.0, 0.0, 0.6, 0.4, 0.0])
    likely[2, 2:4] = torch.tensor([0.0, 1.0, 0.0, 0.0, 0.0])
    assert written(likely.log(), 2, opening="a", stop=("ba",))[0] == "d"


def test_what_stands_in_quotes_counts_again_once_the_thought_is_chosen() -> None:
    """The call begins with “a”. “b” is likelier than “c”, but not that it ends there."""
    likely = torch.full((LONGEST, 5, 5), 0.2)
    likely[0, END] = torch.tensor([0.0, 0.9, 0.1, 0.0, 0.0])
    likely[1, LETTERS.index("a")] = torch.tensor([0.0, 0.0, 0.0, 0.0, 1.0])
    likely[2, LETTERS.index("d")] = torch.tensor([0.0, 0.0, 0.6, 0.4, 0.0])
    likely[3, LETTERS.index("b")] = torch.tensor([0.4, 0.0, 0.3, 0.3, 0.0])
    likely[3, LETTERS.index("c")] = torch.tensor([1.0, 0.0, 0.0, 0.0, 0.0])
    assert written(likely.log(), 2, opening="a")[0] == "adb"
    assert written(likely.log(), 2, opening="a", letters='|abc"')[0] == 'a"c'
    assert written(likely.log(), 2, opening="a", letters='|abc"', stop=("c",))[0] == 'a"'
    # It is the thought's beams that were chosen from before: one that ended with no call is none of them.
    likely[0, END] = torch.tensor([0.4, 0.6, 0.0, 0.0, 0.0])
    assert written(likely.log(), 2, opening="a", letters='|abc"')[0] == 'a"c'


def test_a_quote_that_is_escaped_ends_no_text() -> None:
    for call, within in {
        '✿ARGS✿: {"text': True,
        '✿ARGS✿: {"text": ': False,
        '✿ARGS✿: {"text": "a \\"b': True,
        '✿ARGS✿: {"text": "a\\\\"': False,
        '✿ARGS✿: {"point": (1,': False,
        "": False,
    }.items():
        assert Beam(call=call).quotes is within


@pytest.mark.parametrize("family", [*FAMILIES, "qwen3_5"])
@pytest.mark.parametrize("width", [2, 3])
def test_as_transformers_own(tiny: Tiny, family: FamilyName, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny.model(family)
    monkeypatch.setattr(model, "beams", width)
    # It takes a penalty off likelihoods, which we take off what these are made of, as it does itself without beams.
    monkeypatch.setattr(model._open.generation_config, "repetition_penalty", 1.0)
    greedy: list[str] = []
    for seed in range(2):
        messages = ask(ImagePart(noise(150, 90, seed)), "Where is it?")
        with other_weights(model, seed):
            mine = model.generate(messages, budget=SHORT)
            prepared = model._prepare(messages)
            model._open.model.rope_deltas = None
            settings = {"num_beams": width, "length_penalty": 0.0, "max_new_tokens": SHORT.tokens}
            theirs = model._open.generate(**prepared.inputs, **settings)[0, prepared.tokens :]
            monkeypatch.setattr(model, "beams", 1)
            greedy.append(model.generate(messages, budget=SHORT).text)
            monkeypatch.setattr(model, "beams", width)
        ends = [i for i, token in enumerate(theirs.tolist()) if token in model._ends]
        theirs = theirs[: ends[0]] if ends else theirs
        assert mine.text == model._processor.tokenizer.decode(theirs, skip_special_tokens=False)
        greedy[-1] = "" if greedy[-1] == mine.text else greedy[-1]
    assert any(greedy)  # it isn't what is written without


@pytest.mark.parametrize("family", [*FAMILIES, "qwen3_5"])
def test_side_by_side_under_a_grammar_with_stop_texts(
    tiny: Tiny, family: FamilyName, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny.model(family)
    monkeypatch.setattr(model, "beams", 2)
    requests = unlike(model, ImagePart(noise(64, 64)))
    alone = [model.generate(r.messages, grammar=r.grammar, stop=r.stop, budget=r.budget) for r in requests]
    assert BUILT_IN[model.dialect]("mobile").parse(alone[2].text, SEEN).actions
    assert not {"e", "a"} & set(alone[3].text)
    for order in ([0, 1, 2, 3], [2, 0, 3, 1]):
        together = model.generate_all([requests[i] for i in order])
        for i, reply in zip(order, together, strict=True):
            assert (reply.text, reply.ended, reply.usage) == (alone[i].text, alone[i].ended, alone[i].usage)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_call_that_had_to_be_closed_is_said_to_be(
    tiny: Tiny, family: FamilyName, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny.model(family)
    dialect = BUILT_IN[model.dialect]("mobile")
    screen = Observation(noise(112, 196), 0.0)
    moment = Moment("Turn on Wi-Fi", (), screen, model.seen(screen.size), SUPPORTS["mobile"])
    for beams in (1, 2):
        monkeypatch.setattr(model, "beams", beams)
        budget = Budget(tokens=RESERVE + 8)
        reply = model.generate(dialect.render(moment), grammar=dialect.grammar(moment), budget=budget)
        assert dialect.parse(reply.text, moment.seen).actions
        assert reply.ended == "tokens"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_call_has_one_row_and_nothing_is_read_after_its_end(
    tiny: Tiny, family: FamilyName, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny.model(family)
    grammar = Grammar('start: HEAD /[0-9]{6}/ ")"\nHEAD: /[a-z]{12}/ "#"', ("#", ")"), "#")
    messages, read = ask(ImagePart(noise(64, 64)), "Where is it?"), list[tuple[int, int]]()

    def note(_: Any, __: Any, inputs: dict[str, Any]) -> None:
        read.append(tuple(inputs["input_ids"].shape))

    watch = model._open.register_forward_pre_hook(note, with_kwargs=True)
    try:
        for beams in (1, 2):
            monkeypatch.setattr(model, "beams", beams)
            read.clear()
            reply = model.generate(messages, grammar=grammar, budget=Budget(tokens=RESERVE + 20))
            assert reply.usage.completion_tokens == len(read)
            assert [rows for rows, _ in groupby(rows for rows, _ in read)] == ([1] if beams == 1 else [1, beams, 1])
            assert [length for _, length in read[1:]] == [1] * (len(read) - 1)
    finally:
        watch.remove()


def test_a_grammars_opening_is_where_its_dialect_begins_a_call() -> None:
    found: set[str] = set()
    for name, platform in product(BUILT_IN, SUPPORTS):
        dialect = BUILT_IN[name](platform)
        grammar = dialect.grammar(Moment("Turn on Wi-Fi", (), NOW, SEEN, SUPPORTS[platform]))
        if "click" not in dialect.kinds() or grammar is None or not grammar.opening:
            continue
        thought, opening, call = dialect.write(Decision("I see it.", (Click(point=Point(0.5, 0.5)),)), SEEN).partition(
            grammar.opening
        )
        assert "I see it." in thought
        assert opening
        assert "5" in call
        found.add(name)
    assert {"qwen2_vl", "qwen2_5_vl", "qwen3_vl", "ui_tars_1_5"} <= found


def test_what_was_read_is_not_read_again(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny.model()
    monkeypatch.setattr(model, "beams", 2)
    system = Message.of("system", "You use a phone. " * 12)
    prompts = [[system, Message.of("user", "Open it", ImagePart(noise(200, 300, i)))] for i in range(3)]
    model._prefix.forget()
    fresh: list[str] = []
    for prompt in prompts:
        fresh.append(model.generate(prompt, budget=SHORT).text)
        model._prefix.forget()
    assert [model.generate(p, budget=SHORT).text for p in prompts] == fresh
    assert model._prefix.shared([model._prepare(prompts[0]).ids]) > 12
    assert [r.text for r in model.generate_all([Request(p, budget=SHORT) for p in prompts])] == fresh


def test_pieces_and_budgets(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny.model()
    monkeypatch.setattr(model, "beams", 2)
    for seed in range(4):
        pieces: list[str] = []
        messages = ask(ImagePart(noise(150, 90, seed)), "Go on")
        with other_weights(model, seed):
            reply = model.generate(messages, budget=Budget(tokens=40), on_text=pieces.append)
        assert "".join(pieces) == reply.text
        assert (reply.usage.completion_tokens, reply.ended) == (40, "tokens")
    start = time.monotonic()
    late = model.generate(ask("Go on"), budget=Budget(tokens=5000, seconds=0.3))
    assert late.ended == "seconds"
    assert 1 <= late.usage.completion_tokens < 5000
    assert time.monotonic() - start < 20


def test_the_checkpoint_says_how_many(tiny: Tiny, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny.folder(), tmp_path / "beams")
    file = folder / "generation_config.json"
    said = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**said, "num_beams": 3}), "utf-8")
    assert tiny.model().beams == 1
    with TransformersModel.load(str(folder), device="cpu", dtype="float32") as model:
        assert model.beams == 3
        assert model.generate(ask("Go on"), budget=Budget(tokens=4)).usage.completion_tokens == 4
    with TransformersModel.load(str(folder), device="cpu", dtype="float32", beams=1) as model:
        assert model.beams == 1
    with pytest.raises(UsageError, match="0 beams"):
        TransformersModel.load(str(folder), device="cpu", dtype="float32", beams=0)
