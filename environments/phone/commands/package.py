"""`pm`: which apps there are, what starts them and what they are called.

Source of the forms: services/core/java/com/android/server/pm/PackageManagerShellCommand.java and
core/java/android/content/pm/ResolveInfo.java of the Android Open Source Project.

An app's label comes out of a real phone by plain adb only where the app gives it as text (nonLocalizedLabel); one that
lies in resources is shown as a number. The phone's apps give theirs as text, unless the files of a real app are put
into its storage at /data/app/PACKAGE: base.apk and what else ends so, whose first string is then the label.
"""

from __future__ import annotations

from environments.phone.apps.base import App
from environments.phone.apps.launcher import Launcher
from environments.phone.commands.activity import by_component, by_package, read_intent, short
from environments.phone.commands.base import Call, CommandError

FIRST_STRING = 0x7F010000
"""Its number in resources that aapt2 compiled, where there is nothing else in them."""
MAIN, LAUNCHER, HOME = "android.intent.action.MAIN", "android.intent.category.LAUNCHER", "android.intent.category.HOME"
MATCH = "priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true"


def pm(call: Call) -> None:
    command = call.optional()
    match command:
        case "list":
            _list(call)
        case "path":
            app = by_package(call.phone.apps, call.next("Error: no package specified", code=1))
            if app is None:
                raise CommandError("", code=1)
            call.say(f"package:{apk(app)}")
        case "query-activities":
            _query(call)
        case "resolve-activity":
            _resolve(call)
        case "dump":
            app = by_package(call.phone.apps, call.next("Error: no package specified", code=1))
            if app is not None:
                call.say(*details(app))
        case "clear":
            app = by_package(call.phone.apps, call.next("Error: no package specified", code=1))
            if app is None:
                raise CommandError("Failed", code=1)
            with call.phone.lock:
                call.phone.stop(app.package)
            call.say("Success")
        case "grant" | "revoke" | "enable":
            return
        case "install":
            size = call.option("-S")
            call.read(int(size) if size and size.isdecimal() else 0)
            raise CommandError("Failure [INSTALL_FAILED_USER_RESTRICTED: the simulated phone installs nothing]", code=1)
        case _:
            raise CommandError(f"Unknown command: {command}", code=255)


def apk(app: App) -> str:
    return f"/data/app/{app.package}/base.apk"


def _list(call: Call) -> None:
    what = call.optional()
    if what == "users":
        call.say("Users:", "\tUserInfo{0:Owner:c13} running")
    elif what in ("packages", "package"):
        call.option("--user")
        files, third = call.flag("-f"), call.flag("-3")
        system_only = call.flag("-s")
        part = next((argument for argument in call.arguments if not argument.startswith("-")), "")
        names = {app.package: apk(app) for app in call.phone.apps if not system_only or _is_system(app)}
        if not third:
            names |= {ime.partition("/")[0]: "/product/app/base.apk" for ime in call.phone.imes}
        else:
            names = {app.package: apk(app) for app in call.phone.apps if not _is_system(app)}
        for package, path in sorted(names.items()):
            if part in package:
                call.say(f"package:{path}={package}" if files else f"package:{package}")
    else:
        raise CommandError(f"Error: unknown list type '{what}'", code=255)


def _is_system(app: App) -> bool:
    return app.package == Launcher.app.package or app.package.endswith(".settings")


def _matching(call: Call) -> tuple[list[App], bool, bool]:
    """What an intent among the arguments leads to, and whether it's to be said briefly or by components only."""
    brief, components = call.flag("--brief"), call.flag("--components")
    intent = read_intent(call)
    apps = call.phone.apps
    if intent.component:
        app = by_component(apps, intent.component)
        return ([app] if app else []), brief, components
    if intent.action not in ("", MAIN) or (not intent.action and not intent.package):
        return [], brief, components
    home = intent.category == HOME
    if intent.category not in ("", LAUNCHER, HOME):
        return [], brief, components
    found = [app for app in apps if (app.package == Launcher.app.package) == home or intent.category == ""]
    if intent.package:
        found = [app for app in apps if app.package == intent.package]
    return found, brief, components


def _query(call: Call) -> None:
    found, brief, components = _matching(call)
    if not found:
        call.say("No activities found")
    elif components:
        call.say(*map(short, found))
    else:
        call.say(f"{len(found)} activities found:")
        for number, app in enumerate(found):
            call.say(f"  Activity #{number}:")
            call.say(*(f"    {line}" for line in _resolved(call, app, brief=brief)))


def _resolve(call: Call) -> None:
    found, brief, components = _matching(call)
    if not found:
        call.say("No activity found")
    elif len(found) > 1:
        call.say(*([] if components else [MATCH]), "android/com.android.internal.app.ResolverActivity")
    elif components:
        call.say(short(found[0]))
    else:
        call.say(*_resolved(call, found[0], brief=brief))


def _files(call: Call, app: App) -> list[str]:
    """Those of the app that are there, the first one first."""
    folder = call.system.storage.root / f"data/app/{app.package}"
    return sorted((f"/data/app/{app.package}/{f.name}" for f in folder.glob("*.apk")), key=lambda f: f != apk(app))


def _resolved(call: Call, app: App, *, brief: bool) -> list[str]:
    if brief:
        return [MATCH, short(app)]
    files = _files(call, app)
    base, *splits = files or [apk(app)]
    number, text = (FIRST_STRING, "null") if files else (0, app.label)
    label = f"labelRes=0x{number:x} nonLocalizedLabel={text} icon=0x7f080001 banner=0x0"
    return [
        MATCH,
        "ActivityInfo:",
        f"  name={app.package}{app.activity}",
        f"  packageName={app.package}",
        f"  {label}",
        "  enabled=true exported=true directBootAware=false",
        f"  taskAffinity={app.package} targetActivity=null persistableMode=PERSIST_ROOT_ONLY",
        "  launchMode=2 flags=0x20 privateFlags=0x0 theme=0x7f110005",
        "  ApplicationInfo:",
        f"    packageName={app.package}",
        f"    {label}",
        f"    processName={app.package}",
        f"    taskAffinity={app.package}",
        "    uid=10100 flags=0x30e83e45 privateFlags=0x0 theme=0x7f110005",
        f"    sourceDir={base}",
        *([f"    splitSourceDirs=[{', '.join(splits)}]"] if splits else []),
        "    enabled=true minSdkVersion=24 targetSdkVersion=33 versionCode=1",
    ]


def details(app: App) -> list[str]:
    """`dumpsys package PACKAGE`."""
    flags = "[ SYSTEM HAS_CODE ALLOW_CLEAR_USER_DATA ]" if _is_system(app) else "[ HAS_CODE ALLOW_CLEAR_USER_DATA ]"
    return [
        "Activity Resolver Table:",
        "  Non-Data Actions:",
        f"      {MAIN}:",
        f"        4f1d2c3 {short(app)} filter 9a8b7c6",
        f'          Action: "{MAIN}"',
        f'          Category: "{HOME if app.package == Launcher.app.package else LAUNCHER}"',
        "",
        "Packages:",
        f"  Package [{app.package}] (5e6f7a8):",
        "    userId=10100",
        f"    codePath=/data/app/{app.package}",
        "    versionCode=1 minSdk=24 targetSdk=33",
        "    versionName=1.0",
        f"    flags={flags}",
        f"    pkgFlags={flags}",
        "    firstInstallTime=2024-01-01 12:00:00",
        "    lastUpdateTime=2024-01-01 12:00:00",
        "    signatures=PackageSignatures{1a2b3c4 version:2, signatures:[d5e6f708], past signatures:[]}",
        "    User 0: ceDataInode=1 installed=true hidden=false suspended=false stopped=false enabled=0",
    ]
