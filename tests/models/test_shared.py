"""A model shared by threads."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from actions.errors import ModelError
from agent.models.base import Reply, Request
from agent.models.scripted import ScriptedModel
from agent.models.shared import SharedModel
from prompts.messages import Message, transcript


class Echo(ScriptedModel):
    """Answers with what it is asked; fails for a batch that holds a bad word."""

    def __init__(self) -> None:
        super().__init__([])
        self.at_work = 0

    def generate_all(self, requests: Sequence[Request]) -> list[Reply]:
        self.at_work += 1
        assert self.at_work == 1
        try:
            asked = [transcript(r.messages) for r in requests]
            if any("bad" in text for text in asked):
                raise ModelError("a bad word")
            if any("stop" in text for text in asked):
                raise KeyboardInterrupt
            return [Reply(text.rpartition("says ")[2].split()[0], ()) for text in asked]
        finally:
            self.at_work -= 1


def ask(model: SharedModel, said: str) -> str:
    return model.generate([Message.of("user", f"says {said} .")]).text


@pytest.mark.parametrize(("threads", "most"), [(1, 8), (5, 8), (5, 2), (12, 4)])
def test_each_thread_gets_its_own_replies(threads: int, most: int) -> None:
    model = SharedModel(Echo(), most=most)

    def go(thread: int) -> int:
        with model.asking():
            for i in range(thread + 3):
                assert ask(model, f"{thread}-{i}") == f"{thread}-{i}"
        return thread + 3

    with ThreadPoolExecutor(threads) as pool:
        asked = sum(pool.map(go, range(threads)))
    assert sum(model.batches) == asked
    assert max(model.batches) <= most


def test_all_that_wait_are_written_at_once() -> None:
    model = SharedModel(Echo(), most=8)
    together = threading.Barrier(6)

    def go(thread: int) -> None:
        with model.asking():
            together.wait(10)
            for i in range(4):
                assert ask(model, f"{thread}-{i}") == f"{thread}-{i}"
            together.wait(10)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(go, range(6)))
    assert model.batches == [6, 6, 6, 6]


def test_the_next_batch_is_made_ready_while_one_is_written() -> None:
    writing, ready = threading.Event(), threading.Event()

    class Slow(Echo):
        def prepare(self, request: Request) -> Request:
            if "later" in transcript(request.messages):
                assert writing.wait(10)
                ready.set()
            return replace(request, prepared=threading.get_ident())

        def generate_all(self, requests: Sequence[Request]) -> list[Reply]:
            if not ready.is_set():
                writing.set()
                assert ready.wait(10)
            assert all(isinstance(r.prepared, int) for r in requests)
            return super().generate_all(requests)

    model = SharedModel(Slow(), most=1)

    def go(said: str) -> str:
        with model.asking():
            return ask(model, said)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(go, ["now", "later"])) == ["now", "later"]


def test_none_fails_for_another() -> None:
    model = SharedModel(Echo(), most=8)
    together = threading.Barrier(3)

    def go(said: str) -> str:
        with model.asking():
            together.wait(10)
            try:
                return ask(model, said)
            except ModelError as e:
                return e.message
            finally:
                together.wait(10)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(go, ["a", "bad", "c"])) == ["a", "a bad word", "c"]


def test_an_interrupt_reaches_all_and_leaves_the_model_usable() -> None:
    model = SharedModel(Echo(), most=8)
    together = threading.Barrier(2)

    def go(said: str) -> bool:
        with model.asking():
            together.wait(10)
            try:
                ask(model, said)
            except KeyboardInterrupt:
                return True
            return False

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(go, ["stop", "b"])) == [True, True]
    with model.asking():
        assert ask(model, "again") == "again"
