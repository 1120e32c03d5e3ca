"""The driver's end of the input worker: starts it, gives it orders, and ends it when it hangs."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from typing import IO, Any, Literal

from actions.errors import ActionError, DeviceError, DeviceLost, DeviceTimeout
from environments.desktop import child

Input = Literal["move", "click", "hold", "drag", "scroll", "keys", "text", "start", "activate", "release"]
Question = Literal["windows", "active", "facts"]
Order = Input | Question

CLOSE_SECONDS = 1.0
"""How long the worker may take to let everything go and end."""


class WorkerLost(DeviceLost):
    """The worker ended without an answer: the display is gone, or somebody killed it."""


class Link:
    """One worker process at a time. `timeout_seconds` is how long an answer may take beyond the order's own time,
    `environment` what it and the programs that it starts get; by default this process' own.

    Raises `DeviceTimeout` where the display doesn't answer in time, `WorkerLost` where the worker ended, `DeviceError`
    where a person stopped it, `ActionError` where the order can't be carried out.
    """

    def __init__(
        self, *, timeout_seconds: float, start_seconds: float = 15.0, environment: Mapping[str, str] | None = None
    ) -> None:
        self._timeout = timeout_seconds
        self._start_timeout = start_seconds
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._answers: queue.Queue[bytes] = queue.Queue()

    @property
    def pid(self) -> int | None:
        """The worker's process id, for tests and logs."""
        return self._process.pid if self._process else None

    def start(self, *, release: bool = False) -> Mapping[str, Any]:
        """Start a worker and return what it found out about the display; `release` lets go of what an earlier worker
        that was killed has left pressed."""
        self.close()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed in close()
        self._answers = queue.Queue()
        self._process = subprocess.Popen(
            child.command("worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=dict(os.environ if self._environment is None else self._environment),
            start_new_session=True,  # Ctrl-C on the terminal is ours to handle, not the worker's
        )
        assert self._process.stdout is not None
        reader = threading.Thread(target=_listen, args=(self._process.stdout, self._answers), daemon=True)
        reader.start()
        facts = self._exchange("facts", {}, self._start_timeout)
        if release:
            self._exchange("release", {}, self._timeout)
        return facts

    def ask(self, order: Order, arguments: Mapping[str, Any] | None = None, *, seconds: float = 0.0) -> dict[str, Any]:
        """Give an order that takes `seconds` by itself, and return what it answers."""
        if self._process is None:
            raise WorkerLost("the desktop's input worker is not running")
        return self._exchange(order, arguments or {}, self._timeout + seconds)

    def _exchange(self, order: Order, arguments: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        try:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps({"do": order, **arguments}).encode() + b"\n")
                process.stdin.flush()
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            self._end(graceful=False)
            raise DeviceTimeout(
                f"the display did not answer within {seconds:g} s",
                remedy="check that its X server runs, then try again",
            ) from None
        except BaseException:  # Ctrl-C in the middle of a gesture: what is held must be let go
            self._end(graceful=True)
            raise
        if not line:
            raise WorkerLost(f"the desktop's input worker ended: {self._last_words()}")
        return _read(json.loads(line))

    def close(self) -> None:
        """End the worker, which lets go of what it holds; may be called twice."""
        self._end(graceful=True)

    def _end(self, *, graceful: bool) -> None:
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            assert process.stdout is not None
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            if graceful:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(CLOSE_SECONDS)
            process.kill()
            process.wait()
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    def _last_words(self) -> str:
        """The last line that the worker wrote to its standard error."""
        assert self._process is not None
        assert self._errors is not None
        try:
            code = self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        self._errors.seek(0)
        lines = [s for line in self._errors.read().decode(errors="replace").splitlines() if (s := line.strip())]
        self._end(graceful=False)
        return lines[-1] if lines else f"exit code {code}"


def _listen(stdout: IO[bytes], answers: queue.Queue[bytes]) -> None:
    with stdout:
        for line in stdout:
            answers.put(line)
    answers.put(b"")


def _read(answer: dict[str, Any]) -> dict[str, Any]:
    match answer:
        case {"ok": _}:
            return answer["ok"]
        case {"failed": str(why)}:
            raise ActionError(why)
        case {"stopped": str(why)}:
            raise DeviceError(why, remedy="move the pointer out of the corner and run again")
        case _:
            raise WorkerLost(f"the desktop's input worker answered {answer!r}")
