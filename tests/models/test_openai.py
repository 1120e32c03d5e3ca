"""OpenAIModel against a real HTTP server: what arrives there, and every fault it may show."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actions.errors import EndpointError, ModelError, UsageError
from actions.geometry import Size
from agent.models.base import Budget
from agent.models.openai import OpenAIModel
from environments.picture import Picture
from prompts.grammar import Grammar
from prompts.messages import ImagePart, Message, VideoPart
from tests.models.endpoint import Answer, Endpoint, refusal, reply

SCREEN = Picture(np.random.default_rng(0).integers(0, 256, (2400, 1080, 3), dtype=np.uint8))
SMALL = Picture(np.random.default_rng(0).integers(0, 256, (56, 84, 3), dtype=np.uint8))
ASK = [Message.of("system", "You use a phone."), Message.of("user", ImagePart(SMALL), "Tap the cart.")]
KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HANDEYE_API_KEY", "OPENAI_API_KEY", "DASHSCOPE_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def connect(server: Endpoint, **options: Any) -> OpenAIModel:
    options = {"retries": 0, "timeout_seconds": 10.0} | options
    return OpenAIModel(options.pop("model", "Qwen/Qwen2-VL-7B-Instruct"), base_url=server.url, **options)


def test_what_arrives_at_the_server(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(SCREEN.png)
    messages = [
        Message.of("system", "You use a phone.<|im_end|>"),
        Message.of("user", ImagePart(SCREEN), "and", ImagePart(str(path)), ImagePart(SMALL), "Tap."),
    ]
    with Endpoint([reply("done")]) as server, connect(server) as model:
        got = model.generate(messages, budget=Budget(tokens=77), stop=["✿RESULT✿"])
        assert got.text == "done"
        assert got.seen == tuple(server.sizes) == (Size(672, 1484), Size(672, 1484), Size(84, 56))
        assert (got.usage.prompt_tokens, got.usage.completion_tokens, got.usage.calls) == (100, 7, 1)
        assert got.ended == "stop"
        request = server.requests[0]
        assert request["model"] == "Qwen/Qwen2-VL-7B-Instruct"
        assert (request["max_tokens"], request["temperature"], request["stop"]) == (77, 0, ["✿RESULT✿"])
        assert request["skip_special_tokens"] is False
        assert "stream" not in request
        assert request["messages"][0] == {"role": "system", "content": "You use a phone.<| im_end |>"}
        assert [p["type"] for p in request["messages"][1]["content"]] == [
            "image_url",
            "text",
            "image_url",
            "image_url",
            "text",
        ]


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("qwen2-vl-72b-instruct", {"max_pixels": 768 * 28 * 28}, Size(504, 1148)),
        ("qwen2.5-vl-7b-instruct", {}, Size(672, 1484)),
        ("qwen3-vl-8b", {}, Size(768, 1696)),
        ("ui-model", {"dialect": "qwen3_vl", "max_pixels": 100 * 32 * 32}, Size(192, 448)),
    ],
)
def test_pictures_arrive_at_the_size_that_is_told(name: str, options: dict[str, Any], expected: Size) -> None:
    with Endpoint([reply("ok")]) as server, connect(server, model=name, **options) as model:
        got = model.generate([Message.of("user", ImagePart(SCREEN))])
        assert server.sizes == [expected] == list(got.seen) == [model.seen(SCREEN.size)]


def test_going_on_with_the_assistants_message(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [*ASK, Message.of("assistant", "Thought: ", ImagePart(SMALL))]
    with Endpoint([reply("more")]) as server, connect(server) as model:
        assert model.generate(messages).text == "more"
        sent = server.requests[0]
        assert sent["continue_final_message"] is True
        assert sent["add_generation_prompt"] is False
        assert len(server.sizes) == 2
        monkeypatch.setattr(model, "_dashscope", True)
        model.generate(messages)
        assert server.requests[1]["messages"][-1]["partial"] is True
        assert "continue_final_message" not in server.requests[1]


def test_streaming() -> None:
    pieces: list[str] = []
    with Endpoint([Answer(pieces=("打开", "设", "置 <|box_start|>", "(1,2)"))]) as server, connect(server) as model:
        got = model.generate(ASK, on_text=pieces.append)
        assert got.text == "".join(pieces) == "打开设置 <|box_start|>(1,2)"
        assert len(pieces) > 1
        assert server.requests[0]["stream"] is True
        assert (got.usage.prompt_tokens, got.usage.completion_tokens) == (50, 5)
        assert set(got.seconds) == {"prefill", "decode"}
        assert got.ended == "stop"


def test_stop_texts_are_cut_off_in_both_forms() -> None:
    stop = ["✿RESULT✿", "b", "c", "d", "tail", "never"]  # more than the interface takes
    with Endpoint([reply("Thought tail end✿RESULT✿ x")]) as server, connect(server) as model:
        assert model.generate(ASK, stop=stop).text == "Thought "
        assert server.requests[0]["stop"] == stop[:4]
    pieces: list[str] = []
    answer = Answer(pieces=("Thought✿RES", "ULT✿ a lie", "more"))
    with Endpoint([answer]) as server, connect(server) as model:
        assert model.generate(ASK, stop=["✿RESULT✿"], on_text=pieces.append).text == "Thought" == "".join(pieces)


def test_turn_ends_that_a_server_leaves_in_are_taken_off() -> None:
    with Endpoint([reply("Tap<|im_end|>\n")]) as server, connect(server) as model:
        assert model.generate(ASK).text == "Tap"
    with Endpoint([Answer(pieces=("Tap", "<|im_", "end|>"))]) as server, connect(server) as model:
        pieces: list[str] = []
        assert model.generate(ASK, on_text=pieces.append).text == "Tap" == "".join(pieces)


def test_how_it_ended() -> None:
    with Endpoint([reply("half a", finish="length")]) as server, connect(server) as model:
        assert model.generate(ASK).ended == "tokens"
    with Endpoint([Answer(pieces=("a", "b", "c"), hang_after=2)]) as server, connect(server) as model:
        start = time.monotonic()
        with pytest.raises(EndpointError, match=r"in time|in the middle of a reply"):
            model.generate(ASK, on_text=lambda _: None, budget=Budget(seconds=0.4))
        assert time.monotonic() - start < 5
    # The first piece comes when it comes; after it, what listens takes longer than there is time.
    with Endpoint([Answer(pieces=("a",) * 2000)]) as server, connect(server) as model:
        late = model.generate(ASK, on_text=lambda _: time.sleep(2.0), budget=Budget(seconds=2.0))
        assert late.ended == "seconds"
        assert 0 < len(late.text) < 2000


def test_a_reply_without_usage_or_text() -> None:
    with Endpoint([reply("x", usage=None), reply(None)]) as server, connect(server) as model:
        assert model.generate(ASK).usage.prompt_tokens == 0
        assert model.generate(ASK).text == ""


def test_retries_are_the_librarys() -> None:
    with (
        Endpoint([refusal(500, "oops"), refusal(429, "slow"), reply("ok")]) as server,
        connect(server, retries=2) as model,
    ):
        assert model.generate(ASK).text == "ok"
        assert len(server.requests) == 3


FAULTS: dict[str, tuple[Answer, str, str | None]] = {
    "key refused": (refusal(401, f"Incorrect API key provided: {KEY}"), "refused the key", "export HANDEYE_API_KEY"),
    "forbidden": (refusal(403, "no access"), "refused the key: .*no access", "export HANDEYE_API_KEY"),
    "no such model": (
        refusal(404, "The model does not exist"),
        "has no model .* it offers Qwen/Qwen2-VL-7B-Instruct, other",
        "curl",
    ),
    "too long": (
        refusal(400, "This model's maximum context length is 4096 tokens. However, you requested 9000"),
        "finds the prompt too long: .*4096",
        "--max-pixels",
    ),
    "bad request": (refusal(400, "unknown field"), "refused the request with 400: .*unknown field", None),
    "unprocessable": (refusal(422, "nope"), "refused the request with 422", None),
    "too many requests": (refusal(429, "slow down"), "allows no more requests", "wait"),
    "server error": (refusal(500, "CUDA out of memory"), "failed with 500: .*CUDA", "log"),
    "bad gateway": (Answer(502, b"<html>Bad Gateway</html>"), "failed with 502", "log"),
    "plain error": (Answer(404, {"object": "error", "message": "not here"}), "has no model .*not here", "curl"),
    "no choices": (Answer(body={"id": "1", "choices": []}), "without choices", None),
    "null choices": (Answer(body={"id": "1", "choices": None}), "without choices", None),
    "another object": (Answer(body={"hello": 1}), "without choices", None),
    "garbage": (Answer(body=b"{garbage"), "unreadable reply|without choices", None),
    "a list": (Answer(body=b"[1, 2]"), "unreadable reply|without choices", None),
    "empty": (Answer(body=b""), "unreadable reply|without choices", None),
    "cut off": (Answer(body=b"x" * 1000, cut=True), "broke its reply off|can't be reached", None),
    "withheld": (reply("x", finish="content_filter"), "withheld", None),
    "hangs": (Answer(hang=20), "didn't answer in time", "timeout_seconds"),
}


@pytest.mark.parametrize("case", FAULTS)
@pytest.mark.parametrize("streamed", [False, True])
def test_faults(case: str, streamed: bool) -> None:
    answer, message, remedy = FAULTS[case]
    with Endpoint([answer]) as server, connect(server, api_key=KEY, timeout_seconds=0.5) as model:
        start = time.monotonic()
        if streamed and answer.status == 200 and not answer.hang:
            message = "broke its reply off|unreadable reply|withheld|can't be reached"
            remedy = None
        with pytest.raises(EndpointError, match=message) as caught:
            model.generate(ASK, on_text=(lambda _: None) if streamed else None)
        assert remedy is None or remedy in (caught.value.remedy or "")
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 600
        assert caught.value.exit_code == 3
        assert KEY not in "".join(traceback.format_exception(caught.value))
        assert time.monotonic() - start < 5
        assert server.keys[0] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "answer",
    [Answer(pieces=("a", "b"), cut=True), Answer(pieces=("a", "b"), finish=None)],
    ids=["connection", "no end"],
)
def test_a_stream_that_breaks_off_is_no_reply(answer: Answer) -> None:
    with (
        Endpoint([answer]) as server,
        connect(server) as model,
        pytest.raises(EndpointError, match="broke its reply off"),
    ):
        model.generate(ASK, on_text=lambda _: None)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("mine")])
def test_what_on_text_raises_passes_through(error: BaseException) -> None:
    def interrupt(_: str) -> None:
        raise error

    with Endpoint([Answer(pieces=("a", "b"))]) as server, connect(server) as model:
        with pytest.raises(type(error)) as caught:
            model.generate(ASK, on_text=interrupt)
        assert caught.value is error


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}/v1"
    with (
        OpenAIModel("qwen2-vl-7b", base_url=url, retries=0) as model,
        pytest.raises(EndpointError, match="can't be reached") as caught,
    ):
        model.generate(ASK)
    assert caught.value.remedy == f"curl {url}/models"


def test_where_the_key_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint([reply("x")]) as server:

        def used(**options: Any) -> str:
            with connect(server, **options) as model:
                assert KEY not in repr(model)
                model.generate(ASK)
            return server.keys[-1]

        assert used() == "Bearer EMPTY"
        monkeypatch.setenv("OPENAI_API_KEY", "second")
        assert used() == "Bearer second"
        monkeypatch.setenv("HANDEYE_API_KEY", "first")
        assert used() == "Bearer first"
        assert used(api_key=KEY) == f"Bearer {KEY}"


def test_public_hosts_want_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"
    monkeypatch.setenv("OPENAI_API_KEY", "not for them")
    with pytest.raises(EndpointError, match="wants a key"):
        OpenAIModel("qwen2-vl-72b-instruct", base_url=url)
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    with OpenAIModel("qwen2-vl-72b-instruct", base_url=url) as model:
        assert (model.dialect, model.name) == ("qwen2_vl", "qwen2-vl-72b-instruct")


def test_what_it_refuses() -> None:
    with Endpoint([reply("x")]) as server:
        for options, message in (
            ({"model": "gpt-4o"}, "doesn't tell its family"),
            ({"max_pixels": 3}, "visual token"),
            ({"min_pixels": 9000, "max_pixels": 8000}, "no larger"),
        ):
            with pytest.raises(UsageError, match=message):
                connect(server, **options)
        for url in ("localhost:8000/v1", "ftp://x/v1", "", "http://"):
            with pytest.raises(UsageError, match="is no endpoint"):
                OpenAIModel("qwen2-vl-7b", base_url=url)
        with connect(server) as model:
            with pytest.raises(ModelError, match="grammar"):
                model.generate(ASK, grammar=Grammar("start: /a/", ()))
            with pytest.raises(ModelError, match="videos"):
                model.generate([Message.of("user", VideoPart((SMALL,)))])
            with pytest.raises(ModelError, match="at least one message"):
                model.generate([])
            with pytest.raises(UsageError, match="200 times"):
                model.generate([Message.of("user", ImagePart(Picture(np.zeros((1, 300, 3), np.uint8))))])
        assert server.requests == []


def test_a_missing_package_is_one_line() -> None:
    code = (
        "import sys; sys.modules['openai'] = None\n"
        "from actions.errors import ModelLoadError\n"
        "try: import agent.models.openai\n"
        "except ModelLoadError as e: print(e)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "an endpoint needs the package openai (uv pip install 'handeye[endpoint]')", (
        done.stderr
    )


@pytest.mark.parametrize(
    "url", ["http://a:99999/v1", "http://a:0/v1", "http://[::1", "http://a b/v1", "https://", "ftp://a/v1"]
)
def test_what_is_no_address_is_said_at_once(url: str) -> None:
    with pytest.raises(UsageError, match="is no endpoint: expected http://HOST:PORT/v1"):
        OpenAIModel("qwen2-vl-2b", base_url=url)


def test_an_address_is_shown_without_its_secrets() -> None:
    with OpenAIModel("qwen2-vl-2b", base_url="http://ann:hush@127.0.0.1:9/v1?key=hush") as model:
        assert "hush" not in repr(model) + model.base_url
        with pytest.raises(EndpointError) as caught:
            model.generate([Message.of("user", "?")])
    assert "hush" not in str(caught.value)
