"""`handeye calibrate` as a user types it, against a server that plays a model whose fault is known."""

import json
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from agent.calibration.targets import make_targets
from tests.agent.command import handeye
from tests.agent.pointing import Fault, counted_in, exact, replies, swapped
from tests.models.endpoint import Endpoint, reply
from tests.models.tiny import tiny_checkpoint

SEED = 3


def calibrate(
    fault: Fault | str, cwd: Path, *more: str, dialect: str = "qwen2_vl", model: str = "Qwen/Qwen2-VL-7B-Instruct"
) -> subprocess.CompletedProcess[str]:
    """A model that answers 12 targets with that fault, or always with the same text."""
    targets = make_targets(12, seed=SEED)
    texts = [fault] * 12 if isinstance(fault, str) else replies(dialect, targets, fault)
    with Endpoint([reply(text) for text in texts], offered=(model,)) as server:
        asked = ("--endpoint", server.url, "--model", model, "--targets", "12", "--seed", str(SEED))
        return handeye("calibrate", *asked, *more, cwd=cwd)


def test_a_model_that_points_right(tmp_path: Path) -> None:
    done = calibrate(exact, tmp_path, "--out", "sheets/first")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "Qwen/Qwen2-VL-7B-Instruct, asked as an agent in the dialect qwen2_vl"
    assert [line.split()[0] for line in lines[2:7]] == ["phone,", "phone,", "desktop", "small", "all"]
    assert lines[6].split()[1:2] == ["12/12"]
    assert lines[6].split()[-1] == "12/12"
    assert lines[7].startswith("right: the answers fit coordinates from 0 to 1000")
    with Image.open(tmp_path / "sheets" / "first" / "calibration.png") as image:
        image.load()
        assert (image.format, image.size > (500, 500)) == ("PNG", True)


def test_a_fault_and_its_remedy(tmp_path: Path) -> None:
    done = calibrate(swapped, tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "swapped: the answers fit coordinates from 0 to 1000, y before x" in done.stdout
    done = calibrate(counted_in("thousand"), tmp_path, dialect="qwen3_vl", model="Qwen/Qwen2.5-VL-7B-Instruct")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "space: the answers fit coordinates from 0 to 1000, but are read as pixels" in done.stdout
    assert "  try: --dialect qwen3_vl\n" in done.stdout
    mended = calibrate(
        *(counted_in("thousand"), tmp_path, "--dialect", "qwen3_vl"),
        dialect="qwen3_vl",
        model="Qwen/Qwen2.5-VL-7B-Instruct",
    )
    assert mended.returncode == 0, mended.stdout + mended.stderr


def test_as_json(tmp_path: Path) -> None:
    done = calibrate("I see no \x1b[31mcircle", tmp_path, "--json")
    assert done.returncode == 5, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert (told["diagnosis"]["name"], told["exit_code"], told["picture"]) == ("unreadable", 5, None)
    assert [(row["pictures"], row["targets"], row["read"]) for row in told["table"]][-1] == ("all", 12, 0)
    assert told["table"][0]["size"] == [1080, 2400]
    assert len(told["answers"]) == 12
    assert all(a["reply"].startswith("I see") and a["point"] is None and a["problem"] for a in told["answers"])


@pytest.mark.parametrize("more", [("--targets", "7"), ("--language", "fr"), ("--dialect", "nonesuch"), ()])
def test_what_is_wrong_with_the_command(more: tuple[str, ...], tmp_path: Path) -> None:
    model = () if not more else ("--model", "Qwen/Qwen2-VL-7B-Instruct", "--endpoint", "http://127.0.0.1:9/v1")
    done = handeye("calibrate", *model, *more, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_settings_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "handeye.toml").write_text('model = "no/such/folder"\nsteps = 3\nscreenshots = 2\n')
    done = handeye("calibrate", cwd=tmp_path)
    assert (done.returncode, "no/such/folder" in done.stderr) == (3, True), done.stdout + done.stderr


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    done = handeye("calibrate", "--model", "Qwen2-VL-7B", "--endpoint", "http://127.0.0.1:9/v1", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, ""), done.stdout + done.stderr
    assert "127.0.0.1:9" in done.stderr


def test_a_checkpoint_with_random_weights(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    checkpoint = tiny_checkpoint(tmp_path_factory.mktemp("checkpoint"), family="qwen2_vl")
    small = ("--targets", "8", "--max-pixels", str(64 * 28 * 28), "--reply-tokens", "24", "--no-constrain")
    done = handeye("calibrate", "--model", checkpoint, *small, cwd=tmp_path)
    assert done.returncode == 5, done.stdout + done.stderr
    assert "unreadable: " in done.stdout
    assert "Traceback" not in done.stderr
