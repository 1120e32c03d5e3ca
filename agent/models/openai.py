# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""A model behind an OpenAI-compatible endpoint: vLLM, SGLang, DashScope, and what speaks like them.

Pictures are resized here and sent as PNG, so that what the model sees is known: a server that applies the family's
own resize to a picture of such a size leaves it as it is. Loads no torch. No error and no repr shows the key.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import urlsplit

from actions.errors import EndpointError, ModelError, UsageError
from actions.geometry import Size, Space
from agent.models.base import Budget, Model, Reply, Request
from agent.models.endpoint_faults import EndpointFaults, openai, short  # openai from where its absence is translated
from agent.models.family import for_endpoint, plain
from agent.models.images import data_url, pixels, resized
from agent.models.stream import Stream
from environments.episode import Usage
from environments.picture import Picture
from prompts.grammar import Grammar
from prompts.messages import ImagePart, Message, TextPart, VideoPart

log = logging.getLogger("handeye.models")

VISUAL_TOKENS = 1280
"""Default size of a picture in visual tokens: the smallest default bound among the servers (DashScope's 1280), so
that none of them makes the picture smaller once more."""

_TURN_ENDS = re.compile(r"(<\|im_end\|>|<\|endoftext\|>)+\s*\Z")


class OpenAIModel(Model):
    """Use as a context manager, or `close` it.

    `model`: the name under which the server offers it. `base_url`: up to and including /v1. `api_key`: otherwise
    from HANDEYE_API_KEY, then DASHSCOPE_API_KEY (DashScope's hosts) or OPENAI_API_KEY (all others); a server of
    one's own usually wants none. `dialect`: the family, where the model's name doesn't tell. `min_pixels`,
    `max_pixels`: bounds of a picture's area after the resize; by default at most 1280 visual tokens. A server with
    a smaller bound of its own would resize once more, unseen, and a family that counts in pixels would then point
    wrongly: give that bound here. `timeout_seconds`: for connecting, and for each wait on the server; `retries`:
    how often the library repeats a request after 408, 409, 429, 5xx or a lost connection. `extra_body`: fields
    for this server only; by default `skip_special_tokens: false` (vLLM and SGLang otherwise drop `<|box_start|>`),
    except for DashScope and OpenAI, which refuse fields that they don't know.

    To go on with an assistant's message, vLLM's and SGLang's `continue_final_message` is sent, and for
    DashScope its `partial` mark.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str,
        api_key: str | None = None,
        dialect: str | None = None,
        space: Space | None = None,
        min_pixels: int | None = None,
        max_pixels: int | None = None,
        timeout_seconds: float = 120.0,
        fetch_seconds: float = 20.0,
        retries: int = 2,
        extra_body: Mapping[str, object] | None = None,
    ) -> None:
        host = _host(base_url)
        self.name = model
        choice = for_endpoint(model, dialect)
        if choice.warning is not None:
            log.warning(choice.warning)
        self.family = choice.family
        self.dialect = dialect or self.family.dialect
        self.space = space
        self.base_url = _hidden(base_url)
        self.timeout_seconds = timeout_seconds
        self.fetch_seconds = fetch_seconds
        token = self.family.factor**2
        self.max_pixels = max_pixels if max_pixels is not None else max(VISUAL_TOKENS * token, min_pixels or 0)
        self.min_pixels = min_pixels if min_pixels is not None else min(self.family.min_pixels, self.max_pixels)
        if not token <= self.min_pixels <= self.max_pixels:
            raise UsageError(
                f"--min-pixels {self.min_pixels} and --max-pixels {self.max_pixels}: "
                f"expected {token} (one visual token) or more, and the first no larger than the second"
            )
        self._dashscope = host.startswith("dashscope") and host.endswith(".aliyuncs.com")
        public = self._dashscope or host == "api.openai.com"
        self._extra: dict[str, object] = (
            dict(extra_body) if extra_body is not None else {} if public else {"skip_special_tokens": False}
        )
        key = api_key or _key_from_environment("DASHSCOPE_API_KEY" if self._dashscope else "OPENAI_API_KEY")
        if key is None and public:
            raise EndpointError(f"{host} wants a key and none is set", remedy="export HANDEYE_API_KEY=...")
        self._client = openai.OpenAI(
            api_key=key or "EMPTY", base_url=base_url, timeout=timeout_seconds, max_retries=retries
        )
        self._faults = EndpointFaults(self.base_url, model, key, self._client)

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r}, base_url={self.base_url!r})"

    def seen(self, size: Size) -> Size:
        """The size at which pictures are sent. `UsageError` past a side ratio of 200."""
        try:
            return self.family.resized(size, min_pixels=self.min_pixels, max_pixels=self.max_pixels)
        except ValueError as e:
            raise UsageError(str(e)) from e

    def generate(
        self,
        messages: Sequence[Message],
        *,
        grammar: Grammar | None = None,
        stop: Sequence[str] = (),
        budget: Budget = Budget(),
        on_text: Callable[[str], None] | None = None,
    ) -> Reply:
        """Ask for the next message at temperature 0, or for more of the last one where that is the assistant's.

        With `on_text` the reply is streamed, and `budget.seconds` cuts it off between two pieces; without, a reply
        that takes longer is an error, after as many tries as `retries` allows. `seconds["prefill"]` is the wait for
        the first piece; where nothing was streamed, for all of it. Tokens are counted as the server reports them (0
        where it doesn't, or where a stop text cut its stream off). Raises `EndpointError`; `ModelError` for a video,
        and for a grammar: servers take grammars under names and in languages of their own, and one that knows
        neither says nothing and lets the model write what it likes.
        """
        if grammar is not None:
            raise ModelError("a model behind an endpoint can't be held to a grammar", remedy="--no-constrain")
        if not messages:
            raise ModelError("a prompt needs at least one message")
        seen: list[Size] = []
        chat: list[dict[str, Any]] = [{"role": m.role, "content": self._content(m, seen)} for m in messages]
        extra = dict(self._extra)
        if messages[-1].role == "assistant":
            if self._dashscope:
                chat[-1]["partial"] = True
            else:
                extra |= {"add_generation_prompt": False, "continue_final_message": True}
        request: dict[str, Any] = {
            "model": self.name,
            "messages": chat,
            "max_tokens": budget.tokens,
            "temperature": 0,
            "extra_body": extra,
            "timeout": min(self.timeout_seconds, budget.seconds),
        }
        if stop:
            request["stop"] = list(stop)[:4]  # OpenAI's interface allows no more; all are cut off here anyway
        if on_text is None:
            return self._whole(request, stop, tuple(seen))
        return self._streamed(request, Stream(stop, on_text), tuple(seen), budget)

    def generate_all(self, requests: Sequence[Request]) -> list[Reply]:
        """All of them at once, each on a connection of its own; the server decides what it writes side by side."""
        if not requests:
            return []
        with ThreadPoolExecutor(len(requests), thread_name_prefix="endpoint") as pool:
            asked = [
                pool.submit(self.generate, r.messages, grammar=r.grammar, stop=r.stop, budget=r.budget)
                for r in requests
            ]
            return [a.result() for a in asked]

    def close(self) -> None:
        self._client.close()

    def _whole(self, request: dict[str, Any], stop: Sequence[str], seen: tuple[Size, ...]) -> Reply:
        start = time.monotonic()
        with self._faults.translated():
            answer: Any = self._client.chat.completions.create(**request)
            choice = _first_choice(answer)
            if choice is None:
                raise EndpointError(f"{self.base_url} gave a reply without choices: {short(answer)}")
            text = str(getattr(choice.message, "content", None) or "")
            why = choice.finish_reason
        stream = Stream(stop)
        stream.push(_TURN_ENDS.sub("", text))
        waited = MappingProxyType({"prefill": time.monotonic() - start})
        return Reply(stream.finish(), seen, _usage(answer), waited, self._ended(why, stream))

    def _streamed(self, request: dict[str, Any], stream: Stream, seen: tuple[Size, ...], budget: Budget) -> Reply:
        start = time.monotonic()
        first: float | None = None
        why: str | None = None
        usage = Usage(calls=1)
        late = False

        def pass_on(piece: str) -> None:
            stream.push(piece)

        tail = Stream(("<|im_end|>", "<|endoftext|>"), pass_on)
        with self._faults.translated():
            chunks: Any = self._client.chat.completions.create(
                **request, stream=True, stream_options={"include_usage": True}
            )
        try:
            for chunk in self._chunks(chunks):
                if getattr(chunk, "usage", None) is not None:
                    usage = _usage(chunk)
                if (choice := _first_choice(chunk)) is not None:
                    why = choice.finish_reason or why
                    piece = str(getattr(choice.delta, "content", None) or "")
                    if piece:
                        first = first or time.monotonic()
                        tail.push(piece)
                if stream.stopped:
                    break
                if time.monotonic() - start > budget.seconds:
                    late = True
                    break
        finally:
            chunks.close()
        if why is None and not (late or stream.stopped or tail.stopped):
            raise EndpointError(
                f"{self.base_url} broke its reply off", remedy="try again, and look at the server's log"
            )
        tail.finish()
        text = stream.finish()
        end = time.monotonic()
        first = first or end
        seconds = MappingProxyType({"prefill": first - start, "decode": end - first})
        return Reply(text, seen, usage, seconds, "seconds" if late else self._ended(why, stream))

    def _chunks(self, chunks: Any) -> Iterator[Any]:
        """The stream with its errors translated, and not those of whoever reads it."""
        pieces = iter(chunks)
        while True:
            with self._faults.translated():
                try:
                    chunk = next(pieces)
                except StopIteration:
                    return
            yield chunk

    def _ended(self, why: str | None, stream: Stream) -> Literal["stop", "tokens"]:
        if why == "content_filter":
            raise EndpointError(f"{self.base_url} withheld the reply (content_filter)")
        return "tokens" if why == "length" and not stream.stopped else "stop"

    def _content(self, message: Message, seen: list[Size]) -> str | list[dict[str, Any]]:
        content: list[dict[str, Any]] = []
        for part in message.parts:
            match part:
                case TextPart(text):
                    content.append({"type": "text", "text": plain(text)})
                case ImagePart(picture):
                    array = pixels(picture, timeout_seconds=self.fetch_seconds)
                    size = self.seen(Picture(array).size)
                    seen.append(size)
                    content.append({"type": "image_url", "image_url": {"url": data_url(resized(array, size))}})
                case VideoPart():
                    raise ModelError("videos aren't sent to endpoints: send their frames as pictures")
        if all(c["type"] == "text" for c in content):
            return "".join(str(c["text"]) for c in content)
        return content


def _key_from_environment(second: str) -> str | None:
    return os.environ.get("HANDEYE_API_KEY") or os.environ.get(second) or None


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not re.search(r"\s", url):
            return parts.hostname
    except ValueError:  # a port out of range, half an IPv6 address
        pass
    raise UsageError(f"{_hidden(url)} is no endpoint: expected http://HOST:PORT/v1")


def _hidden(url: str) -> str:
    """An address without what may be a secret in it: a user's name and password, a query."""
    return re.sub(r"//[^/@]*@", "//", url.partition("?")[0]).rstrip("/")


def _first_choice(answer: Any) -> Any:
    choices = getattr(answer, "choices", None)
    return choices[0] if isinstance(choices, list) and choices else None


def _usage(answer: Any) -> Usage:
    usage = getattr(answer, "usage", None)
    return Usage(int(getattr(usage, "prompt_tokens", 0) or 0), int(getattr(usage, "completion_tokens", 0) or 0), 1)
