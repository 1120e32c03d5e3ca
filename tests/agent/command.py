"""The command `handeye`, run as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def environment(home: Path, **more: str) -> dict[str, str]:
    """A user of its own: no settings, no keys, no display."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HANDEYE_", "DISPLAY", "WAYLAND"))}
    return kept | {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "PYTHONPATH": str(ROOT)} | more


def handeye(*arguments: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent.cli.main", *map(str, arguments)]
    return subprocess.run(
        command,
        check=False,
        cwd=cwd,
        env=environment(cwd, **more),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=150,
    )


def run_folder(cwd: Path) -> Path:
    (folder,) = (cwd / "runs").iterdir()
    return folder


def json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
