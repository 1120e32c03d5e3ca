"""The apps that a phone's launcher shows, and which of them a name means.

The list is the phone's own (`cmd package query-activities`). Android tells an app's label over adb only where it
isn't a resource of the app ("nonLocalizedLabel", frameworks/base ResolveInfo.dump), which for most apps it is. A name
is therefore looked for in labels, then in what people call well-known apps, in the phone's language or in English, then
in the words of package and activity names. Only if that leads to no single app, labels are read out of the apps' own
files, in the phone's language, which takes seconds. A name that fits several apps means none.
"""

from __future__ import annotations

import difflib
import logging
import re
import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from actions.errors import ActionError, DeviceTimeout
from environments.android import apks
from environments.android.adb import clean
from environments.android.known_apps import NAMES
from environments.android.transport import Transport
from environments.base import Outcome

LAUNCHER = "-a android.intent.action.MAIN -c android.intent.category.LAUNCHER"
LINES = "Activity #|Info:|name=|packageName=|nonLocalizedLabel=|sourceDir=|splitSourceDirs="
QUERY = f"cmd package query-activities {LAUNCHER} | grep -E '{LINES}'"

COMPONENT = re.compile(r"[A-Za-z][\w.]*/[\w.$]+")
LABEL = re.compile(r"labelRes=0x([0-9a-f]{1,8}) nonLocalizedLabel=(.*?)(?: icon=0x[0-9a-f]+.*)?$")
FILES = re.compile(r"^\s*(?:sourceDir=(/\S+)|splitSourceDirs=\[(/.*)\])\s*$", re.MULTILINE)
LABEL_SECONDS = 30.0
"""After so long no further app's files are begun; apps whose turn doesn't come are known by their packages."""
FILE_SECONDS = 5.0
"""For each read of a file."""

log = logging.getLogger("handeye.android")
GENERIC = frozenset(
    ("com", "org", "net", "io", "co", "android", "google", "app", "apps", "mobile", "client", "main", "activity")
)
"""Words of package and activity names that say nothing about which app it is."""
TOLD = 12
"""How many candidates an answer names."""


@dataclass(frozen=True, slots=True)
class App:
    """An icon of the launcher. `label` is None where the phone doesn't tell it; then `resource` is its number in the
    resources of `files`, where that is known."""

    package: str
    activity: str
    label: str | None = None
    resource: int = field(default=0, compare=False, repr=False)
    files: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def component(self) -> str:
        return f"{self.package}/{self.activity}"

    def __str__(self) -> str:
        return f"{self.label} ({self.package})" if self.label else self.package


class Apps:
    """The apps of one phone; the list is read once and again when a name isn't in it."""

    def __init__(self, transport: Transport, *, display: int | None = None) -> None:
        """`display`: where apps are opened; None for where the phone opens them."""
        self._transport = transport
        self._on = "" if display is None else f"--display {display} "
        self._apps: tuple[App, ...] | None = None
        self._labels: dict[tuple[object, ...], str | None] = {}

    def list(self, *, fresh: bool = False) -> tuple[App, ...]:
        if self._apps is None or fresh:
            reply = self._transport.read(QUERY)
            self._apps = parse(reply.text)
            if not self._apps:
                raise ActionError(f"the phone does not list its apps: {reply.complaint}")
        return self._apps

    def named(self, name: str) -> App:
        """The app that a name means; `ActionError` where none or several are meant."""
        try:
            return find(name, self.list())
        except ActionError:
            return find(name, self.labelled())

    def labelled(self) -> tuple[App, ...]:
        """The apps as they are now, with labels out of their files too. Each file is read once."""
        self._apps = self._with_labels(self.list(fresh=True))
        return self._apps

    def _with_labels(self, apps: Sequence[App]) -> tuple[App, ...]:
        key = {app: (app.files, app.resource) for app in apps if app.label is None and app.resource and app.files}
        unread = {app: key[app] for app in key if key[app] not in self._labels}
        deadline = time.monotonic() + LABEL_SECONDS
        locale = apks.language(self._transport) if unread else None
        for done, (app, its) in enumerate(unread.items()):
            if locale is None or time.monotonic() > deadline:
                log.warning("what %d more apps are called was not read in %g s", len(unread) - done, LABEL_SECONDS)
                break
            if done == 0:
                log.info("reading what %d apps are called out of their files", len(unread))
            try:
                told = apks.label(self._transport, app.files, app.resource, locale, seconds=FILE_SECONDS)
            except DeviceTimeout:
                continue  # asked for again next time
            self._labels[its] = told
        return tuple(replace(app, label=self._labels.get(key[app])) if app in key else app for app in apps)

    def close(self, name: str) -> Outcome:
        """Stop an app; what it hasn't kept is lost."""
        return self._transport.inject(f"am force-stop {shlex.quote(self.named(name).package)}")

    def open(self, name: str) -> Outcome:
        """Bring an app to the front as its icon does: as it was left, if it is running."""
        app = self.named(name)
        # NEW_TASK | RESET_TASK_IF_NEEDED, as launchers start apps; without them a second copy may be started.
        command = f"am start {self._on}{LAUNCHER} -f 0x10200000 -n {shlex.quote(app.component)}"
        outcome = self._transport.inject(command)
        if outcome.status == "failed":
            self._apps = None  # the list may be old
        return outcome


def parse(text: str) -> tuple[App, ...]:
    """The apps in what `QUERY` prints; of an activity listed twice the first."""
    starts = [m.start() for m in re.finditer(r"^\s*Activity #\d+", text, re.MULTILINE)]
    blocks = [text[a:b] for a, b in pairwise([*starts, len(text)])]
    found: dict[str, App] = {}
    for block in blocks:
        app = _parse_block(block)
        if app is not None:
            found.setdefault(app.component, app)
    return tuple(found.values())


def _parse_block(block: str) -> App | None:
    # ResolveInfo's own label comes first, then the activity's, then the application's; the most particular one counts.
    name = re.search(r"^\s*name=([\w.$]+)\s*$", block, re.MULTILINE)
    package = re.search(r"^\s*packageName=([\w.]+)\s*$", block, re.MULTILINE)
    if name is None or package is None:
        return None
    labels = [(int(m[1], 16), clean(m[2])) for line in block.splitlines() if (m := LABEL.search(line))]
    resource, label = next(((r, t) for r, t in labels if r or t not in ("", "null")), (0, ""))
    parts = [file for base, splits in FILES.findall(block) for file in (base or splits).split(", ")]
    # A text counts before a resource, as PackageItemInfo.loadLabel has it.
    known = label if label not in ("", "null") else None
    app = App(package[1], name[1], known, resource, tuple(dict.fromkeys(parts)))
    return app if COMPONENT.fullmatch(app.component) else None


def find(name: str, apps: Sequence[App]) -> App:
    """The one app that is meant; `ActionError` naming the candidates where there is none or more than one."""
    wanted = " ".join(name.split()).casefold()
    if not wanted:
        raise ActionError("an app's name is needed, not white space")
    for tier in _tiers(wanted, apps):
        packages = {app.package for app in tier}
        if len(packages) == 1:
            return tier[0]
        if packages:
            raise ActionError(f"{name!r} could be any of these apps: {_told(tier)}")
    raise ActionError(f"no app is called {name!r}; the phone has: {_told(_nearest(wanted, apps))}")


def _tiers(wanted: str, apps: Sequence[App]) -> Iterator[list[App]]:
    """The apps that a name could mean, surest first."""
    yield [a for a in apps if wanted in (a.package.casefold(), a.component.casefold())]
    yield [a for a in apps if a.label is not None and a.label.casefold() == wanted]
    # "the Notes app" is what people say.
    said = [w for w in _words(wanted) if w not in ("the", "app", "application")]
    words, squashed = set(said), "".join(said)
    if not squashed:
        return
    yield [a for a in apps if a.label is not None and _squash(a.label) == squashed]
    yield [a for a in apps if not NAMES.get(a.package, frozenset()).isdisjoint((wanted, " ".join(said)))]
    yield [a for a in apps if squashed == _words(a.package)[-1]]
    yield [a for a in apps if squashed in _package_words(a)]
    yield [a for a in apps if words <= set(_words(a.label or ""))]
    yield [a for a in apps if words <= {*_words(a.package), *_package_words(a)}]
    # From here on parts of words count; of short ones too much would fit.
    if len(squashed) < 3:
        return
    yield [a for a in apps if any(squashed in word for word in (_squash(a.label or ""), *_package_words(a)))]
    yield [a for a in apps if squashed in _squash(a.activity.rpartition(".")[2])]


def _squash(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _words(text: str) -> list[str]:
    return [w for w in re.split(r"[\W_]+", text.casefold()) if w]


def _package_words(app: App) -> list[str]:
    return [w for w in _words(app.package) if w not in GENERIC]


def _nearest(wanted: str, apps: Sequence[App]) -> list[App]:
    """All apps, those that look like the name first."""

    def likeness(app: App) -> float:
        name = (app.label or app.package.rpartition(".")[2]).casefold()
        return difflib.SequenceMatcher(None, wanted, name).ratio()

    return sorted(apps, key=likeness, reverse=True)


def _told(apps: Sequence[App]) -> str:
    more = f" and {len(apps) - TOLD} more" if len(apps) > TOLD else ""
    return ", ".join(str(a) for a in apps[:TOLD]) + more
