"""What the README shows runs as it stands there, but for the model and the phone."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.tiny import tiny_checkpoint

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = sorted(set(re.findall(r"^(?:uv run )?handeye (\w+)", README, re.MULTILINE)))
HEAD = """
from agent import Budget
from pydantic import BaseModel
"""


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"
    return subprocess.run([sys.executable, "-c", code], check=False, cwd=folder, capture_output=True, text=True)


def test_the_loop_from_python(tmp_path: Path) -> None:
    checkpoint = tiny_checkpoint(tmp_path / "tiny", family="qwen2_vl")
    code = (
        PYTHON[0]
        .replace('"Qwen/Qwen2-VL-2B-Instruct"', f"{str(checkpoint)!r}, max_pixels=28 * 28 * 64")
        .replace('"android"', '"phone"')
        .replace("Agent(model, phone)", "Agent(model, phone, budget=Budget(tokens=16))")
    )
    done = run(f"{HEAD}{code}\nprint(agent.episode.end)", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "unreadable"


def test_a_typed_answer_from_python(tmp_path: Path) -> None:
    setup = """
from agent import Agent, ScriptedModel, open_environment
from actions.geometry import Size
from actions.types import Answer, Finish
from prompts.dialect import Decision
from prompts.dialects.qwen2_vl import Qwen2VL
write = lambda action: Qwen2VL().write(Decision("", (action,)), Size(1080, 2400))
model = ScriptedModel([write(Answer(text='{"percent": 34}')), write(Finish())])
agent = Agent(model, open_environment("phone"))
"""
    done = run(f"{HEAD}{setup}\n{PYTHON[1]}\nprint(battery)", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "percent=34"


def test_there_are_no_other_examples() -> None:
    assert len(PYTHON) == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_there(command: str, tmp_path: Path) -> None:
    done = run(f"from agent.cli.main import main; sys.argv = ['handeye', {command!r}, '--help']; main()", tmp_path)
    assert done.returncode == 0, done.stderr


def test_each_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(((?!http)[^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
