"""An OpenAI-compatible server on 127.0.0.1 that plays a script of answers and keeps what it was asked."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from PIL import Image

from actions.geometry import Size


@dataclass(frozen=True, slots=True)
class Answer:
    """`body`: JSON, or raw bytes; `pieces`: a streamed reply. `hang`: say nothing for so many seconds first;
    `cut`: close the connection in the middle."""

    status: int = 200
    body: dict[str, Any] | bytes | None = None
    pieces: tuple[str, ...] = ()
    finish: str | None = "stop"
    hang: float = 0.0
    hang_after: int | None = None
    cut: bool = False


def reply(text: str | None, *, finish: str = "stop", usage: tuple[int, int] | None = (100, 7)) -> Answer:
    body: dict[str, Any] = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}],
    }
    if usage is not None:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return Answer(body=body)


def refusal(status: int, message: str) -> Answer:
    return Answer(status, {"error": {"message": message, "type": "x", "code": status}})


@dataclass
class Endpoint:
    """Answers POST /v1/chat/completions with `answers` in turn, the last one again and again."""

    answers: Iterable[Answer]
    offered: tuple[str, ...] = ("Qwen/Qwen2-VL-7B-Instruct", "other")
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    keys: list[str] = field(default_factory=list[str])

    def __enter__(self) -> Self:
        outer, left, self._done = self, list(self.answers), threading.Event()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer._send(self, Answer(body={"object": "list", "data": [outer._model(n) for n in outer.offered]}))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append(json.loads(body))
                outer.keys.append(self.headers.get("Authorization", ""))
                outer._send(self, left.pop(0) if len(left) > 1 else left[0])

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def sizes(self) -> list[Size]:
        """Of the pictures in the last request, decoded from what came over the wire; each must be a PNG."""
        sizes: list[Size] = []
        for message in self.requests[-1]["messages"]:
            content: Any = message["content"]
            parts: Any = [] if isinstance(content, str) else content
            for part in parts:
                if part["type"] == "image_url":
                    head, _, body = str(part["image_url"]["url"]).partition(",")
                    assert head == "data:image/png;base64"
                    with Image.open(io.BytesIO(base64.b64decode(body)), formats=["PNG"]) as image:
                        image.load()
                        sizes.append(Size(*image.size))
        return sizes

    @staticmethod
    def _model(name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": 1, "owned_by": "x"}

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        if answer.hang:
            self._done.wait(answer.hang)
        if answer.pieces:
            self._stream(handler, answer)
            return
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        handler.send_response(answer.status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2] if answer.cut else body)
        if answer.cut:
            handler.close_connection = True

    def _stream(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()

        def event(data: str) -> None:
            line = f"data: {data}\n\n".encode()
            handler.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            handler.wfile.flush()

        def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            return json.dumps(
                {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
            )

        try:
            event(chunk({"role": "assistant", "content": ""}))
            for i, piece in enumerate(answer.pieces):
                if i == answer.hang_after:
                    self._done.wait(10)
                event(chunk({"content": piece}))
            if answer.cut:
                handler.close_connection = True
                return
            if answer.finish is not None:
                event(chunk({}, answer.finish))
                usage = {"prompt_tokens": 50, "completion_tokens": 5, "total_tokens": 55}
                event(
                    json.dumps(
                        {
                            "id": "1",
                            "object": "chat.completion.chunk",
                            "created": 1,
                            "model": "m",
                            "choices": [],
                            "usage": usage,
                        }
                    )
                )
            event("[DONE]")
            handler.wfile.write(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True
