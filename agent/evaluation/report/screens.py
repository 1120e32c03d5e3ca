"""The screens of some steps, from the data set that they were predicted on. Only those are decoded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from agent.evaluation.datasets import read
from agent.evaluation.report.failures import Failure
from agent.evaluation.step import Place, Unread
from agent.viewer.embedding import PICTURE_BYTES, embedded
from agent.viewer.words import shown

Key = tuple[str, str, int]


def key(place: Place) -> Key:
    return place.file, place.episode, place.index


def screens(failures: Iterable[Failure], dataset: str, root: Path) -> Mapping[Key, tuple[str, str]]:
    """For each step its picture as a data: URL, or why there is none. Reads no further than the last of them.

    `UsageError` where there is no such data set, or nothing of it at `root`.
    """
    wanted = {key(f.place): f for f in failures}
    found: dict[Key, tuple[str, str]] = {}
    share = PICTURE_BYTES // max(1, len(wanted))
    for step in read(dataset, root):
        failure = wanted.get(key(step.place))
        if failure is None or key(step.place) in found:
            continue
        if isinstance(step, Unread):
            found[key(step.place)] = "", shown(step.reason, limit=300)
        elif step.truth.size != failure.size:
            found[key(step.place)] = "", f"it has {step.truth.size} pixels there and had {failure.size}"
        else:
            found[key(step.place)] = embedded(step.observation.picture, share)
        if len(found) == len(wanted):
            break
    return {k: found.get(k, ("", "the step is not in these episodes")) for k in wanted}
