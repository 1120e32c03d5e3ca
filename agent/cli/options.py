"""The options that `run` and `demo` share; each may also stand in a settings file or in `HANDEYE_…`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from prompts.dialect import Language as LanguageName

Model = Annotated[
    str | None,
    typer.Option("--model", "-m", envvar="HANDEYE_MODEL", help="Checkpoint folder, hub id, or a server's model."),
]
Grounder = Annotated[
    str | None,
    typer.Option(
        "--grounder",
        envvar="HANDEYE_GROUNDER",
        help="Checkpoint folder or hub id of a second model, which finds on the screen what --model describes; both "
        "are in memory at once.",
    ),
]
Constrain = Annotated[
    bool | None,
    typer.Option(
        "--constrain/--no-constrain",
        envvar="HANDEYE_CONSTRAIN",
        help="Let the model write nothing but what its dialect can read; on for local models whose dialect has a "
        "grammar.",
        show_default=False,
    ),
]
Endpoint = Annotated[
    str | None,
    typer.Option(
        "--endpoint", envvar="HANDEYE_ENDPOINT", help="OpenAI-compatible server, as http://127.0.0.1:8000/v1."
    ),
]
DialectName = Annotated[
    str | None,
    typer.Option(
        "--dialect", envvar="HANDEYE_DIALECT", help="Prompt and output form; by default the checkpoint's own."
    ),
]
Language = Annotated[str, typer.Option("--language", envvar="HANDEYE_LANGUAGE", help="Of the prompt: en or zh.")]
Screenshots = Annotated[
    int | None,
    typer.Option(
        "--screenshots",
        envvar="HANDEYE_SCREENSHOTS",
        min=1,
        help="How many screenshots the model sees; by default as many as its family was trained on.",
    ),
]
MinPixels = Annotated[
    int | None,
    typer.Option(
        "--min-pixels", envvar="HANDEYE_MIN_PIXELS", min=1, help="Enlarge pictures to at least so many pixels."
    ),
]
MaxPixels = Annotated[
    int | None,
    typer.Option("--max-pixels", envvar="HANDEYE_MAX_PIXELS", min=1, help="Shrink pictures to at most so many pixels."),
]
Steps = Annotated[int, typer.Option("--steps", envvar="HANDEYE_STEPS", min=1, help="Stop after so many steps.")]
Seconds = Annotated[
    float, typer.Option("--seconds", envvar="HANDEYE_SECONDS", min=0.1, help="Stop after so many seconds.")
]
ReplyTokens = Annotated[
    int,
    typer.Option(
        "--reply-tokens",
        envvar="HANDEYE_REPLY_TOKENS",
        min=1,
        help="At most so many tokens a reply; if it is held to a grammar, 192 of them are kept for its action.",
    ),
]
Runs = Annotated[
    Path, typer.Option("--runs", envvar="HANDEYE_RUNS", file_okay=False, help="Where run folders are written.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a step on stdout; everything else on stderr.")]


def known_language(name: str) -> LanguageName:
    """`UsageError` for a language that no prompt is written in."""
    from actions.errors import UsageError

    if name == "en" or name == "zh":
        return name
    raise UsageError(f"no prompt is written in {name!r}; there are en and zh")
