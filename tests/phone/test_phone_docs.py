"""docs/phone.md says what there is, and its Python runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from environments.phone.commands.simctl import USAGE
from environments.phone.faults import Faults

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/phone.md").read_text(encoding="utf-8")


def test_every_fault_is_described_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .+ \|$", TEXT, re.MULTILINE)
    assert rows == list(Faults.model_fields)


def test_every_simctl_command_is_named() -> None:
    for command in re.findall(r"^simctl (\w+)", USAGE, re.MULTILINE):
        assert f"simctl {command}" in TEXT


@pytest.mark.parametrize(
    "code", re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL), ids=["attack", "in-process", "adb"]
)
def test_the_python_runs(code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
