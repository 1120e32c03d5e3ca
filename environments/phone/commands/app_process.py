"""`app_process`: starts a Java program. There is no Java here, but a stand-in for one: scrcpy's server.

It is started for whichever file holds the words "scrcpy-server VERSION", so that a file that was not pushed, or is of
another version, is told as a phone tells it.
"""

from __future__ import annotations

import re

from environments.phone import scrcpy
from environments.phone.commands.base import Call, CommandError

SCRIPT = '#!/system/bin/sh\nexec app_process64 "$CLASSPATH" "$@"\n'
"""What stands under its name in the shell: a command of the phone is told its words, and not its variables."""
SERVER = "com.genymobile.scrcpy.Server"
STAND_IN = re.compile(rb"scrcpy-server (\d+(?:\.\d+)*)")


def run(call: Call) -> None:
    path = call.optional() or ""
    call.optional()  # the folder that it runs in
    name = call.optional() or ""
    try:
        found = STAND_IN.search(call.system.storage.path(path).read_bytes()[:4096]) if path else None
    except OSError:
        found = None
    if name != SERVER or found is None:
        # AndroidRuntime::callMain and what becomes of it.
        raise CommandError(f"Error: could not find class '{name}'\nAborted", code=134)
    version = found[1].decode()
    asked = call.optional()
    if asked is None:
        raise _exception("Missing client version")
    if asked != version:
        raise _exception(f"The server version ({version}) does not match the client ({asked})")
    given: dict[str, str] = {}
    for word in call.arguments:
        key, equals, value = word.partition("=")
        if not equals:
            raise _exception(f'Invalid key=value pair: "{word}"')
        given[key] = value
    try:
        options = scrcpy.Options.parse(version, given)
    except ValueError as e:
        raise _exception(str(e)) from e
    if given.get("log_level", "debug") in ("verbose", "debug", "info"):
        call.say("[server] INFO: Device: [Simulated] Simulated phone (Android 13)")
    scrcpy.serve(call, options)


def _exception(message: str) -> CommandError:
    return CommandError(
        f"[server] ERROR: Exception on thread Thread[main,5,main]\njava.lang.IllegalArgumentException: {message}",
        code=1,
    )
