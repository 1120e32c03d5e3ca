"""Which apps are on the phone. A new one is a file with a `Program` and a line here."""

from environments.phone.apps.base import Program
from environments.phone.apps.launcher import Launcher
from environments.phone.apps.messages import Messages
from environments.phone.apps.notes import Notes
from environments.phone.apps.settings import Settings

PROGRAMS: tuple[type[Program], ...] = (Launcher, Settings, Notes, Messages)
