"""Set-up shared by all tests: bounded threads, no network hub, no timing verdicts, a Ctrl-C that arrives."""

import os
import signal

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As a shell leaves it for what it starts with `&`. Commands under test would inherit that, and never end by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

from hypothesis import settings

settings.register_profile("tests", deadline=None, database=None, print_blob=True)
settings.load_profile("tests")
