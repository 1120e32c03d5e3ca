"""What a run looks like in a terminal: one line for each step, data on stdout, everything else on stderr."""

from __future__ import annotations

import sys
from typing import Any

from actions.describe import in_words
from actions.types import action_adapter
from agent.cli.terminal import as_json, clean, paint
from environments.episode import Episode, Step


class Console:
    """Prints a run as it goes. With `as_json` stdout gets one JSON object for each step and one for the end."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.stream = sys.stderr if as_json else sys.stdout

    def say(self, text: str, color: str | None = None) -> None:
        text = clean(text)
        print(paint(text, color, self.stream) if color else text, file=self.stream, flush=True)

    def step(self, step: Step) -> None:
        if self.as_json:
            self._json({"step": step_json(step)})
        for attempt in step.attempts:
            if attempt.problem is not None:
                self.say(f"{'':>4} reply not carried out: {attempt.problem}", "yellow")
        if step.action is None or step.outcome is None:
            return
        status = step.outcome.status if not step.outcome.detail else f"{step.outcome.status}: {step.outcome.detail}"
        if step.changed is False and step.outcome.status == "done" and step.action.kind != "wait":
            status += ", nothing visible changed"
        seconds = sum(step.seconds.values())
        self.say(f"{step.index + 1:>3}  {in_words(step.action)}")
        if step.thought:
            self.say(f"     {step.thought}", "dim")
        if step.result:
            self.say(f"     → {step.result}", "dim")
        color = {"done": "dim", "failed": "yellow", "unknown": "red"}[step.outcome.status]
        self.say(f"     {status} · {seconds:.2f} s", color)

    def end(self, episode: Episode, **more: Any) -> None:
        if self.as_json:
            totals = {"steps": len(episode.steps), "end": episode.end, "message": episode.message}
            self._json({"end": {**totals, "answer": episode.answer, "exit_code": episode.exit_code, **more}})

    def _json(self, value: dict[str, Any]) -> None:
        print(as_json(value), flush=True)


def step_json(step: Step) -> dict[str, Any]:
    return {
        "index": step.index,
        "thought": step.thought,
        "action": None if step.action is None else action_adapter.dump_python(step.action, mode="json"),
        "outcome": None if step.outcome is None else {"status": step.outcome.status, "detail": step.outcome.detail},
        "changed": step.changed,
        "result": step.result,
        "problems": [a.problem for a in step.attempts if a.problem is not None],
        "seconds": {stage: round(seconds, 4) for stage, seconds in step.seconds.items()},
    }
