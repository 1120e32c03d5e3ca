"""Which apps are on the phone. A new one is a file with a `Program` and a line here."""

from environments.phone.apps.bank import Bank
from environments.phone.apps.base import Program
from environments.phone.apps.browser import Browser
from environments.phone.apps.calculator import Calculator
from environments.phone.apps.calendar import Calendar
from environments.phone.apps.camera import Camera
from environments.phone.apps.clock import Clock
from environments.phone.apps.contacts import Contacts
from environments.phone.apps.dialer import Dialer
from environments.phone.apps.files import Files
from environments.phone.apps.gallery import Gallery
from environments.phone.apps.launcher import Launcher
from environments.phone.apps.messages import Messages
from environments.phone.apps.notes import Notes
from environments.phone.apps.settings import Settings
from environments.phone.apps.shop import Shop

PROGRAMS: tuple[type[Program], ...] = (
    Launcher,
    Settings,
    Notes,
    Messages,
    Shop,
    Browser,
    Contacts,
    Dialer,
    Clock,
    Bank,
    Camera,
    Gallery,
    Calculator,
    Calendar,
    Files,
)
