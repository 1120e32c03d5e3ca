"""Set-up shared by all tests: bounded threads, no network hub, no timing verdicts."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from hypothesis import settings

settings.register_profile("tests", deadline=None, database=None, print_blob=True)
settings.load_profile("tests")
