"""The practice desktop for an agent: opened with a task, and that task's own solution as a scripted model."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from agent.models.scripted import ScriptedModel
from environments.desktop.driver import DesktopEnvironment
from environments.desktop.practice import tasks
from environments.desktop.practice.desk import PracticeDesktop
from environments.settle import Settle
from prompts.dialect import Decision, Dialect
from prompts.messages import Message


@contextmanager
def practice_desktop(name: str, *, patience: Settle = Settle()) -> Generator[tuple[tasks.DeskTask, DesktopEnvironment]]:
    """A desktop of its own that is ready for the task of that name, and the environment that drives it.

    While it lasts this process has no other display; nothing is left of it afterwards. Open it in the main thread.
    """
    kind = tasks.named(name)
    with (
        tempfile.TemporaryDirectory(prefix="handeye-", ignore_cleanup_errors=True) as folder,
        closing(PracticeDesktop(Path(folder))) as desk,
        desk.entered(),
        closing(kind(desk)) as task,
        DesktopEnvironment(patience=patience, environment=desk.environment) as environment,
    ):
        yield task, environment


def played_model(task: tasks.DeskTask, environment: DesktopEnvironment, dialect: Dialect) -> ScriptedModel:
    """A model that does not look at pictures: it writes the task's own solution in a dialect.

    A step that the loop has withheld, since a window was still being drawn, is written again.
    """
    moves = tasks.solution(task, environment.windows)
    move = next(moves)
    withheld = 0

    def reply(messages: Sequence[Message]) -> str:
        nonlocal move, withheld
        # A prompt tells of all past steps, so what was withheld once stands in each that follows.
        before, withheld = withheld, sum(message.text.count("withheld:") for message in messages)
        if len(model.calls) > 1 and withheld <= before:
            move = next(moves)
        thought, action = move
        return dialect.write(Decision(thought, (action,)), task.desk.size)

    model = ScriptedModel(reply, dialect=dialect.name, space=dialect.space, name="solution")
    return model
