"""`--grounder` as a user types it."""

from pathlib import Path

import pytest

from tests.agent.command import handeye
from tests.models.tiny import tiny_checkpoint


def test_the_command(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    checkpoint = tiny_checkpoint(tmp_path_factory.mktemp("checkpoint"), family="qwen2_vl")
    alone = handeye("demo", "--grounder", "x", cwd=tmp_path)
    assert (alone.returncode, "--grounder has no part in" in alone.stderr) == (2, True), alone.stderr
    planner = ["run", "x", "--on", "phone", "--model", checkpoint, "--max-pixels", str(28 * 28 * 64)]
    absent = handeye(*planner, cwd=tmp_path, HANDEYE_GROUNDER="no/such/folder")
    assert (absent.returncode, "no/such/folder" in absent.stderr) == (3, True), absent.stderr
    both = handeye(*planner, "--grounder", checkpoint, "--reply-tokens", "16", cwd=tmp_path)
    assert both.returncode == 5, both.stdout + both.stderr
    assert "asked as qwen2_vl" in both.stdout
    assert "Traceback" not in both.stderr
