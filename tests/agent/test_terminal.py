"""What terminals, pipes and disks do to the command: other character sets, closed ends, no room."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

from agent.run_folder import read_run
from environments.android.server import AdbServer
from tests.adb import adb_server as adb_server
from tests.agent.command import environment, handeye, json_lines, run_folder

HANDEYE = [sys.executable, "-m", "agent.cli.main"]
DEMO = [*HANDEYE, "demo", "--by", "solution"]


def test_any_character_set_will_do(tmp_path: Path) -> None:
    done = handeye("demo", "--by", "solution", "--language", "zh", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "\\u" in done.stdout


def test_json_is_json_in_any_character_set(tmp_path: Path) -> None:
    (tmp_path / "handeye.toml").write_text('on = "电话"\n', "utf-8")
    for encoding in ("ascii", "cp1252", "utf-8"):
        done = handeye("config", "show", "--json", cwd=tmp_path, PYTHONIOENCODING=encoding)
        assert json.loads(done.stdout)["on"]["value"] == "电话"


def test_closed_streams_take_everything(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *DEMO],
        check=False,
        cwd=tmp_path,
        env=environment(tmp_path),
        timeout=60,
    )
    assert done.returncode == 0
    assert read_run(run_folder(tmp_path)).episode.end == "done"


def test_a_reader_that_leaves_ends_the_run_and_leaves_its_page(tmp_path: Path) -> None:
    with subprocess.Popen(
        DEMO, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        while "tap" not in process.stdout.readline():
            pass
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
    assert "Traceback" not in errors
    assert process.returncode == 1
    folder = run_folder(tmp_path)
    run = read_run(folder)
    assert (run.episode.end, run.running) == ("interrupted", False)
    assert "Interrupted" in (folder / "run.html").read_text()


def test_output_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            DEMO, check=False, cwd=tmp_path, env=environment(tmp_path), stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "No space left on device" in done.stderr


def test_runs_that_cannot_be_written_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = handeye("demo", "--by", "solution", "--json", "--runs", tmp_path / "file" / "runs", cwd=tmp_path)
    assert done.returncode == 3
    assert "choose a folder that you may write" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_json_tells_the_end_of_a_run_that_broke(tmp_path: Path) -> None:
    """A file for each step at most: the disk is as good as full after the first picture."""
    command = ["sh", "-c", 'ulimit -f 100; exec "$@"', "sh", *DEMO, "--json"]
    done = subprocess.run(
        command, check=False, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 3, done.stderr
    end = json_lines(done.stdout)[-1]["end"]
    assert (end["end"], end["exit_code"]) == ("error", 3)
    assert end["run"] == os.path.join("runs", run_folder(tmp_path).name)
    assert read_run(run_folder(tmp_path)).episode.end == "error"


def test_no_escape_reaches_a_pipe_or_a_terminal_without_color(tmp_path: Path, adb_server: AdbServer) -> None:
    ours, theirs = pty.openpty()
    port = str(adb_server.port)  # not the user's own server
    env = environment(tmp_path, NO_COLOR="1", TERM="xterm", ANDROID_ADB_SERVER_PORT=port)
    with subprocess.Popen([*HANDEYE, "doctor"], cwd=tmp_path, env=env, stdout=theirs) as process:
        os.close(theirs)
        said = b""
        try:
            while piece := os.read(ours, 4096):
                said += piece
        except OSError:  # the other end is closed
            pass
        process.wait(timeout=60)
    os.close(ours)
    assert b"Python" in said
    assert b"\x1b" not in said
