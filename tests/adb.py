"""Fixtures with a real adb server of the test's own. Import them by name: `from tests.adb import adb_server`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from environments.android.server import AdbServer


@pytest.fixture(scope="module")
def adb_server() -> Iterator[AdbServer]:
    """A private adb server, shared by the tests of a module. Don't kill it: take `own_adb_server` for that."""
    with AdbServer() as server:
        yield server


@pytest.fixture
def own_adb_server() -> Iterator[AdbServer]:
    """A private adb server for one test."""
    with AdbServer() as server:
        yield server
