"""`handeye run`: do a task on a phone or a desktop."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from agent.cli import options


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="What to do, in your own words.")],
    on: Annotated[
        str, typer.Option("--on", envvar="HANDEYE_ON", help="android, desktop, or phone (a simulated one).")
    ] = "android",
    serial: Annotated[
        str | None, typer.Option("--serial", "-s", envvar="HANDEYE_SERIAL", help="Which Android device; see `devices`.")
    ] = None,
    screen: Annotated[
        int | None,
        typer.Option("--screen", envvar="HANDEYE_SCREEN", min=0, help="Which display of a phone, or monitor (from 1)."),
    ] = None,
    capture: Annotated[
        str,
        typer.Option(
            "--capture",
            envvar="HANDEYE_CAPTURE",
            help="Pictures of a phone: raw, png, auto (the faster one), or scrcpy (auto, and where scrcpy is installed "
            "its video says when a screen is quiet).",
        ),
    ] = "auto",
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
    """Do TASK on a device, with a model on this machine or on a server of yours.

    Exit codes: 0 done, 1 not achieved, 2 usage, 3 model or set-up, 4 device or display, 5 unreadable model output,
    7 a limit was reached, 130 and 143 stopped by a signal.
    """
    from actions.errors import UsageError
    from agent.cli.console import Console
    from agent.cli.picker import pick_phone
    from agent.cli.session import Settings, ask, drive, report, spoken
    from agent.plugins import known_capture, open_environment

    if not task.strip():
        raise UsageError("the task is empty", remedy='handeye run "Turn on airplane mode" --model …')
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
    if on == "android" and serial is None and sys.stdin.isatty() and sys.stderr.isatty():
        serial = pick_phone()
    # the device first: it answers in a moment, a model loads for minutes
    with (
        open_environment(on, serial=serial, screen=screen, capture=known_capture(capture)) as environment,
        settings.open_model() as opened,
        settings.open_grounder(opened, environment.platform) as second,
    ):
        agent = settings.make_agent(opened, environment, grounder=second, ask=ask if sys.stdin.isatty() else None)
        console.say(f"{opened.name} on {environment.name}, {spoken(agent)}", "dim")
        episode = drive(agent, task, console)
    report(episode, console)
    console.end(episode, run=str(agent.folder))
    raise typer.Exit(episode.exit_code)
