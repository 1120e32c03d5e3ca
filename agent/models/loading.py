# pyright: reportUnknownMemberType=false
"""Finding a checkpoint and saying what is wrong with it, before any torch is loaded.

A name is a folder or an id on the Hugging Face hub. `find` turns it into a folder, `inspect` reads that folder's
config and the heads of its weight files, `open_checkpoint` does both: what is missing, cut off or not ours is said in
one line here, instead of minutes later in a library's traceback.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import struct
import sys
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from actions.errors import ModelLoadError
from agent.models.family import NAMES, Family, by_name, choose

PATTERNS = ("*.json", "*.safetensors", "*.txt", "*.jinja")
"""What is downloaded of a hub repository: no pickles, no code, no other formats."""

_EXTRAS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "gptq": ("gptq", ("gptqmodel", "optimum")),
    "awq": ("awq", ("gptqmodel",)),
    "bitsandbytes": ("bitsandbytes", ("bitsandbytes",)),
}
"""Quantisation method in config.json -> the extra of pyproject.toml, and the packages that transformers asks for
(validate_environment in transformers/quantizers/)."""

_BYTES = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A whole checkpoint on disk. `name`: as it was asked for. `quantisation`: the method's name, None for plain
    weights. `bytes`: the weights as stored; `numbers`: how many floating-point numbers they are. `warning`: what could
    not be told of its family."""

    name: str
    folder: Path
    family: Family
    model_type: str
    quantisation: str | None
    bytes: int
    numbers: int
    warning: str | None = None


def open_checkpoint(
    name: str,
    *,
    dialect: str | None = None,
    revision: str | None = None,
    offline: bool = False,
    timeout_seconds: float = 4.0,
) -> Checkpoint:
    """All that can be said of a checkpoint without torch: found (`find`), whole and of a known family (`inspect`), and
    the packages for its quantisation are there. Raises `ModelLoadError`."""
    folder = find(name, revision=revision, offline=offline, timeout_seconds=timeout_seconds)
    checkpoint = inspect(folder, name, dialect=dialect)
    require_packages(checkpoint)
    return checkpoint


def find(
    name: str,
    *,
    revision: str | None = None,
    offline: bool = False,
    timeout_seconds: float = 4.0,
    endpoint: str | None = None,
) -> Path:
    """The folder of a checkpoint; one on the hub is downloaded first, unless it is in the local cache.

    A cached one is used where the hub can't be reached within `timeout_seconds`, or with `offline`. `endpoint` is a
    mirror of the hub (otherwise HF_ENDPOINT's). Raises `ModelLoadError`.
    """
    folder = Path(name).expanduser()
    if name and folder.is_dir():
        return folder.resolve()
    if name and folder.exists():
        raise ModelLoadError(f"{name} is a file: expected a checkpoint's folder", remedy=f"--model {folder.parent}")
    if not re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", name):
        raise ModelLoadError(
            f"no checkpoint at {name}: there is no such folder, and a hub id has the form owner/name",
            remedy="--model Qwen/Qwen2-VL-2B-Instruct",
        )
    return _from_hub(name, revision, offline, timeout_seconds, endpoint)


def _from_hub(name: str, revision: str | None, offline: bool, timeout_seconds: float, endpoint: str | None) -> Path:
    import huggingface_hub as hub
    from huggingface_hub import errors

    http_error: type[Exception] = errors.HfHubHTTPError.__mro__[1]
    """The base of all errors of the HTTP library under the installed hub client (httpx, later httpx2)."""

    again = f"hf download {name}" + (f" --revision {revision}" if revision else "")
    why = "offline"
    try:
        if not offline:
            try:
                # Asked first, since the download itself waits longer than anyone likes for a hub that is silent.
                hub.HfApi(endpoint=endpoint).model_info(name, revision=revision, timeout=timeout_seconds)
                with quiet():
                    return Path(
                        hub.snapshot_download(
                            name,
                            revision=revision,
                            allow_patterns=list(PATTERNS),
                            etag_timeout=timeout_seconds,
                            endpoint=endpoint,
                        )
                    )
            except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError):
                raise
            except (http_error, errors.LocalEntryNotFoundError, ConnectionError, TimeoutError) as e:
                why = _reason(e)
        return Path(
            hub.snapshot_download(
                name, revision=revision, allow_patterns=list(PATTERNS), local_files_only=True, endpoint=endpoint
            )
        )
    except errors.GatedRepoError as e:
        raise ModelLoadError(f"{name} is gated: the hub wants you to log in first", remedy="hf auth login") from e
    except errors.RevisionNotFoundError as e:
        raise ModelLoadError(f"{name} has no revision {revision!r} on the hub", remedy=f"hf download {name}") from e
    except errors.RepositoryNotFoundError as e:
        raise ModelLoadError(f"the hub has no model {name}, or it is private", remedy="hf auth login") from e
    except errors.LocalEntryNotFoundError as e:
        half = type(e).__name__ == "IncompleteSnapshotError"  # not in the oldest hub client allowed
        what = "is only half downloaded" if half else "is neither a folder nor in the local cache"
        raise ModelLoadError(f"{name} {what}, and the hub can't be reached: {why}", remedy=again) from e
    except (http_error, OSError, ValueError) as e:
        raise ModelLoadError(f"{name} could not be downloaded: {_reason(e)}", remedy=again) from e


def _reason(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]


def inspect(folder: Path, name: str = "", *, dialect: str | None = None) -> Checkpoint:
    """What a folder holds; `name` is the hub id that it came by, if so. Raises `ModelLoadError` where it is not a
    whole checkpoint of a known family. A `dialect` that was asked for settles the family."""
    from_hub = bool(name) and not Path(name).expanduser().is_dir()
    again = f"hf download {name} --force-download" if from_hub else f"hf download OWNER/NAME --local-dir {folder}"
    config = _json(folder / "config.json", again)
    kind = config.get("model_type")
    names = _names(name if from_hub else folder, config)
    choice = choose(names, model_type=str(kind), processor=_processor(folder, again), dialect=dialect)
    if choice is None:
        told = next((f for f in map(by_name, names) if f is not None and f.place == "endpoint"), None)
        if told is not None:
            raise ModelLoadError(
                f"{folder} is {told.name}, which handeye runs through a server only",
                remedy=f"--endpoint http://127.0.0.1:8000/v1 --model {names[0]}",
            )
        code = " and needs code of its own, which is never run" if "auto_map" in config else ""
        raise ModelLoadError(
            f"{folder} is a {kind!r} checkpoint{code}: the families known are {NAMES}",
            remedy="--model Qwen/Qwen2-VL-2B-Instruct",
        )
    method = _quantisation(config)
    size, numbers = _weights(folder, again)
    wanted = {
        "tokenizer.json or vocab.json": ("tokenizer.json", "vocab.json"),
        "preprocessor_config.json": ("preprocessor_config.json", "processor_config.json"),
    }
    for what, files in wanted.items():
        if not any((folder / f).is_file() for f in files):
            raise ModelLoadError(f"{folder} lacks {what}", remedy=again)
    _image_processor(folder / "preprocessor_config.json", again)
    known = name or str(folder)
    return Checkpoint(known, folder, choice.family, str(kind), method, size, numbers, choice.warning)


_RUN = re.compile(r"(checkpoint|global_step|step|epoch)[-_]?\d*|[0-9a-f]{40}|snapshots|final|best|last|merged|hf")
"""What folders inside a checkpoint's or a training run's own folder are called."""


def _names(name: str | Path, config: Mapping[str, Any]) -> list[str]:
    """By what a checkpoint goes: its hub id, or its folder's name; and what its config says that it was made from."""
    if isinstance(name, Path):
        parts = [name.name, *(p.name for p in name.parents)]
        name = next((p for p in parts if not _RUN.fullmatch(p)), parts[0])
    before = config.get("_name_or_path")
    return [name, *([before.rstrip("/").rsplit("/", 1)[-1]] if isinstance(before, str) and before else [])]


def _processor(folder: Path, again: str) -> Mapping[str, Any]:
    """Its image processor's settings, from the file that older or that newer versions of transformers write."""
    for file in ("preprocessor_config.json", "processor_config.json"):
        if (folder / file).is_file():
            settings = _json(folder / file, again)
            return settings.get("image_processor", settings) if file.startswith("processor") else settings
    return {}


def require_packages(checkpoint: Checkpoint) -> None:
    """`ModelLoadError` that names the extra where a quantised checkpoint needs packages that are not there."""
    if checkpoint.quantisation is None or checkpoint.quantisation not in _EXTRAS:
        return
    extra, packages = _EXTRAS[checkpoint.quantisation]
    missing = [p for p in packages if importlib.util.find_spec(p) is None]
    if missing:
        raise ModelLoadError(
            f"{checkpoint.folder} is a {checkpoint.quantisation} checkpoint, which needs {' and '.join(missing)}",
            remedy=f"uv pip install 'handeye[{extra}]'",
        )


def is_terminal() -> bool:
    """Whether someone watches: progress bars are drawn for them only."""
    return sys.stderr.isatty()


@contextlib.contextmanager
def quiet() -> Generator[None]:
    """Progress bars of the hub client only where stderr is a terminal."""
    from huggingface_hub import utils

    if is_terminal() or utils.are_progress_bars_disabled():
        yield
        return
    utils.disable_progress_bars()
    try:
        yield
    finally:
        utils.enable_progress_bars()


def _json(path: Path, again: str) -> dict[str, Any]:
    try:
        loaded: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as e:
        raise ModelLoadError(f"no checkpoint at {path.parent}: it has no {path.name}", remedy=again) from e
    except (OSError, ValueError) as e:
        raise ModelLoadError(f"{path} can't be read: {_reason(e)}", remedy=again) from e
    if not isinstance(loaded, dict):
        raise ModelLoadError(f"{path} can't be read: expected an object", remedy=again)
    return cast("dict[str, Any]", loaded)


def _image_processor(path: Path, again: str) -> None:
    """`ModelLoadError` for a name that the first checkpoints of Qwen2.5-VL gave their image processor, and those tuned
    from them, and that transformers 5 has no more. The class under the other name is the same."""
    if path.is_file() and _json(path, again).get("image_processor_type") == "Qwen2_5_VLImageProcessor":
        raise ModelLoadError(
            f"{path} names its image processor Qwen2_5_VLImageProcessor, which is called Qwen2VLImageProcessor now",
            remedy=f"sed -i.before s/Qwen2_5_VLImageProcessor/Qwen2VLImageProcessor/ {path}",
        )


def _quantisation(config: Mapping[str, Any]) -> str | None:
    section: object = config.get("quantization_config")
    if not isinstance(section, dict):
        return None
    fields = cast("dict[str, object]", section)
    method = fields.get("quant_method")
    if method is None and (fields.get("load_in_4bit") or fields.get("load_in_8bit")):
        return "bitsandbytes"
    return str(method)


def _weights(folder: Path, again: str) -> tuple[int, int]:
    """Bytes and floating-point numbers of the weight files, each of which must be there and whole."""
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        table: object = _json(index, again).get("weight_map")
        if not isinstance(table, dict) or not table:
            raise ModelLoadError(f"{index} has no weight_map", remedy=again)
        names = sorted({str(v) for v in cast("dict[str, object]", table).values()})
        missing = [n for n in names if not (folder / n).is_file()]
        if missing:
            raise ModelLoadError(
                f"{folder} is only half downloaded: {len(missing)} of {len(names)} weight files are missing, "
                f"the first is {missing[0]}",
                remedy=again,
            )
    elif (folder / "model.safetensors").is_file():
        names = ["model.safetensors"]
    else:
        pickles = sorted(p.name for ending in ("bin", "pt", "pth") for p in folder.glob(f"*.{ending}"))
        found = f"only {pickles[0]}, a format that can run code and is refused" if pickles else "no weights"
        raise ModelLoadError(f"{folder} holds {found}: expected model.safetensors", remedy=again)
    counted = [_safetensors(folder / n, again) for n in names]
    return sum(size for size, _ in counted), sum(numbers for _, numbers in counted)


def _safetensors(path: Path, again: str) -> tuple[int, int]:
    """Size and count from the head of a weight file, held against the file's length.

    Source of the format: huggingface/safetensors, README.md: 8 bytes of length (little endian), a JSON table, data.
    """
    broken = ModelLoadError(f"{path} is cut off or corrupt: its length doesn't fit its own table", remedy=again)
    try:
        with path.open("rb") as file:
            actual = os.fstat(file.fileno()).st_size
            head = file.read(8)
            if len(head) < 8 or (length := struct.unpack("<Q", head)[0]) > min(actual - 8, 100_000_000):
                raise broken
            table = json.loads(file.read(length))
        tensors = [v for k, v in table.items() if k != "__metadata__"]
        size = max((t["data_offsets"][1] for t in tensors), default=0)
        numbers = sum(
            (t["data_offsets"][1] - t["data_offsets"][0]) // _BYTES[t["dtype"]]
            for t in tensors
            if t["dtype"] in ("F64", "F32", "F16", "BF16")
        )
    except OSError as e:
        raise ModelLoadError(f"{path} can't be read: {_reason(e)}", remedy=again) from e
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as e:
        raise broken from e
    if actual != 8 + length + size:
        raise broken
    return size, numbers
