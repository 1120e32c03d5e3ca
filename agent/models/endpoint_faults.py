# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Where the endpoint client's and its HTTP library's errors become ours: one line each, without the key."""

from __future__ import annotations

import importlib
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from actions.errors import EndpointError, ModelLoadError

try:
    import openai
except ImportError as e:
    raise ModelLoadError("an endpoint needs the package openai", remedy="uv pip install 'handeye[endpoint]'") from e

_http: Any = importlib.import_module(openai.DefaultHttpxClient.__mro__[1].__module__.partition(".")[0])
"""The HTTP library under the installed client: httpx for 2.x, httpx2 for 3.x. Its errors escape from streams."""


@dataclass(frozen=True, slots=True)
class EndpointFaults:
    """For one endpoint. `address`: as it may be shown. `client`: asked for its models where there is no such one."""

    address: str
    model: str
    key: str | None = field(repr=False)
    client: openai.OpenAI = field(repr=False)

    @contextmanager
    def translated(self) -> Generator[None]:
        """Raises `EndpointError` for whatever goes wrong within."""
        try:
            yield
        except (openai.OpenAIError, _http.HTTPError, _http.InvalidURL, ValueError, KeyError) as e:
            message, remedy = self._explain(e)
            told = str(e)
            raise EndpointError(self._keyless(message), remedy=remedy) from (
                None if self.key and self.key in told else e
            )

    def _explain(self, error: Exception) -> tuple[str, str | None]:
        at, said = self.address, _said(error)
        match error:
            case openai.APITimeoutError():
                return f"{at} didn't answer in time", "give a longer timeout_seconds, or see what the server is doing"
            case openai.APIConnectionError() if isinstance(
                error.__cause__, _http.RemoteProtocolError | _http.ReadError
            ):
                return f"{at} broke its reply off: {_cause(error)}", "try again, and look at the server's log"
            case openai.APIConnectionError():
                return f"{at} can't be reached: {_cause(error)}", f"curl {at}/models"
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return f"{at} refused the key: {said}", "export HANDEYE_API_KEY=..."
            case openai.NotFoundError():
                return f"{at} has no model {self.model!r}: {said}{self._offered()}", f"curl {at}/models"
            case openai.RateLimitError():
                return f"{at} allows no more requests for now: {said}", "wait, or give more retries"
            case openai.APIStatusError() if error.status_code == 400 and re.search(r"token|context|length", said, re.I):
                return f"{at} finds the prompt too long: {said}", "give a smaller --max-pixels or a shorter history"
            case openai.APIStatusError() if error.status_code >= 500:
                return f"{at} failed with {error.status_code}: {said}", "look at the server's log"
            case openai.APIStatusError():
                return f"{at} refused the request with {error.status_code}: {said}", None
            case _http.TimeoutException():
                return f"{at} stopped answering in the middle of a reply", "give a longer timeout_seconds"
            case _http.HTTPError():
                return f"{at} broke its reply off: {said}", "try again, and look at the server's log"
            case _:
                return f"{at} gave an unreadable reply: {said}", f"curl {at}/models"

    def _offered(self) -> str:
        try:
            names = [str(m.id) for m in self.client.with_options(max_retries=0, timeout=5.0).models.list().data]
        except (openai.OpenAIError, _http.HTTPError, ValueError, TypeError, AttributeError):
            return ""
        return f"; it offers {', '.join(names[:20])}" if names else ""

    def _keyless(self, text: str) -> str:
        return text.replace(self.key, "***") if self.key else text


def _said(error: Exception) -> str:
    """The server's own words where it sent any: OpenAI's error object, or vLLM's and FastAPI's plain fields."""
    body = getattr(error, "body", None)
    if isinstance(body, dict):
        for key in ("message", "detail", "error"):
            if isinstance(body.get(key), str):
                return short(body[key])
    return short(str(error) or type(error).__name__)


def _cause(error: BaseException) -> str:
    return short(str(error.__cause__ or error))


def short(value: object) -> str:
    return " ".join(str(value).split())[:300]
