# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateUsage=false
"""Replies under a grammar, by the real `generate` of models with random weights, which write nonsense without one."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import pytest
import torch

from actions.errors import ModelError, ParseError
from agent.models.base import Budget
from agent.models.constraint import RESERVE, Constrainer
from agent.models.transformers import TransformersModel
from environments.base import Observation
from prompts.dialect import Dialect, Moment
from prompts.dialects import BUILT_IN
from prompts.grammar import Grammar
from tests.models.conftest import Tiny
from tests.models.test_transformers import ask, noise
from tests.models.tiny import FamilyName
from tests.prompts.moments import SUPPORTS

SCREEN = Observation(noise(112, 196), 0.0)
BUDGET = Budget(tokens=RESERVE + 16)


@contextmanager
def other_weights(model: TransformersModel, seed: int) -> Generator[None]:
    """The model as if it had been made of other random numbers."""
    head = model._open.get_output_embeddings().weight
    before = head.detach().clone()
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.nn.init.normal_(head, std=0.1)
        try:
            yield
        finally:
            head.copy_(before)


def now(model: TransformersModel, dialect: Dialect) -> Moment:
    return Moment("Turn on Wi-Fi", (), SCREEN, model.seen(SCREEN.size), SUPPORTS[dialect.platform])


def readable(dialect: Dialect, text: str, moment: Moment) -> bool:
    try:
        dialect.parse(text, moment.seen)
    except ParseError:
        return False
    return True


@pytest.mark.parametrize(("family", "seeds"), [("qwen2_vl", 12), ("qwen2_5_vl", 8), ("qwen3_vl", 8), ("qwen3_5", 4)])
def test_every_reply_of_a_model_without_sense_is_an_action(tiny: Tiny, family: FamilyName, seeds: int) -> None:
    model, dialect = tiny.model(family), BUILT_IN[family]("mobile")
    moment = now(model, dialect)
    grammar, messages = dialect.grammar(moment), dialect.render(moment)
    assert grammar is not None
    free = 0
    for seed in range(seeds):
        with other_weights(model, seed):
            reply = model.generate(messages, grammar=grammar, budget=BUDGET)
            assert reply.usage.completion_tokens < BUDGET.tokens
            try:
                decision = dialect.parse(reply.text, moment.seen)
            except ParseError as e:
                assert e.message == "a swipe needs two different places"  # noqa: PT017  the one thing it can't promise
            else:
                assert decision.actions[0].kind in moment.supports | {"wait", "answer", "finish"}
            if seed < 3:
                without = model.generate(messages, stop=dialect.stop, budget=Budget(tokens=32))
                free += readable(dialect, without.text, moment)
    assert free == 0


def test_a_thought_is_what_the_model_would_write_without_a_grammar(tiny: Tiny) -> None:
    model, dialect = tiny.model("qwen2_5_vl"), BUILT_IN["qwen2_5_vl"]("mobile")
    moment = now(model, dialect)
    grammar, messages = dialect.grammar(moment), dialect.render(moment)
    head = model._open.get_output_embeddings().weight
    words = [i for t, i in model._processor.tokenizer.get_vocab().items() if t.isascii() and t.isalpha()]
    for seed in range(2):
        with other_weights(model, seed):
            silent = torch.ones(head.shape[0], dtype=torch.bool)
            silent[words] = False
            with torch.no_grad():
                head[silent] = 0.0
                head[words] = head[words] * 5
            free = model.generate(messages, budget=Budget(tokens=16))
            held = model.generate(messages, grammar=grammar, budget=BUDGET)
            assert held.text.startswith(f"{free.text}\n<tool_call>")
            assert held.ended == "tokens"


def test_a_model_that_stops_without_a_call_writes_one(tiny: Tiny) -> None:
    """It would end its turn at once; so its call begins at once, and it is not said to be cut off."""
    model = tiny.model()
    grammar = Grammar('start: HEAD "ab"\nHEAD: /[a-z]*/ "#"', ("#", "b"))
    head = model._open.get_output_embeddings().weight
    with other_weights(model, 1), torch.no_grad():
        head.zero_()  # all tokens alike, so the first one wins
        ends, model._ends, model._constrainer = model._ends, frozenset({0}), None
        try:
            reply = model.generate(ask("?"), grammar=grammar, budget=BUDGET)
        finally:
            model._ends, model._constrainer = ends, None
    assert reply.text == "#ab"
    assert reply.ended == "stop"


def test_of_control_tokens_those_around_a_place_are_text(tiny: Tiny) -> None:
    tokenizer = tiny.model()._processor.tokenizer
    constrainer = Constrainer(tokenizer, size=len(tokenizer), ends=frozenset({tokenizer.eos_token_id}))
    for token, written in (("<|box_start|>", True), ("<|box_end|>", True), ("<|im_start|>", False)):
        grammar = Grammar(f'%llguidance {{"no_forcing": true}}\nstart: "{token}"', ())
        constraint = constrainer.begin(grammar, prompt=1, tokens=RESERVE + 1)
        scores = constraint(torch.zeros((1, 1), dtype=torch.long), torch.zeros((1, len(tokenizer))))
        assert bool(scores[0, tokenizer.convert_tokens_to_ids(token)] == 0) is written


def test_a_wrong_grammar_is_told(tiny: Tiny) -> None:
    with pytest.raises(ModelError, match="grammar is wrong"):
        tiny.model().generate(ask("?"), grammar=Grammar("start: nothing", ()))


def test_what_a_grammar_was_compiled_for_is_kept(tiny: Tiny) -> None:
    model = tiny.model()
    for i in range(12):
        grammar = Grammar(f'start: "a" "{i}"', ())
        assert model.generate(ask("?"), grammar=grammar).text == f"a{i}"
    assert model._constrainer is not None
    assert len(model._constrainer._compiled) == 8
