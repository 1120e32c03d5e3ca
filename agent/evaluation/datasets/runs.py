"""This project's own run folders: what an agent, or a person, did is what another is asked for.

A step without a readable action, or whose action was not done for sure, shows nobody what is right and is `Unread`.
The tags `app` and `end` are the app in front and how the run ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from actions.errors import UsageError
from agent.evaluation.datasets.reading import Damaged, Found, attempt, beside, reason
from agent.evaluation.gestures import finger
from agent.evaluation.step import Place, Recorded, RecordedStep, Truth, Unread
from agent.run_folder import JOURNAL, Run, list_runs, read_run
from environments.base import Platform
from environments.episode import Step


def read_runs(root: Path) -> Iterator[Found]:
    folders = [root] if (root / JOURNAL).is_file() else list_runs(root)
    if not folders:
        raise UsageError(f"{root} holds no run folders: expected folders with a {JOURNAL} in them")
    for folder in folders:
        name = beside(root, folder / JOURNAL)
        try:
            run = read_run(folder)
        except UsageError as e:
            yield Unread(Place("runs", name, folder.name, 0), reason(e))
            continue
        steps = run.episode.steps
        length = len(steps) + (run.dropped is not None)
        for index, step in enumerate(steps):
            yield attempt(Place("runs", name, folder.name, index, length), _step, step, run)
        if run.dropped is not None:
            yield Unread(Place("runs", name, folder.name, len(steps), length), str(run.dropped))


def _step(place: Place, step: Step, run: Run) -> RecordedStep:
    if step.action is None:
        raise Damaged("it has no readable action")
    if step.outcome is None or step.outcome.status != "done":
        raise Damaged(f"its action was not done: {step.outcome.status if step.outcome else 'unknown'}")
    seen = step.observation
    tags = {k: v for k, v in (("app", seen.app), ("end", run.episode.end)) if v is not None}
    truth = Truth(seen.size, ((Recorded(step.action, finger=finger(step.action)),),), tags=tags)
    platform: Platform = "desktop" if run.about.get("platform") == "desktop" else "mobile"
    return RecordedStep(place, run.episode.task, step.thought or None, seen, truth, platform)
