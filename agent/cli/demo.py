"""`handeye demo`: the main job on a device of its own, a simulated phone or a practice desktop, with nothing to
configure."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from agent.cli import options

if TYPE_CHECKING:
    from agent.models.scripted import ScriptedModel
    from environments.base import Environment
    from environments.episode import Episode
    from prompts.dialect import Dialect

Where = Literal["phone", "desktop"]
POCKET_DIALECT = "qwen2_vl"
"""What the pocket model was trained to speak."""
POCKET_PLAYS = (
    "the pocket model looks at it; it knows this phone and the tasks of `handeye phone --tasks`, in their words"
)


def demo(
    task: Annotated[
        str | None,
        typer.Argument(help="What to do; by default a task of the device's own, judged by what comes of it."),
    ] = None,
    where: Annotated[Where, typer.Option("--on", help="A simulated phone, or a desktop of its own (Linux).")] = "phone",
    template: Annotated[
        str | None, typer.Option("--task", help="Which of its tasks; for a phone `handeye phone --tasks` lists them.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed is another phone and another task.")] = 5,
    model: options.Model = None,
    solution: Annotated[
        bool, typer.Option("--solution", help="Play the task's own solution; no model looks at the screen.")
    ] = False,
    grounder: options.Grounder = None,
    constrain: options.Constrain = None,
    endpoint: options.Endpoint = None,
    dialect: options.DialectName = None,
    language: options.Language = "en",
    screenshots: options.Screenshots = None,
    min_pixels: options.MinPixels = None,
    max_pixels: options.MaxPixels = None,
    steps: options.Steps = 40,
    seconds: options.Seconds = 1800.0,
    reply_tokens: options.ReplyTokens = 1024,
    runs: options.Runs = Path("runs"),
    as_json: options.AsJson = False,
) -> None:
    """Use a simulated phone through the real adb, or real programs on a desktop that is not yours, and judge success by
    the phone's state, or by the files and pages that are left.

    Without --model the pocket model uses the phone: it ships with handeye, sees the screen, runs on a CPU, and knows
    this phone only, in English. It does most tasks, not all (docs/pocket.md). On the desktop, or with --solution, no
    model looks: the task's own solution is played through the same loop, parser and driver.
    """
    from actions.errors import UsageError
    from agent.cli.console import Console
    from agent.cli.session import Settings, drive, report, spoken
    from prompts.dialects import by_name

    if task is not None and not task.strip():
        raise UsageError("the task is empty", remedy="handeye demo, without a task, does one of its own")
    if grounder is not None and model is None:
        raise UsageError("a grounder finds what a model describes", remedy=f"--model PATH --grounder {grounder}")
    plays = solution or (where == "desktop" and model is None and endpoint is None)
    if task is not None and plays:
        raise UsageError("a task of your own needs a model to do it", remedy='handeye demo "…" --model PATH')
    in_pocket = not plays and model is None and endpoint is None
    spoken_as = (options.known_language(language), by_name(dialect or POCKET_DIALECT).name)
    if in_pocket and spoken_as != ("en", POCKET_DIALECT):
        raise UsageError(
            f"the pocket model knows English and the dialect {POCKET_DIALECT} only",
            remedy="--model PATH, or --solution",
        )
    console = Console(as_json=as_json)
    settings = Settings(
        model=_pocket() if in_pocket else model,
        grounder=grounder,
        constrain=constrain,
        endpoint=endpoint,
        dialect=POCKET_DIALECT if in_pocket else dialect,  # told, since a path may happen to speak of another family
        language=language,
        screenshots=screenshots,
        min_pixels=min_pixels,
        max_pixels=max_pixels,
        steps=steps,
        seconds=seconds,
        reply_tokens=reply_tokens,
        runs=runs,
    )
    opening = _phone(template, seed, language) if where == "phone" else _desktop(template)
    with opening as stage:
        platform = stage.environment.platform
        if plays:
            opened = stage.solution(settings.make_dialect("qwen2_vl", platform))
            player = "no model looks at it: the task's own solution is played, through the same loop"
        else:
            opened = settings.open_model()
            player = POCKET_PLAYS if in_pocket else opened.name
        with opened, settings.open_grounder(opened, platform) as second:
            agent = settings.make_agent(opened, stage.environment, grounder=second)
            text = task or stage.text
            console.say(stage.shown, "dim")
            console.say(f"{player}; {spoken(agent)}", "dim")
            console.say(f"task: {text}", "bold")
            episode = drive(agent, text, console)
        achieved = stage.achieved(episode) if task is None else None
    report(episode, console)
    code = episode.exit_code
    if achieved is not None:
        console.say(
            f"judged by {stage.judge}: {'achieved' if achieved else 'not achieved'}", "green" if achieved else "red"
        )
        if episode.end in ("done", "not_done"):
            code = 0 if achieved else 1
    console.end(episode, achieved=achieved, run=str(agent.folder), exit_code=code)
    raise typer.Exit(code)


def _pocket() -> str:
    from agent.demo import POCKET

    return str(POCKET)


@dataclass(frozen=True, slots=True)
class _Stage:
    """A device that is ready for a task of its own. `judge`: what tells whether it is `achieved`."""

    environment: Environment
    text: str
    shown: str
    solution: Callable[[Dialect], ScriptedModel]
    achieved: Callable[[Episode], bool]
    judge: str


@contextmanager
def _phone(template: str | None, seed: int, language: str) -> Generator[_Stage]:
    from agent.demo import oracle_model, simulated_phone
    from environments.phone import tasks

    practice = tasks.sample(template or tasks.DEMO, seed)
    with simulated_phone(seed) as (phone, environment):
        practice.setup(phone)
        yield _Stage(
            environment,
            practice.text_zh if language == "zh" else practice.text,
            f"a simulated phone, seed {seed}, over adb at {environment.serial}",
            lambda dialect: oracle_model(practice, phone, dialect),
            lambda episode: practice.check(phone, episode.answer, gave_up=episode.end == "not_done"),
            "the phone's state",
        )


@contextmanager
def _desktop(name: str | None) -> Generator[_Stage]:
    from agent.practice import played_model, practice_desktop

    with practice_desktop(name or "note") as (task, environment):
        yield _Stage(
            environment,
            task.text,
            f"a practice desktop, display {task.desk.environment['DISPLAY']}, {task.desk.size}",
            lambda dialect: played_model(task, environment, dialect),
            lambda _: task.check(),
            "what it leaves behind",
        )
