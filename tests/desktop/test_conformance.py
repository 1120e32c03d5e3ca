"""The desktop keeps the contract of every environment, with an editor in front that takes what is typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from environments.conformance import RULES, Rule, name_of
from environments.desktop.driver import DesktopEnvironment
from tests.desktop.display import NOTHING_DOWN, QUICK, Desk, desk, enter, until

__all__ = ["desk"]


@pytest.fixture(scope="module")
def edited(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    path: Path = tmp_path_factory.mktemp("note") / "note.txt"
    path.write_text("line\n" * 300)
    program = desk.start(["mousepad", "--disable-server", str(path)])
    until(lambda: desk.run(["xdotool", "search", "--onlyvisible", "--class", "mousepad"]), what="mousepad is open")
    yield desk
    desk.end(program)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_conformance(edited: Desk, monkeypatch: pytest.MonkeyPatch, rule: Rule) -> None:
    enter(edited, monkeypatch)
    rule(lambda: DesktopEnvironment(patience=QUICK))
    assert edited.pressed() == NOTHING_DOWN
