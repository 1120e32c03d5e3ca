"""Desktop entries: what they are called and what they execute."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import ActionError
from actions.geometry import Rect
from environments.desktop.apps import App, command_line, entry_folders, find, installed
from environments.desktop.window import Window, of_app, titled


def write(folder: Path, name: str, *lines: str) -> None:
    path = folder / f"{name}.desktop"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "\n".join(["# a comment", "[Desktop Entry]", *lines, "[Desktop Action x]", "Name=Other", "Exec=no"])
    )


def only(folder: Path, *lines: str) -> App:
    write(folder, "one", "Type=Application", "Name=One", *lines)
    [app] = installed([folder])
    return app


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ("prog", ("prog",)),
        ("prog %U --new", ("prog", "--new")),
        ('prog "two words" %f', ("prog", "two words")),
        ('prog "a \\\\"quoted\\\\" word"', ("prog", 'a "quoted" word')),
        ("prog 100%% --name=%c", ("prog", "100%", "--name=One")),
        ("prog %i %u", ("prog", "--icon", "pic")),
        ("prog --file=%f", ("prog", "--file=")),
    ],
)
def test_exec_lines(tmp_path: Path, line: str, argv: tuple[str, ...]) -> None:
    assert only(tmp_path, f"Exec={line}", "Icon=pic").argv == argv


@pytest.mark.parametrize(
    "lines",
    [
        ("Type=Application", "Name=A"),
        ("Type=Application", "Name=A", 'Exec="never closed'),
        ("Type=Application", "Exec=prog"),
        ("Type=Link", "Name=A", "Exec=prog"),
        ("Type=Application", "Name=A", "Exec=prog", "NoDisplay=true"),
        ("Type=Application", "Name=A", "Exec=prog", "Hidden=true"),
        ("Type=Application", "Name=A", "Exec=prog", "TryExec=/nonexistent/prog"),
    ],
)
def test_what_is_no_program(tmp_path: Path, lines: tuple[str, ...]) -> None:
    write(tmp_path, "one", *lines)
    assert installed([tmp_path]) == []


def test_names(tmp_path: Path) -> None:
    write(
        tmp_path, "org.x.Edit", "Type=Application", "Name=Text Editor", "Name[de]=Schreiber", "Exec=/usr/bin/xedit %U"
    )
    write(tmp_path, "kde/calc", "Type=Application", "Name=Calculator", "GenericName=Sums", "Exec=kcalc")
    apps = installed([tmp_path])
    for name in ("Text Editor", "text editor ", "SCHREIBER", "org.x.Edit", "edit", "xedit", "org.x.edit.desktop"):
        assert find(name, apps).name == "Text Editor"
    for name in ("calculator", "kcalc", "sums", "kde-calc"):
        assert find(name, apps).name == "Calculator"
    write(tmp_path, "files", "Type=Application", "Name=Files", "Exec=files %U")
    write(tmp_path, "a-files-settings", "Type=Application", "Name=Desk", "Exec=files --settings")
    assert find("files", installed([tmp_path])).name == "Files"
    with pytest.raises(ActionError, match="Calculator"):
        find("calculater", apps)
    with pytest.raises(ActionError, match="Calculator, Text Editor"):
        find("zzz", apps)
    with pytest.raises(ActionError, match="no programs"):
        find("zzz", [])


def test_a_program_knows_its_windows(tmp_path: Path) -> None:
    """By their class, be it called as the program or as its entry says; a name that means no program is a window's."""
    area = Rect(0, 0, 10, 10)
    shell, page, other = (
        Window(i, app, title, area)
        for i, (app, title) in enumerate([("XTerm", "~: bash"), ("Navigator", "Mail - Surfer"), ("XTerm", "~: top")])
    )
    windows = [other, page, shell]
    assert of_app(only(tmp_path, "Exec=/usr/bin/xterm"), windows) == other
    assert of_app(only(tmp_path, "Exec=surf", "StartupWMClass=navigator"), windows) == page
    assert of_app(only(tmp_path, "Exec=surf"), windows) is None
    assert titled("MAIL - surfer", windows) == titled(" surfer", windows) == page
    assert titled("~: bash", windows) == titled("bash", windows) == shell
    assert titled("~", windows) is None  # two of them
    assert titled(" ", windows) is None


def test_the_first_folder_wins(tmp_path: Path) -> None:
    write(tmp_path / "a", "one", "Type=Application", "Name=Mine", "Exec=mine")
    write(tmp_path / "b", "one", "Type=Application", "Name=Theirs", "Exec=theirs")
    write(tmp_path / "a", "two", "Type=Application", "Name=Gone", "Exec=gone", "Hidden=true")
    write(tmp_path / "b", "two", "Type=Application", "Name=Gone", "Exec=gone")
    assert [a.name for a in installed([tmp_path / "a", tmp_path / "b", tmp_path / "none"])] == ["Mine"]
    folders = entry_folders({"HOME": "/h", "XDG_DATA_DIRS": "/x:/y"})
    assert folders == [Path(p, "applications") for p in ("/h/.local/share", "/x", "/y")]


def test_a_program_for_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = only(tmp_path, "Exec=top -d 1", "Terminal=true")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ActionError, match="no terminal"):
        command_line(app)
    (tmp_path / "xterm").touch(0o755)
    assert command_line(app) == ["xterm", "-e", "top", "-d", "1"]


@given(text=st.text(max_size=200))
def test_any_file_is_read_or_left_out(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("apps")
    entry = f"[Desktop Entry]\nType=Application\nName=A\nExec={text}\n"
    (folder / "one.desktop").write_bytes(entry.encode("utf-8", "surrogatepass"))
    for app in installed([folder]):
        assert app.argv
        assert all(isinstance(word, str) for word in app.argv)
