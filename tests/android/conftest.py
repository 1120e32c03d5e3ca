"""Fixtures of the Android driver's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from environments.android.driver import AndroidEnvironment
from environments.android.server import AdbServer
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from tests.adb import adb_server, own_adb_server
from tests.android.rig import Rig

__all__ = ["adb_server", "own_adb_server"]


@pytest.fixture
def rig(adb_server: AdbServer) -> Iterator[Rig]:
    """A phone of the test's own, connected to the module's adb server."""
    with PhoneServer(Phone(seed=3)) as server:
        adb_server.connect(server.address)
        yield Rig(server, adb_server)
        adb_server.disconnect(server.address)


@pytest.fixture
def environment(rig: Rig) -> Iterator[AndroidEnvironment]:
    """A driver for the phone, before `reset`."""
    with rig.open() as environment:
        yield environment
