"""`handeye demo`: the main job on a simulated phone, over the real adb, with nothing to configure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli import options


def demo(
    task: Annotated[
        str | None, typer.Argument(help="What to do; by default a task of the simulated phone, judged by its state.")
    ] = None,
    template: Annotated[
        str | None, typer.Option("--task", help="Which kind of task; `handeye phone --tasks` lists them.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed is another phone and another task.")] = 5,
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
    """Use a simulated phone through the real adb, and judge success from the phone's own state.

    Without --model no model looks at the screen: the phone's own solution is played through the same loop, parser and
    driver, to show that your machine can do all of it.
    """
    from actions.errors import UsageError
    from agent.cli.console import Console
    from agent.cli.session import Settings, drive, report, spoken
    from agent.demo import oracle_model, simulated_phone
    from environments.phone import tasks

    if task is not None and model is None:
        raise UsageError("a task of your own needs a model to do it", remedy='handeye demo "…" --model PATH')
    if task is not None and not task.strip():
        raise UsageError("the task is empty", remedy="handeye demo, without a task, does one of the phone's own")
    if grounder is not None and model is None:
        raise UsageError("a grounder finds what a model describes", remedy=f"--model PATH --grounder {grounder}")
    console = Console(as_json=as_json)
    settings = Settings(
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
    )
    practice = tasks.sample(template or tasks.DEMO, seed)
    with simulated_phone(seed) as (phone, environment):
        practice.setup(phone)
        if model is None and endpoint is None:
            opened = oracle_model(practice, phone, settings.make_dialect("qwen2_vl", environment.platform))
            player = "no model looks at it: the phone's own solution is played, through the same loop"
        else:
            opened = settings.open_model()
            player = opened.name
        with opened, settings.open_grounder(opened, environment.platform) as second:
            agent = settings.make_agent(opened, environment, grounder=second)
            text = task or (practice.text_zh if language == "zh" else practice.text)
            console.say(f"a simulated phone, seed {seed}, over adb at {environment.serial}", "dim")
            console.say(f"{player}; {spoken(agent)}", "dim")
            console.say(f"task: {text}", "bold")
            episode = drive(agent, text, console)
        gave_up = episode.end == "not_done"
        achieved = practice.check(phone, episode.answer, gave_up=gave_up) if task is None else None
    report(episode, console)
    code = episode.exit_code
    if achieved is not None:
        console.say(
            f"judged by the phone's state: {'achieved' if achieved else 'not achieved'}",
            "green" if achieved else "red",
        )
        if episode.end in ("done", "not_done"):
            code = 0 if achieved else 1
    console.end(episode, achieved=achieved, run=str(agent.folder), exit_code=code)
    raise typer.Exit(code)
