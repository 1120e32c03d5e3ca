"""Set-up shared by all tests: bounded threads, no network hub, no timing verdicts, signals that arrive."""

import os
import signal

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

# A shell leaves them ignored for what it starts with `&` and `nohup`. Commands under test would inherit that, and
# never end by them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

from hypothesis import settings

settings.register_profile("tests", deadline=None, database=None, print_blob=True)
settings.load_profile("tests")
