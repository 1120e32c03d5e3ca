"""The programs that a desktop offers to start, read from its desktop entries.

Source: freedesktop.org's Desktop Entry Specification 1.5 (keys, string escapes, quoting and field codes of Exec)
and Base Directory Specification (where entries lie). Only what starting a program by its name needs.
"""

from __future__ import annotations

import difflib
import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from actions.errors import ActionError

_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class App:
    """A program: its id (the file's name without ".desktop"), what it is called, and how it is started."""

    id: str
    name: str
    names: frozenset[str]
    """All that it answers to, casefolded: its name in every language, its id, its executable, its windows' class."""
    argv: tuple[str, ...]
    folder: str | None = None
    terminal: bool = False


def entry_folders(environment: Mapping[str, str] = os.environ) -> list[Path]:
    """Where desktop entries lie, the most important first."""
    home = environment.get("XDG_DATA_HOME") or os.path.join(environment.get("HOME", "/"), ".local/share")
    shared = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    return [Path(folder, "applications") for folder in (home, *shared.split(":")) if folder]


def installed(folders: list[Path] | None = None) -> list[App]:
    """The programs that menus show. An entry hides those of the same id in later folders."""
    found: dict[str, App | None] = {}
    for folder in entry_folders() if folders is None else folders:
        for path in sorted(folder.rglob("*.desktop")):
            identity = "-".join(path.relative_to(folder).with_suffix("").parts)
            if identity not in found:
                found[identity] = _load(path, identity)
    return [app for app in found.values() if app is not None]


def find(name: str, apps: list[App]) -> App:
    """The program of that name, in whatever case; an `ActionError` gives the nearest names."""
    wanted = name.strip().casefold().removesuffix(".desktop")
    matches = [app for app in apps if wanted in {app.name.casefold(), *app.names}]
    if matches:  # several entries may start one program: pcmanfm has one for its settings
        return min(matches, key=lambda app: (app.name.casefold() != wanted, app.id.casefold() != wanted))
    by_name = {known: app.name for app in apps for known in (*app.names, app.name.casefold())}
    near = [by_name[n] for n in difflib.get_close_matches(wanted, by_name, n=5, cutoff=0.6)]
    near += [app.name for app in apps if wanted and wanted in app.name.casefold()]
    if near:
        raise ActionError(f"no program is called {name!r}; there are {', '.join(dict.fromkeys(near))}")
    some = ", ".join(sorted(app.name for app in apps)[:20])
    raise ActionError(f"no program is called {name!r}; there are {some}" if some else "no programs are installed here")


def command_line(app: App) -> list[str]:
    """What to execute; a program for the terminal is put into one."""
    if not app.terminal:
        return list(app.argv)
    for terminal in ("x-terminal-emulator", "xterm"):
        if shutil.which(terminal):
            return [terminal, "-e", *app.argv]
    raise ActionError(f"{app.name} runs in a terminal, and no terminal is installed")


def _load(path: Path, identity: str) -> App | None:
    try:
        entry = dict(_main_group(path.read_text("utf-8", errors="replace")))
    except OSError:
        return None
    if entry.get("Type") != "Application" or "true" in (entry.get("NoDisplay"), entry.get("Hidden")):
        return None
    name, trial = entry.get("Name"), entry.get("TryExec")
    if not name or (trial and not shutil.which(trial)):
        return None
    argv = _arguments(entry.get("Exec", ""), name, path, entry.get("Icon"))
    if not argv:
        return None
    called = {value for key, value in entry.items() if re.fullmatch(r"(Name|GenericName)(\[.*\])?", key)}
    called |= {identity, identity.rpartition(".")[2], Path(argv[0]).name, entry.get("StartupWMClass") or name}
    names = frozenset(n.casefold() for n in called)
    return App(identity, name, names, tuple(argv), entry.get("Path") or None, entry.get("Terminal") == "true")


def _main_group(text: str) -> Iterator[tuple[str, str]]:
    group = None
    for line in text.splitlines():
        if line.startswith("["):
            group = line.strip()
        elif group == "[Desktop Entry]" and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            yield key.strip(), re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), value.strip())


def _arguments(line: str, name: str, path: Path, icon: str | None) -> list[str]:
    """The arguments of an Exec line; field codes for files are dropped, since none are opened. Empty: unreadable."""
    try:
        words = shlex.split(line)
    except ValueError:
        return []
    codes = {"%": "%", "c": name, "k": str(path)}
    arguments: list[str] = []
    for word in words:
        if word == "%i":
            arguments += ["--icon", icon] if icon else []
        elif not re.fullmatch(r"%[fFuUdDnNvm]", word):
            arguments.append(re.sub(r"%(.)", lambda m: codes.get(m[1], ""), word))
    return arguments
