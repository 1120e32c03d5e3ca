# pyright: basic
"""Episodes spread over the machines and GPUs of a Ray cluster, or over this machine's.

One task on this machine reads the data set, an episode at a time, no faster than the workers take them. Each worker is
an actor of Ray Data's `map_batches` that has opened the model once; its lines come back one by one and are appended to
the one file, here. So what a killed run has written is not asked again, and Ray Data's own checkpoints would add
nothing: they tell which rows a `write_parquet` has finished, an episode being a row, and need a shared file system.

A worker that dies is started again, and its episodes are asked anew, up to `RETRIES` times each.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

from actions.errors import HandeyeError
from agent.evaluation.engines.asking import Asking
from agent.evaluation.engines.cluster import Room, pyarrow, ray  # its absence is told there
from agent.evaluation.engines.parcel import Episode, Returned, Sent, pack, unpack
from agent.evaluation.engines.worker import EpisodeWorker
from agent.evaluation.predictions import Predicted, PredictionsFile, UnreadStep, read_predictions
from agent.evaluation.replay import Earlier
from agent.evaluation.runner import Found, episodes

RETRIES = 2
"""How often an episode is asked again whose worker died under it. Ray's own default is for ever."""


def predict_on_ray(
    file: PredictionsFile,
    read: Callable[[], Iterable[Found]],
    asking: Asking,
    room: Room,
    *,
    at_once: int = 1,
    on_step: Callable[[], None] = lambda: None,
) -> None:
    """As `predicting.predict_into`, with models elsewhere; within `cluster.connected`, which gives the room.

    read: gives the steps, called in another process of this machine. at_once: replies that each worker writes side by
    side. Raises `ModelError`, `UsageError`, `StorageError`; what was predicted until then stands in the file.
    """
    for _ in range(len(file)):
        on_step()
    source = _Episodes(read, file.path.resolve(), own=asking.history == "own")
    with contextlib.closing(_returned(source, asking, room, at_once)) as lines:
        for line in lines:
            if isinstance(line, HandeyeError):
                raise line
            if line.place not in file:  # a worker that died may have told it
                file.write(line)
                on_step()


class _Episodes(ray.data.Datasource):
    """The data set as rows of one column, an episode each. One task reads it, on the machine of the run."""

    def __init__(self, read: Callable[[], Iterable[Found]], there: Path, *, own: bool) -> None:
        """there: the file of predictions. own: whether what was predicted has to be told."""
        super().__init__()
        self._read, self._there, self._own = read, there, own

    def get_read_tasks(self, *_: Any, **__: Any) -> list[Any]:
        unknown = ray.data.block.BlockMetadata(None, None, None, None)
        return [ray.data.datasource.ReadTask(self._blocks, unknown)]

    @property
    def supports_distributed_reads(self) -> bool:
        return False

    def estimate_inmemory_data_size(self) -> None:
        return None

    def _blocks(self) -> Iterator[Any]:
        try:
            for episode in self._missing():
                yield _row(episode)
        except HandeyeError as e:
            yield _row(e)

    def _missing(self) -> Iterator[Episode]:
        """The episodes of which a step has not been predicted."""
        done: dict[tuple[str, str], dict[int, Earlier | None]] = {}
        for line in read_predictions(self._there):
            if isinstance(line, Predicted | UnreadStep):
                told = Earlier("", None)
                if self._own and isinstance(line, Predicted):
                    told = Earlier(line.thought, line.prediction.action)
                done.setdefault((line.place.file, line.place.episode), {})[line.place.index] = told
        for steps in episodes(self._read()):
            place = steps[0].place
            there = done.get((place.file, place.episode), {})
            if any(step.place.index not in there for step in steps):
                yield Episode(tuple(steps), there)


def _row(content: Sent) -> Any:
    return pyarrow.table({"data": [pack(content)]})


class _Worker(EpisodeWorker):
    """As Ray Data calls it, with a batch of one row."""

    def __call__(self, batch: Any) -> Iterator[Any]:
        for sent in batch["data"]:
            for returned in super().__call__(sent.as_py()):
                yield pyarrow.table({"data": [returned]})


def _returned(source: _Episodes, asking: Asking, room: Room, at_once: int) -> Generator[Returned]:
    """What the workers give back, as it comes."""
    under_way = 1 if at_once == 1 else 2 * at_once  # as in runner.py
    with warnings.catch_warnings():
        # Of Ray about itself; and `max_task_retries`, which is to get another name in 2.64.
        warnings.simplefilter("ignore", DeprecationWarning)
        context = ray.data.DataContext.get_current().copy()
        context.enable_progress_bars = False
        context.target_max_block_size = context.target_min_block_size = 1  # a row: none waits for others
        with ray.data.DataContext.current(context):
            lines = ray.data.read_datasource(source, num_cpus=0, override_num_blocks=1).map_batches(
                _Worker,
                fn_constructor_args=(asking, at_once),
                batch_size=1,
                batch_format="pyarrow",
                num_cpus=1,
                num_gpus=room.gpus,
                compute=ray.data.ActorPoolStrategy(
                    size=room.workers,
                    max_concurrent_calls_per_actor=under_way,
                    max_tasks_in_flight_per_actor=under_way + 1,
                    enable_true_multi_threading=True,
                ),
                max_task_retries=RETRIES,
            )
    for batch in lines.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
        for returned in batch["data"]:
            yield unpack(returned.as_py())
