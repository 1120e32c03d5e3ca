"""`handeye demo`: the main job on a device of its own, a simulated phone or a practice desktop, with nothing to
configure."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, assert_never

import typer

from agent.cli import options

if TYPE_CHECKING:
    from agent.cli.session import Settings
    from agent.models.base import Model
    from agent.models.scripted import ScriptedModel
    from environments.base import Environment
    from environments.episode import Episode
    from prompts.dialect import Dialect

Where = Literal["phone", "desktop"]
By = Literal["pocket", "solution"]
Player = Literal["model", "pocket", "solution"]
SHOWN: dict[Player, str] = {
    "model": "{name}",
    "pocket": "the pocket model looks at it; it knows this phone and its tasks (handeye phone --tasks), in their words",
    "solution": "no model looks at it: the task's own solution is played, through the same loop",
}
FOREIGN: dict[Player, tuple[str, ...]] = {
    "model": (),
    "pocket": ("model", "endpoint", "grounder", "dialect", "language", "screenshots", "min_pixels", "max_pixels"),
    "solution": ("model", "endpoint", "grounder", "constrain"),
}
"""Options that a player has no use for: an error on the command line, nothing where the settings have them."""


def demo(
    context: typer.Context,
    task: Annotated[
        str | None,
        typer.Argument(help="What to do; by default a task of the device's own, judged by what comes of it."),
    ] = None,
    where: Annotated[Where, typer.Option("--on", help="A simulated phone, or a desktop of its own (Linux).")] = "phone",
    template: Annotated[
        str | None, typer.Option("--task", help="Which of its tasks; for a phone `handeye phone --tasks` lists them.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed is another phone and another task.")] = 5,
    by: Annotated[
        By | None,
        typer.Option(
            "--by",
            help="The pocket model, or the task's own solution, which doesn't look. By default the model that the "
            "settings name; where they name none, pocket on a phone and solution on a desktop.",
            show_default=False,
        ),
    ] = None,
    model: options.Model = None,
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

    The pocket model uses the phone, unless a model is named: it ships with handeye, sees the screen, runs on the
    processor, and knows this phone only, in English. It does four in five of the phone's tasks. Any other
    model takes its place with --model.
    """
    from actions.errors import UsageError
    from agent.cli.console import Console
    from agent.cli.session import Settings, drive, report, spoken

    player = _player(by, where, named=model is not None or endpoint is not None)
    _refuse(context, player)
    if task is not None and not task.strip():
        raise UsageError("the task is empty", remedy="handeye demo, without a task, does one of its own")
    if task is not None and player == "solution":
        by_model = f'handeye demo "…"{" --on desktop --model PATH" if where == "desktop" else ""}'
        raise UsageError("the solution of a task of your own is not known", remedy=by_model)
    console = Console(as_json=as_json)
    settings = _for(
        player,
        Settings(
            model=model,
            grounder=grounder,
            constrain=constrain,
            endpoint=endpoint,
            dialect=dialect,
            language=language,
            screenshots=screenshots,
            min_pixels=min_pixels,
            max_pixels=max_pixels,
            steps=steps,
            seconds=seconds,
            reply_tokens=reply_tokens,
            runs=runs,
        ),
    )
    opening = _phone(template, seed, settings.language) if where == "phone" else _desktop(template)
    with opening as stage:
        opened = _open(player, settings, stage)
        with opened, settings.open_grounder(opened, stage.environment.platform) as second:
            agent = settings.make_agent(opened, stage.environment, grounder=second)
            text = task or stage.text
            console.say(stage.shown, "dim")
            console.say(f"{SHOWN[player].format(name=opened.name)}; {spoken(agent)}", "dim")
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
    console.end(episode, achieved=achieved, player=player, model=opened.name, run=str(agent.folder), exit_code=code)
    raise typer.Exit(code)


def _player(by: By | None, where: Where, *, named: bool) -> Player:
    """named: whether a model is, on the command line or in the settings."""
    from actions.errors import UsageError

    if by == "pocket" and where == "desktop":
        raise UsageError("the pocket model knows the simulated phone only", remedy="--on desktop --model PATH")
    if by is not None:
        return by
    if named:
        return "model"
    return "pocket" if where == "phone" else "solution"


def _refuse(context: typer.Context, player: Player) -> None:
    """`UsageError` for what was asked of a player that has no use for it."""
    from actions.errors import UsageError

    for name in FOREIGN[player]:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            who = "the pocket model" if player == "pocket" else "the task's own solution"
            flag = f"--{name.replace('_', '-')}"
            other = ", or with --model PATH" if player == "pocket" and name not in ("model", "endpoint") else ""
            raise UsageError(f"{who} plays, which {flag} has no part in", remedy=f"the same without {flag}{other}")


def _for(player: Player, settings: Settings) -> Settings:
    """Without what the settings have for another."""
    return replace(settings, **{name: "en" if name == "language" else None for name in FOREIGN[player]})


def _open(player: Player, settings: Settings, stage: _Stage) -> Model:
    from agent.pocket import DIALECT, pocket_model

    match player:
        case "model":
            return settings.open_model()
        case "pocket":
            return pocket_model()
        case "solution":
            return stage.solution(settings.make_dialect(DIALECT, stage.environment.platform))
        case _:
            assert_never(player)


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
