"""What `handeye demo` and the benchmarks are made of: a simulated phone on a private adb server, and its solution as
a scripted model."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from actions.geometry import Size
from agent.models.scripted import ScriptedModel
from environments.android.driver import AndroidEnvironment
from environments.android.server import AdbServer
from environments.phone.oracle import Oracle
from environments.phone.phone import Phone
from environments.phone.server import PhoneServer
from environments.phone.tasks import PhoneTask
from prompts.dialect import Decision, Dialect
from prompts.messages import Message


@contextmanager
def simulated_phone(seed: int, *, size: Size = Size(1080, 2400)) -> Generator[tuple[Phone, AndroidEnvironment]]:
    """A phone from a seed, and the Android environment that drives it over the real adb.

    The adb server is a private one on a free port, so the user's own server and devices are left alone. A PIN is the
    agent's to type, since nobody else can.
    """
    phone = Phone(seed, size=size)
    with PhoneServer(phone) as wire, AdbServer() as adb:
        adb.connect(wire.address)
        with AndroidEnvironment(wire.address, client=adb.client, pin_by_hand=False) as environment:
            yield phone, environment


def oracle_model(task: PhoneTask, phone: Phone, dialect: Dialect, *, max_pixels: int | None = None) -> ScriptedModel:
    """A model that does not look: it writes the phone's own solution of a task in a dialect.

    `max_pixels`: pictures are resized to that as the dialect's family does, and points are written on what comes out.
    """
    oracle = Oracle(task, phone)

    def reply(_messages: Sequence[Message]) -> str:
        with phone.lock:
            thought, action = oracle.next()
            return dialect.write(Decision(thought, (action,)), model.seen(phone.size))

    model = ScriptedModel(reply, dialect=dialect.name, space=dialect.space, max_pixels=max_pixels, name="oracle")
    return model
