# pyright: basic
"""Ray, joined or started here, and left or ended with all that it started. Its errors become ours: one line each.

Ray comes with the extra `ray` and has no types for what is used here.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from actions.errors import ModelError, ModelLoadError, ModelMemoryError, UsageError
from environments.aftermath import Aftermath

# Read as Ray is imported. Nothing of what is run goes to anyone, and its C++ part keeps to its log files.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
# Behind `uv run` it would copy the working folder and build the project anew for each worker.
os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")

try:
    import pandas  # noqa: F401  Ray Data wants both, and says so late
    import pyarrow as pyarrow
    import ray
    import ray.data.block
    import ray.data.datasource
    from ray import exceptions
    from ray.data.exceptions import SystemException
except ImportError as e:
    raise ModelLoadError("--engine ray needs the package ray", remedy="uv pip install 'handeye[ray]'") from e

CONNECT_SECONDS = 10.0
STORE_BYTES = 512 << 20
"""Shared memory of a Ray that is started here; episodes that wait for a worker lie there."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """`address`: of one that runs ("auto", "host:6379"); None starts Ray on this machine, for this run alone.
    `workers`, `gpus_per_worker`: None makes a worker for each GPU, or a single one where there are none."""

    address: str | None = None
    workers: int | None = None
    gpus_per_worker: float | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """How many workers there will be, and of how many GPUs each, which may be a share of one."""

    workers: int
    gpus: float


@contextlib.contextmanager
def connected(cluster: Cluster) -> Generator[Room]:
    """Raises `UsageError`, `ModelError`, also for Ray's errors within."""
    if ray.is_initialized():
        raise UsageError("this process has a Ray of its own already", remedy="ray.shutdown() before")
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with contextlib.ExitStack() as stack:
        # Where it prints that a worker has died, also of those that it ends itself.
        stack.enter_context(contextlib.redirect_stdout(sys.stderr))
        where = _joined(cluster.address) if cluster.address is not None else _started(cluster, stack)
        stack.callback(_ended, frozenset(psutil.Process().children(recursive=True)))
        stack.enter_context(_translated(cluster.address))
        with _own_signals(), _hushed():
            ray.init(logging_level=logging.CRITICAL, log_to_driver=False, **where)
        yield _room(cluster)


def _joined(address: str) -> dict[str, Any]:
    if address.startswith("ray://"):
        raise UsageError(
            f"{address} is for clients outside a cluster, and the data set is read inside",
            remedy="the same command on a machine of the cluster, with --ray-address auto",
        )
    if address != "auto":  # Ray itself would try for many minutes
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal():
            raise UsageError(f"--ray-address is {address!r}: expected auto, or HOST:PORT as `ray start` tells")
        try:
            socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS).close()
        except (OSError, OverflowError) as e:
            raise ModelError(f"no Ray answers at {address}: {e}", remedy=f"ray status --address {address}") from e
    return {"address": address}


def _started(cluster: Cluster, stack: contextlib.ExitStack) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="handeye-ray-"))
    stack.callback(Aftermath(folder).close)
    # Ray listens on all addresses and runs what it is sent by whoever knows its token; by default it keeps one for all.
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    return {
        "address": "local",
        "num_cpus": (cluster.workers or os.cpu_count() or 1) + 1,
        "object_store_memory": STORE_BYTES,
        "include_dashboard": False,
        "_temp_dir": str(folder),
    }


def _ended(others: frozenset[psutil.Process]) -> None:
    """Ray ends its own processes but for two, which first try for a minute to tell of its end. others: not its own."""
    ours = [p for p in psutil.Process().children(recursive=True) if p not in others]
    ray.shutdown()
    for process in ours:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(ours, timeout=5)


def _room(cluster: Cluster) -> Room:
    """`UsageError` where there is none for so many workers: Ray would wait for ever."""
    has = ray.cluster_resources()
    cpus, gpus = int(has.get("CPU", 0)), int(has.get("GPU", 0))
    each = float(gpus > 0) if cluster.gpus_per_worker is None else cluster.gpus_per_worker
    workers = cluster.workers or (max(1, int(gpus / each)) if each else 1)
    if workers * each > gpus or workers > cpus:
        raise UsageError(
            f"{workers} workers of a CPU and {each:g} GPUs each don't fit into {cpus} CPUs and {gpus} GPUs",
            remedy="fewer --workers, or a smaller --gpus-per-worker, as 0.5 for two on each GPU",
        )
    return Room(workers, each)


@contextlib.contextmanager
def _own_signals() -> Generator[None]:
    """Ray sets a handler for SIGTERM that ends the process with 1; ours unwinds it, and so ends Ray as well."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _hushed() -> Generator[None]:
    """Ray's C++ part tells stderr of its log level before it has opened its log file."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextlib.contextmanager
def _translated(address: str | None) -> Generator[None]:
    try:
        yield
    except (exceptions.RayError, SystemException, ConnectionError, RuntimeError) as e:
        raise _explained(e, address) from e


def _explained(error: Exception, address: str | None) -> ModelError:
    match error:
        case exceptions.OutOfMemoryError():
            return ModelMemoryError("a worker took more memory than its machine has", remedy="fewer --workers")
        case exceptions.AuthenticationError():
            return ModelError(f"Ray at {address} wants another token", remedy="export RAY_AUTH_TOKEN=...")
        case ConnectionError() if address == "auto":
            return ModelError("no Ray runs on this machine", remedy="ray start --head")
        case ConnectionError() | RuntimeError() if address is not None and not ray.is_initialized():
            return ModelError(f"no Ray can be joined at {address}: {_line(error)}", remedy="ray status")
        case exceptions.RayActorError() | exceptions.WorkerCrashedError() | exceptions.NodeDiedError():
            return ModelError(
                f"a worker died, and again under the same episode: {_line(error)}",
                remedy="look whether its machine ran out of memory, and give fewer --workers",
            )
        case exceptions.RayTaskError():
            cause = error.cause
            return ModelError(f"a worker failed: {type(cause).__name__}: {_line(cause)}")
        case _:
            return ModelError(f"Ray failed: {_line(error)}")


def _line(error: BaseException) -> str:
    """The words of an error without Ray's colours, addresses of processes and stacks."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:240]
