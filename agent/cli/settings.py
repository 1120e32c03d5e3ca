"""Settings from files: flags stand over `HANDEYE_*`, those over ./handeye.toml, that over the user's own file.

The keys are the names of `handeye run`'s options. An unknown key is an error: a typo must not be silence.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from actions.errors import UsageError
from agent.cli import terminal

KEYS: dict[str, type] = {
    "on": str,
    "serial": str,
    "screen": int,
    "capture": str,
    "model": str,
    "grounder": str,
    "constrain": bool,
    "endpoint": str,
    "dialect": str,
    "language": str,
    "screenshots": int,
    "min_pixels": int,
    "max_pixels": int,
    "steps": int,
    "seconds": float,
    "reply_tokens": int,
    "runs": str,
}
COMMANDS = ("run", "demo", "calibrate")
LIMITS = ("steps", "seconds", "runs")
"""Of a run of one's own; a suite's figures are not to depend on them."""
OTHER_VARIABLES = ("HANDEYE_DEBUG", "HANDEYE_API_KEY")
"""What else of ours may stand in the environment: a switch of the command, and a secret, which no file may hold."""

app = typer.Typer(help="Show the settings and where they come from.", no_args_is_help=True)


def files() -> list[Path]:
    """The settings files, the stronger one last."""
    import platformdirs

    user = Path(platformdirs.user_config_dir("handeye")) / "config.toml"
    return [user, Path("handeye.toml")]


def read(file: Path) -> dict[str, Any]:
    """The settings of one file; nothing where there is no file."""
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as e:
        raise UsageError(f"{file} can't be read as TOML: {e}") from e
    for key, value in values.items():
        if key not in KEYS:
            raise UsageError(f"{file}: there is no setting {key!r}; {_meant(key, KEYS)}")
        wanted = KEYS[key]
        fits = (int, float) if wanted is float else wanted
        if not isinstance(value, fits) or (isinstance(value, bool) and wanted is not bool):
            raise UsageError(f"{file}: {key} must be {_words(wanted)}, not {value!r}")
    return values


def check_environment() -> None:
    """A misspelt `HANDEYE_…` is an error, as it is in a file."""
    known = [*(f"HANDEYE_{key.upper()}" for key in KEYS), *OTHER_VARIABLES]
    for name in os.environ:
        if name.startswith("HANDEYE_") and name not in known:
            raise UsageError(f"there is no variable {name}; {_meant(name, known)}", remedy=f"unset {name}")


def _meant(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"


def _words(type_: type) -> str:
    return {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}[type_]


def default_map() -> dict[str, Any]:
    """What typer takes for options that were not given: the files' settings."""
    check_environment()
    merged: dict[str, Any] = {}
    for file in files():
        merged |= read(file)
    asked = {key: value for key, value in merged.items() if key not in LIMITS}
    return {**dict.fromkeys(COMMANDS, merged), "eval": {"run": merged, "phone": asked}}


@app.command("show")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print each setting that is set, and where."""
    found: dict[str, tuple[Any, str]] = {}
    for file in files():
        found |= {key: (value, str(file)) for key, value in read(file).items()}
    for key in KEYS:
        name = f"HANDEYE_{key.upper()}"
        if name in os.environ:
            found[key] = (os.environ[name], name)
    if as_json:
        print(terminal.as_json({k: {"value": v, "from": source} for k, (v, source) in found.items()}))
        return
    for key, (value, source) in sorted(found.items()):
        print(f"{key} = {value!r}  ({source})")
    if not found:
        print(f"nothing is set; settings may stand in {' or '.join(map(str, files()))} or in HANDEYE_*")
