"""The command `handeye`: a thin line over the library. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import typer

from actions.errors import HandeyeError
from agent.cli import calibrate, demo, devices, doctor, evaluation, export, models, phone, record, run, settings, show

app = typer.Typer(
    name="handeye",
    help="A local vision model that sees a screen and uses it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("record")(record.record)
app.command("doctor")(doctor.doctor)
app.command("models")(models.models)
app.command("calibrate")(calibrate.calibrate)
app.command("phone")(phone.phone)
app.command("show")(show.show)
app.command("export")(export.export)
app.add_typer(devices.app, name="devices")
app.add_typer(evaluation.app, name="eval")
app.add_typer(settings.app, name="config")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"handeye {version('handeye')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.", envvar="HANDEYE_DEBUG")] = False,
    version: Annotated[  # noqa: ARG001  handled by its callback
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    context.obj = {"debug": debug}
    if context.invoked_subcommand != "config":
        context.default_map = settings.default_map()


def main() -> None:
    """Run the command; errors become one line on stderr and the right exit code."""
    debug = "--debug" in sys.argv[1:] or os.environ.get("HANDEYE_DEBUG", "").lower() in ("1", "true", "yes")
    _prepare_streams()
    _prepare_signals()
    try:
        app()
    except HandeyeError as e:
        if debug:
            raise
        complain(e)
        sys.exit(e.exit_code)
    except SystemExit as e:
        if isinstance(e.code, int) and e.code > 128:
            _leave(e.code)
        raise
    except Exception as e:
        if debug:
            raise
        complain(
            HandeyeError(f"{type(e).__name__}: {e}", remedy="the same command after `handeye --debug` shows where")
        )
        sys.exit(HandeyeError.exit_code)


def _prepare_streams() -> None:
    """What can't be written in the terminal's character set is written as \\u2192, and a closed stream takes all."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # as `>&-` leaves it
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  for the life of the process
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _prepare_signals() -> None:
    """Whoever ends the process ends what it started, too: the adb server and the shells of the simulated phone."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        if (number := getattr(signal, name, None)) is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, leave)


def _leave(code: int) -> NoReturn:
    """End at once after a signal: all is let go and written, and to take torch apart costs up to a second more."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def complain(error: HandeyeError) -> None:
    from agent.cli.terminal import clean

    lines = [f"handeye: {clean(error.message)}"]
    if error.remedy:
        lines.append(f"  try: {clean(error.remedy)}")
    print("\n".join(lines), file=sys.stderr)


if __name__ == "__main__":
    main()
