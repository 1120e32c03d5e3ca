"""Tasks for the simulated phone, each judged by the phone's own state.

A template draws its parameters from the seed. `setup` makes the task possible on any phone and not yet done; `check`
compares what the apps keep with what they kept then: exactly the wanted change must be there and no other. A task that
asks a question is done when the answer is right and nothing has changed. One file for each app; a new template
is a class there and its name in `TEMPLATES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from actions.errors import UsageError
from environments.phone import world
from environments.phone.phone import Phone
from environments.phone.tasks.bank import ReadBalance, ReadPayment, Transfer, TransferToNew, TransferTooMuch
from environments.phone.tasks.browser import AddBookmark, ReadArticle, ReadWeather, RenewLoan, SignUp, WithdrawCookies
from environments.phone.tasks.calculator import Calculate
from environments.phone.tasks.calendar import AddEvent, DeleteEvent, NoteEventTime, ReadEvent
from environments.phone.tasks.clock import DeleteAlarm, SetAlarm, StartTimer, SwitchAlarm
from environments.phone.tasks.contacts import AddContact, ChangeNumber, ReadNumber, StarContact, TextNumber
from environments.phone.tasks.dialer import CallBack, CallContact, DialNumber
from environments.phone.tasks.files import BinFile, CreateFolder, LargestFile, RenameFile
from environments.phone.tasks.gallery import DeleteNewest, FavouriteNewest, ReadPictureName, TakePicture
from environments.phone.tasks.messages import ReadMessage, SendMessage
from environments.phone.tasks.notes import CreateNote, DeleteNote
from environments.phone.tasks.settings import (
    ChangeChoice,
    ReadAbout,
    ReadNetwork,
    SearchSetting,
    SetPin,
    ToggleScrolled,
    ToggleVisible,
)
from environments.phone.tasks.shop import AddToCart, Buy, BuyUnavailable, ReadPrice
from environments.phone.tasks.system import (
    ClearNotifications,
    CloseRecent,
    DismissNotification,
    QuickSetting,
    ReadNotification,
    UnlockAndToggle,
)
from environments.phone.tasks.template import Question, Template

__all__ = [
    "DEMO",
    "TEMPLATES",
    "AddBookmark",
    "AddContact",
    "AddEvent",
    "AddToCart",
    "BinFile",
    "Buy",
    "BuyUnavailable",
    "Calculate",
    "CallBack",
    "CallContact",
    "ChangeChoice",
    "ChangeNumber",
    "ClearNotifications",
    "CloseRecent",
    "CreateFolder",
    "CreateNote",
    "DeleteAlarm",
    "DeleteEvent",
    "DeleteNewest",
    "DeleteNote",
    "DialNumber",
    "DismissNotification",
    "FavouriteNewest",
    "LargestFile",
    "NoteEventTime",
    "PhoneTask",
    "Question",
    "QuickSetting",
    "ReadAbout",
    "ReadArticle",
    "ReadBalance",
    "ReadEvent",
    "ReadMessage",
    "ReadNetwork",
    "ReadNotification",
    "ReadNumber",
    "ReadPayment",
    "ReadPictureName",
    "ReadPrice",
    "ReadWeather",
    "RenameFile",
    "RenewLoan",
    "SearchSetting",
    "SendMessage",
    "SetAlarm",
    "SetPin",
    "SignUp",
    "StarContact",
    "StartTimer",
    "SwitchAlarm",
    "TakePicture",
    "Template",
    "TextNumber",
    "ToggleScrolled",
    "ToggleVisible",
    "Transfer",
    "TransferToNew",
    "TransferTooMuch",
    "UnlockAndToggle",
    "WithdrawCookies",
    "sample",
]

TEMPLATES: Mapping[str, type[Template]] = MappingProxyType(
    {
        t.name: t
        for t in (
            ToggleVisible,
            ToggleScrolled,
            ChangeChoice,
            CreateNote,
            DeleteNote,
            SendMessage,
            ReadNetwork,
            ReadMessage,
            ReadAbout,
            SearchSetting,
            SetPin,
            DismissNotification,
            ClearNotifications,
            ReadNotification,
            QuickSetting,
            UnlockAndToggle,
            CloseRecent,
            ReadPrice,
            AddToCart,
            Buy,
            BuyUnavailable,
            ReadWeather,
            ReadArticle,
            RenewLoan,
            SignUp,
            WithdrawCookies,
            AddBookmark,
            Calculate,
            AddEvent,
            ReadEvent,
            DeleteEvent,
            NoteEventTime,
            BinFile,
            RenameFile,
            CreateFolder,
            LargestFile,
            AddContact,
            ReadNumber,
            StarContact,
            ChangeNumber,
            CallContact,
            DialNumber,
            CallBack,
            TextNumber,
            SetAlarm,
            SwitchAlarm,
            DeleteAlarm,
            StartTimer,
            Transfer,
            TransferToNew,
            TransferTooMuch,
            ReadBalance,
            ReadPayment,
            TakePicture,
            FavouriteNewest,
            DeleteNewest,
            ReadPictureName,
        )
    }
)

DEMO = SendMessage.name
"""What `handeye demo` shows: it opens an app, finds a person, types and sends."""


@dataclass(slots=True)
class PhoneTask:
    """A task to be set up on one phone, given to an agent in English (`text`) or Chinese (`text_zh`), then judged."""

    template: str
    seed: int
    goal: Template
    _wanted: dict[str, Any] | None = field(default=None, repr=False)
    """What the apps keep once it is done."""

    @property
    def text(self) -> str:
        return self.goal.text

    @property
    def text_zh(self) -> str:
        return self.goal.text_zh

    def setup(self, phone: Phone) -> None:
        """Put the phone on its home screen, in a state where the task is possible and not done."""
        for app in phone.apps:
            phone.program(app.package).restart()
        phone.home()
        self.goal.setup(phone)
        phone.changed()
        self._wanted = self.goal.wanted(phone.data())

    def check(self, phone: Phone, answer: str | None = None, *, gave_up: bool = False) -> bool:
        """Whether it is done, by what the phone's apps keep and by the answer that was given.

        `gave_up`: the agent said that it can't be done, which is right for an impossible task only.
        """
        if self._wanted is None:
            raise UsageError("the task was not set up on a phone", remedy="call task.setup(phone) first")
        if gave_up is self.goal.possible:
            return False
        return self.goal.answered(answer) and self.goal.holds(phone) and phone.data() == self._wanted


def sample(template: str, seed: int) -> PhoneTask:
    """A task of a template; the same seed always gives the same."""
    if template not in TEMPLATES:
        raise UsageError(f"no task template is called {template!r}; there are {', '.join(TEMPLATES)}")
    return PhoneTask(template, seed, TEMPLATES[template](world.stream(seed, f"task/{template}")))
