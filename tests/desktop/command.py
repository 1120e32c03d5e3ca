"""`handeye run` on a desktop, signalled while it holds a button down."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from actions.geometry import Point, Size
from actions.types import LongPress
from agent.run_folder import read_run
from environments.episode import Episode
from prompts.dialect import Decision
from prompts.dialects.qwen2_5_vl import Qwen25VL
from tests.desktop.display import HEIGHT, WIDTH, Desk, until
from tests.models.endpoint import Endpoint, reply

HELD = "down: [] [1]"
HOLD_SECONDS = 2.0
BETWEEN_SECONDS = 0.1
MODEL = "Qwen/Qwen2.5-VL-7B-Instruct"


@dataclass(frozen=True)
class Ended:
    """`seconds` from the first signal to the end of the process; `down`: what was pressed then."""

    code: int
    seconds: float
    down: str
    folder: Path
    episode: Episode
    output: str


def signalled(desk: Desk, numbers: Sequence[signal.Signals]) -> Ended:
    dialect = Qwen25VL("desktop")
    hold = LongPress(point=Point(0.5, 0.5), seconds=HOLD_SECONDS)
    text = dialect.write(Decision("", (hold,)), Size(WIDTH, HEIGHT))
    runs = desk.home / "runs"
    with Endpoint([reply(text)], offered=(MODEL,)) as endpoint:
        options = ["--on", "desktop", "--endpoint", endpoint.url, "--model", MODEL, "--runs", str(runs)]
        with subprocess.Popen(
            [sys.executable, "-m", "agent.cli.main", "run", "hold", *options],
            cwd=Path(__file__).parents[2],
            env=desk.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as run:
            until(lambda: desk.pressed() == HELD, seconds=60, what="the button is held")
            started = time.monotonic()
            for n, number in enumerate(numbers):
                if n:
                    time.sleep(BETWEEN_SECONDS)
                run.send_signal(number)
            output, _ = run.communicate(timeout=30)
            seconds = time.monotonic() - started
    [folder] = runs.iterdir()
    return Ended(run.returncode, seconds, desk.pressed(), folder, read_run(folder).episode, output)
