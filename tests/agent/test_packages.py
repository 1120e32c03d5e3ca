"""The packages import lightly, and notice when another folder shadows them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "transformers", "adbutils", "pyautogui", "mss", "PIL", "qwen_vl_utils", "openai")


def python(code: str, *path: Path) -> subprocess.CompletedProcess[str]:
    command = f"import sys; sys.path[:0] = {[str(p) for p in path]!r}; {code}"
    return subprocess.run([sys.executable, "-c", command], check=False, capture_output=True, text=True, cwd="/")


@pytest.mark.parametrize("module", ["agent", "agent.core", "agent.cli.main", "agent.plugins", "agent.models.family"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    done = python(f"import {module}; print([m for m in {HEAVY!r} if m in sys.modules])", ROOT)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_command_line_is_light() -> None:
    """`handeye --help` answers in under 0.3 s (benchmarks/step.py), which numpy or pydantic alone would use up."""
    done = python("import agent.cli.main; print([m for m in ('numpy', 'pydantic') if m in sys.modules])", ROOT)
    assert done.stdout.strip() == "[]", done.stderr


def test_every_exported_name_is_there() -> None:
    done = python("import agent; print([n for n in agent.__all__ if getattr(agent, n) is None])", ROOT)
    assert done.stdout.strip() == "[]", done.stderr


def test_an_unknown_name_is_an_attribute_error() -> None:
    done = python("import agent; agent.nothing", ROOT)
    assert "module 'agent' has no attribute 'nothing'" in done.stderr


def test_a_folder_that_shadows_a_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "__init__.py").touch()
    done = python("import agent", tmp_path, ROOT)
    assert done.returncode == 1
    assert f"Python finds {tmp_path / 'prompts'}" in done.stderr
