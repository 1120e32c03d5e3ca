"""The shell beneath the phone: mksh as on Android where there is one, shut into bubblewrap where that works."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from actions.errors import DeviceError
from environments.phone.storage import ALIASES, Storage

SHELLS = ("mksh-static", "mksh", "dash", "sh")
"""The first is Debian's mksh with a small C library inside: a command in it takes two thirds of the time."""

TOYS = (
    *("basename", "base64", "cat", "chmod", "cksum", "cmp", "comm", "cp", "cut", "date", "dd", "df", "diff", "dirname"),
    *("du", "env", "expand", "expr", "find", "fold", "grep", "egrep", "fgrep", "gzip", "gunzip", "zcat", "head"),
    *("hostname", "id", "kill", "ln", "ls", "md5sum", "mkdir", "mkfifo", "mktemp", "mv", "nice", "nl", "nohup", "od"),
    *("paste", "patch", "printf", "ps", "pwd", "readlink", "realpath", "rm", "rmdir", "sed", "seq", "sha1sum"),
    *("sha256sum", "sleep", "sort", "split", "stat", "strings", "tac", "tail", "tar", "tee", "test", "time"),
    *("timeout", "touch", "tr", "true", "false", "truncate", "tty", "uname", "uniq", "uptime", "wc", "which"),
    *("whoami", "xargs", "xxd", "yes", "echo"),
)
"""What Android's toybox offers and this machine's tools stand in for."""


@dataclass(frozen=True)
class Sandbox:
    """How a command line is run. `note` says in words what a user should know about it; "" for the full sandbox."""

    storage: Storage
    shell: str
    bubblewrap: str | None
    note: str

    @property
    def stub_socket(self) -> str:
        """Where a command of the phone finds the phone, as it sees the path."""
        return "/run/phone" if self.bubblewrap else str(self.storage.run / "phone")

    def command(self, line: bytes | None, *, interactive: bool = False) -> tuple[list[str | bytes], dict[str, str]]:
        """The arguments and environment of the process that runs `line`; None: a shell that reads its input."""
        environment = {
            "PATH": "/system/bin" if self.bubblewrap else str(self.storage.binaries),
            "HOME": "/data/local/tmp" if self.bubblewrap else str(self.storage.root / "data/local/tmp"),
            "TMPDIR": "/data/local/tmp" if self.bubblewrap else str(self.storage.root / "data/local/tmp"),
            "ANDROID_DATA": "/data",
            "ANDROID_ROOT": "/system",
            "EXTERNAL_STORAGE": "/sdcard",
            "HANDEYE_PHONE": self.stub_socket,
            "LANG": "C.UTF-8",
            "PERL_BADLANG": "0",  # no words on stderr where there is no such locale
            "USER": "shell",
            "PS1": "phone:$PWD $ ",
            "TERM": "xterm-256color",
        }
        run: list[str | bytes] = [self.shell, *(["-i"] if interactive else [])]
        if line is not None:
            run = [self.shell, "-c", line]
        if self.bubblewrap is None:
            return run, environment
        wall = [self.bubblewrap, *_walls(self.storage)]
        for name, value in environment.items():
            wall += ["--setenv", name, value]
        return [*wall, "--chdir", "/", *run], {"PATH": os.environ.get("PATH", os.defpath)}


def build(storage: Storage, shell: str | None = None) -> Sandbox:
    """Choose the shell (`shell`: its name or path; None: the most Android-like there is) and fill /system/bin."""
    found = shutil.which(shell) if shell else next(filter(None, map(shutil.which, SHELLS)), None)
    if found is None:
        wanted = shell or ", ".join(SHELLS)
        raise DeviceError(f"there is no shell {wanted} for the simulated phone", remedy="apt install mksh")
    toybox = shutil.which("toybox")
    for name in TOYS:
        tool = toybox or shutil.which(name)
        if tool and not (storage.binaries / name).is_symlink():
            (storage.binaries / name).symlink_to(tool)
    (storage.binaries / "sh").symlink_to(found)
    (storage.root / "system/etc").mkdir()
    (storage.root / "system/etc/passwd").write_text("shell:x:2000:2000::/data/local/tmp:/system/bin/sh\n")
    (storage.root / "system/etc/group").write_text("shell:x:2000:\n")
    problem = _bubblewrap_problem()
    notes: list[str] = []
    if Path(found).name not in ("mksh-static", "mksh", "sh"):
        notes.append(f"commands run in {Path(found).name}, Android's shell is mksh: apt install mksh")
    if problem:
        notes.append(f"commands run without a sandbox and see this machine's files, since {problem}")
    return Sandbox(storage, found, None if problem else shutil.which("bwrap"), "; ".join(notes))


def interpreter() -> str:
    """The Python that the phone's own commands start with: the one that is seen in the sandbox too."""
    system = Path("/usr/bin/python3")
    return str(system if system.exists() else Path(sys.executable).resolve())


def _system_folders() -> list[str]:
    """The part of this machine that programs need in order to start, read-only."""
    binds = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            binds += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            binds += ["--ro-bind", str(path), str(path)]
    prefix = Path(sys.base_prefix).resolve()
    if not interpreter().startswith("/usr/"):
        binds += ["--ro-bind", str(prefix), str(prefix)]
    return binds


_ISOLATION = ("--die-with-parent", "--unshare-all", "--unshare-user", "--new-session", "--clearenv")
_USER = ("--uid", "2000", "--gid", "2000")
"""AID_SHELL: whom commands run as on Android."""


def _walls(storage: Storage) -> list[str]:
    root = str(storage.root)
    walls = [*_ISOLATION, *_USER, *_system_folders(), "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108
    walls += ["--bind", f"{root}/sdcard", "/sdcard", "--bind", f"{root}/data", "/data"]
    walls += ["--ro-bind", f"{root}/system", "/system", "--ro-bind", f"{root}/run", "/run"]
    walls += ["--symlink", "/system/etc", "/etc", "--hostname", "localhost"]
    for alias in ALIASES:
        walls += ["--symlink", "/sdcard", alias]
    return walls


@functools.cache
def _bubblewrap_problem() -> str | None:
    """Why bubblewrap can't be used here, found by using it; None where it can. Many containers forbid namespaces."""
    program = shutil.which("bwrap")
    if program is None:
        return "bubblewrap is not installed (apt install bubblewrap)"
    trial = [
        program,
        *_ISOLATION,
        *_USER,
        *_system_folders(),
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "/bin/sh",
        "-c",
        "exit 7",
    ]
    try:
        ended = subprocess.run(trial, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as e:
        return f"bubblewrap does not work here: {e}"
    if ended.returncode != 7:
        said = ended.stderr.decode(errors="replace").strip().splitlines()
        return f"bubblewrap does not work here: {said[-1] if said else ended.returncode}"
    return None
