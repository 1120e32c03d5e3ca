"""`handeye record`: a person does a task, and it is recorded as an agent's run is."""

from __future__ import annotations

import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli import options

if TYPE_CHECKING:
    from agent.cli.console import Console
    from environments.episode import End
    from environments.watching import Watcher


def record(
    task: Annotated[str, typer.Option("--task", help="What is done, in your own words.")],
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="Where the run folder is written.")] = Path(
        "runs"
    ),
    on: Annotated[
        str, typer.Option("--on", envvar="HANDEYE_ON", help="android, or desktop (Linux with X11).")
    ] = "android",
    serial: Annotated[
        str | None, typer.Option("--serial", "-s", envvar="HANDEYE_SERIAL", help="Which Android device; see `devices`.")
    ] = None,
    screen: Annotated[
        int | None,
        typer.Option("--screen", envvar="HANDEYE_SCREEN", min=0, help="Which monitor of a desktop (from 1)."),
    ] = None,
    no_text: Annotated[bool, typer.Option("--no-text", help="Leave out what is typed.")] = False,
    answer: Annotated[str | None, typer.Option("--answer", help="What the task asked for, where it asks.")] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="The task can't be done: what is recorded shows so.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Record what you do by hand until Ctrl-C: each gesture is a step with the screen before it.

    The run folder is one like an agent's: `show`, `export` and `eval run --dataset runs` take it. Exit codes: 0 done,
    1 with --failed, 2 usage, 4 device or display, 143 ended by SIGTERM.
    """
    from actions.errors import UsageError
    from agent.cli.console import Console
    from agent.cli.picker import pick_phone

    if not task.strip():
        raise UsageError("the task is empty", remedy='handeye record --task "Turn on airplane mode"')
    if answer is not None and failed:
        raise UsageError("a task that can't be done has no answer", remedy="give one of --answer and --failed")
    if on == "android" and serial is None and sys.stdin.isatty() and sys.stderr.isatty():
        serial = pick_phone()
    console = Console(as_json=as_json)
    with _watch(on, serial, screen, text=not no_text) as watcher:
        end = _record(watcher, task, out, console, answer=answer, failed=failed)
    from environments.episode import EXIT_CODES

    raise typer.Exit(EXIT_CODES[end])


def _watch(on: str, serial: str | None, screen: int | None, *, text: bool) -> Watcher:
    from actions.errors import UsageError

    if on == "android":
        if screen is not None:
            raise UsageError("of a phone the main screen is recorded", remedy="leave out --screen")
        from environments.android.watch import AndroidWatcher

        return AndroidWatcher(serial, text=text)
    if serial is not None:
        raise UsageError(f"--serial names an Android device; {on} has none")
    if on == "desktop":
        from environments.desktop.watch import DesktopWatcher

        return DesktopWatcher(monitor=screen or 0, text=text, own=sys.stdin.isatty())
    raise UsageError(f"a person can't be watched on {on!r}; there are android and desktop")


def _record(watcher: Watcher, task: str, out: Path, console: Console, *, answer: str | None, failed: bool) -> End:
    """Until the person says that it is over. What was recorded stays, however it ends."""
    from actions.errors import DeviceError, HandeyeError
    from agent.cli.session import show_folder
    from agent.recording.recorder import Recorder

    recorder = Recorder(watcher, task, out)
    page = True
    try:
        with _until_stopped(watcher, console) as stopped:
            console.say(f"recording {watcher.name}: do the task now, Ctrl-C when it is over", "bold")
            for step in recorder.steps():
                console.say(step, "yellow") if isinstance(step, str) else console.step(step)
        end: End = stopped[0]
        if end == "interrupted":
            asked = not failed and answer is None and sys.stdin.isatty()
            end = "not_done" if failed or (asked and not _confirmed()) else "done"
        for step in recorder.finish(end, answer=answer):
            console.step(step)
        return end
    except HandeyeError as e:
        for step in recorder.finish("device" if isinstance(e, DeviceError) else "error", message=e.message):
            console.step(step)
        raise
    except (KeyboardInterrupt, SystemExit):
        page = False
        raise
    finally:
        recorder.close()
        show_folder(recorder.folder, console, page=page)
        console.end(recorder.episode, run=str(recorder.folder))


@contextmanager
def _until_stopped(watcher: Watcher, console: Console) -> Generator[list[End]]:
    """The first signal ends the recording, and is told as how it ended; a second one ends it at once."""
    stopped: list[End] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        if stopped:
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)
        stopped.append("interrupted" if number == signal.SIGINT else "terminated")
        watcher.stop()
        console.say("stopping; Ctrl-C again stops at once", "yellow")

    numbers = [signal.SIGINT] if sys.platform == "win32" else [signal.SIGINT, signal.SIGTERM]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _confirmed() -> bool:
    """Enter is a yes."""
    print("Was the task done? [Y/n] ", end="", file=sys.stderr, flush=True)
    return not sys.stdin.readline().strip().lower().startswith("n")
