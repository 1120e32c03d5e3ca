"""What is wrong with a checkpoint is said in one line with the command that mends it, before torch works on it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from actions.errors import HandeyeError, ModelLoadError, ModelMemoryError, UsageError
from agent.models import hardware, loading
from agent.models.transformers import TransformersModel
from prompts.messages import ImagePart, Message
from tests.models.conftest import Tiny
from tests.prompts.moments import PICTURE


def load(folder: Path, **options: Any) -> TransformersModel:
    return TransformersModel.load(str(folder), device="cpu", **options)


@pytest.fixture
def copy(tiny: Tiny, tmp_path: Path) -> Path:
    """A checkpoint to break."""
    return Path(shutil.copytree(tiny.folder(), tmp_path / "checkpoint"))


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def truncate(path: Path, by: int) -> None:
    path.write_bytes(path.read_bytes()[:-by])


def shard(folder: Path, missing: str) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": missing}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def drop(*names: str) -> Callable[[Path], Any]:
    return lambda folder: [(folder / n).unlink(missing_ok=True) for n in names]


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(bytes(data))


BREAKAGES: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "no config": (drop("config.json"), "no config.json", "hf download"),
    "config cut off": (lambda f: truncate(f / "config.json", 5), "config.json can't be read", "hf download"),
    "config no object": (lambda f: (f / "config.json").write_text("[1]"), "expected an object", "hf download"),
    "config no text": (lambda f: (f / "config.json").write_bytes(b"\xff\xfe\x00"), "can't be read", "hf download"),
    "text only": (
        lambda f: edit(f / "config.json", model_type="qwen2"),
        "'qwen2' checkpoint: the families known are Qwen2-VL, Qwen2.5-VL, Qwen3-VL",
        "--model",
    ),
    "own code": (
        lambda f: edit(f / "config.json", model_type="opencua", auto_map={"AutoModel": "x.Y"}),
        "code of its own, which is never run",
        "--model",
    ),
    "pickles only": (pickled, "only pytorch_model.bin, a format that can run code", "hf download"),
    "no weights": (drop("model.safetensors"), "holds no weights", "hf download"),
    "weights cut off": (lambda f: truncate(f / "model.safetensors", 100), "cut off or corrupt", "hf download"),
    "weights empty": (lambda f: (f / "model.safetensors").write_bytes(b""), "cut off or corrupt", "hf download"),
    "weights of text": (
        lambda f: (f / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1"),
        "cut off or corrupt",
        "hf download",
    ),
    "table corrupt": (lambda f: flip(f / "model.safetensors", 9), "cut off or corrupt", "hf download"),
    "table's length corrupt": (lambda f: flip(f / "model.safetensors", 5), "cut off or corrupt", "hf download"),
    "shard missing": (
        lambda f: shard(f, "model-00002-of-00002.safetensors"),
        "1 of 2 weight files are missing, the first is model-00002-of-00002.safetensors",
        "hf download",
    ),
    "index empty": (
        lambda f: (f / "model.safetensors.index.json").write_text("{}"),
        "no weight_map",
        "hf download",
    ),
    "no tokenizer": (drop("tokenizer.json", "vocab.json"), "lacks tokenizer.json", "hf download"),
    "no preprocessor": (
        drop("preprocessor_config.json", "processor_config.json"),
        "lacks preprocessor_config.json",
        "hf download",
    ),
    "an image processor's former name": (
        lambda f: edit(f / "preprocessor_config.json", image_processor_type="Qwen2_5_VLImageProcessor"),
        "called Qwen2VLImageProcessor now",
        "sed -i",
    ),
    "tokenizer corrupt": (lambda f: (f / "tokenizer.json").write_text("{"), "can't be loaded", ""),
    "tokenizer of another kind": (lambda f: (f / "tokenizer.json").write_text('{"a": 1}'), "can't be loaded", ""),
    "preprocessor corrupt": (
        lambda f: (f / "preprocessor_config.json").write_text("{"),
        "can't be read",
        "hf download",
    ),
    "config nonsense": (lambda f: edit(f / "config.json", text_config={"hidden_size": "wide"}), "can't be loaded", ""),
}


@pytest.mark.parametrize("case", BREAKAGES)
def test_a_broken_checkpoint(copy: Path, case: str, capfd: pytest.CaptureFixture[str]) -> None:
    breakage, message, remedy = BREAKAGES[case]
    breakage(copy)
    with pytest.raises(ModelLoadError) as caught:
        load(copy)
    assert message in caught.value.message
    assert remedy in (caught.value.remedy or "")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3
    assert capfd.readouterr().out == ""


def test_weights_that_dont_belong_to_the_config(copy: Path) -> None:
    """transformers itself would fill the missing layer with random numbers and go on."""
    config = json.loads((copy / "config.json").read_text())
    config["text_config"]["num_hidden_layers"] = 3
    config["text_config"].pop("layer_types", None)
    (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelLoadError, match=r"lacks \d+ weights"):
        load(copy)


def test_wrong_names(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.touch()
    for name, message in [
        (str(tmp_path / "nowhere"), "no checkpoint at"),
        ("./nowhere", "no checkpoint at ./nowhere"),
        ("nowhere", "a hub id has the form owner/name"),
        ("a/b/c", "no checkpoint at a/b/c"),
        ("", "no checkpoint at"),
        (str(file), "is a file: expected a checkpoint's folder"),
        ("\x00/x", "no checkpoint at"),
    ]:
        with pytest.raises(ModelLoadError) as caught:
            loading.find(name)
        assert message in caught.value.message, name


def test_a_published_config_loads(copy: Path) -> None:
    """config.json of the hub's Qwen2-VL: the text settings lie flat, and the vision config is called qwen2_vl."""
    config = json.loads((copy / "config.json").read_text())
    text = config.pop("text_config")
    rope = text.pop("rope_parameters")
    for key in ("model_type", "layer_types", "dtype"):
        text.pop(key, None)
    config |= text
    config |= {"rope_theta": rope["rope_theta"], "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]}}
    config["torch_dtype"] = config.pop("dtype", "float32")
    config["vision_config"] = {
        k: v
        for k, v in config["vision_config"].items()
        if k in ("depth", "embed_dim", "hidden_size", "mlp_ratio", "num_heads", "patch_size")
    } | {"in_chans": 3, "spatial_patch_size": 14, "model_type": "qwen2_vl"}
    (copy / "config.json").write_text(json.dumps(config))
    with load(copy, dtype="float32") as model:
        assert model._open.config.text_config.hidden_size == 64  # pyright: ignore[reportPrivateUsage]


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The hub client as on a user's machine: not told to stay offline, and with an empty cache."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))


def test_a_hub_that_refuses_the_connection(online: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    start = time.monotonic()
    with pytest.raises(
        ModelLoadError, match="neither a folder nor in the local cache, and the hub can't be reached"
    ) as e:
        loading.find("Qwen/Qwen2-VL-2B-Instruct", endpoint=f"http://127.0.0.1:{port}")
    assert e.value.remedy == "hf download Qwen/Qwen2-VL-2B-Instruct"
    assert "\n" not in str(e.value)
    assert time.monotonic() - start < 5


def test_a_hub_that_never_answers(online: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        with pytest.raises(ModelLoadError, match="the hub can't be reached"):
            loading.find("a/b", endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_seconds=0.5)
        assert time.monotonic() - start < 5


def test_a_hub_that_knows_no_such_model(online: None) -> None:
    def answer(server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(
                    b"HTTP/1.1 404 Not Found\r\nX-Error-Code: RepoNotFound\r\nContent-Length: 0\r\n"
                    b"Connection: close\r\n\r\n"
                )

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=(server,))
        thread.start()
        try:
            with pytest.raises(ModelLoadError, match="the hub has no model a/b") as caught:
                loading.find("a/b", endpoint=f"http://127.0.0.1:{server.getsockname()[1]}")
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)
        assert caught.value.remedy == "hf auth login"


class Hub:
    """The hub's side of a download: model info, the listing of its files, and the files."""

    commit = "a" * 40

    def __init__(self, folder: Path) -> None:
        self.files = {p.name: p.read_bytes() for p in folder.iterdir()}
        self.files |= {"pytorch_model.bin": b"pickle", "modeling_own.py": b"print('run')"}
        self.fetched: list[str] = []

    def __enter__(self) -> str:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.answer(with_body=False)

            def do_GET(self) -> None:
                self.answer(with_body=True)

            def answer(self, *, with_body: bool) -> None:
                path = self.path.partition("?")[0]
                name = path.rpartition("/")[2]
                if path.startswith("/api/models/own/tiny/tree/"):
                    body = json.dumps(
                        [
                            {"type": "file", "path": n, "size": len(b), "oid": hashlib.sha1(b).hexdigest()}
                            for n, b in hub.files.items()
                        ]
                    ).encode()
                elif path.startswith("/api/models/own/tiny"):
                    body = json.dumps({"id": "own/tiny", "modelId": "own/tiny", "sha": hub.commit, "tags": []}).encode()
                else:
                    body = hub.files[name]
                    if with_body:
                        hub.fetched.append(name)
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("ETag", f'"{hashlib.sha1(body).hexdigest()}"')
                self.send_header("X-Repo-Commit", hub.commit)
                self.end_headers()
                if with_body:
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def test_a_download_and_then_the_cache(online: None, tiny: Tiny, capfd: pytest.CaptureFixture[str]) -> None:
    hub = Hub(tiny.folder())
    with hub as url:
        folder = loading.find("own/tiny", endpoint=url)
        assert loading.inspect(folder, "own/tiny").family.name == "Qwen2-VL"
        assert "pytorch_model.bin" not in hub.fetched
        assert "modeling_own.py" not in hub.fetched
        first = len(hub.fetched)
        assert loading.find("own/tiny", endpoint=url) == folder
        assert len(hub.fetched) == first
    assert capfd.readouterr() == ("", "")
    assert loading.find("own/tiny", endpoint=url) == folder  # the hub is gone
    assert loading.find("own/tiny", offline=True) == folder
    (folder / "model.safetensors").resolve().unlink()  # the link alone the hub client would make again
    with pytest.raises(ModelLoadError, match="own/tiny is only half downloaded, and the hub can't be reached") as e:
        loading.find("own/tiny", endpoint=url)
    assert e.value.remedy == "hf download own/tiny"


def test_offline_says_so(online: None) -> None:
    with pytest.raises(ModelLoadError, match="offline"):
        loading.find("a/b", offline=True)


def test_a_cached_checkpoint_needs_no_hub(online: None, tiny: Tiny, tmp_path: Path) -> None:
    """The hub client's own layout: refs/main names a snapshot, which counts as whole where its listing says so."""
    repository = tmp_path / "cache" / "models--own--tiny"
    commit = "a" * 40
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(commit)
    shutil.copytree(tiny.folder(), repository / "snapshots" / commit)
    found = loading.find("own/tiny", offline=True)
    assert loading.inspect(found).family.name == "Qwen2-VL"


@pytest.mark.parametrize(
    ("path", "made_from", "family"),
    [
        ("UI-TARS-7B", None, "UI-TARS"),
        ("my-ui-tars/checkpoint-500", None, "UI-TARS"),
        (f"models--osunlp--UGround-V1-2B/snapshots/{'a1' * 20}", None, "UGround-V1"),
        ("uground-eval/Qwen2-VL-2B", None, "Qwen2-VL"),
        ("mine", "/data/models/Aguvis-7B-720P/", "Aguvis"),
        ("checkpoint-500", "Qwen/Qwen2-VL-2B", "Qwen2-VL"),
    ],
)
def test_a_folders_name_tells_the_family(
    tiny: Tiny, tmp_path: Path, path: str, made_from: str | None, family: str
) -> None:
    folder = shutil.copytree(tiny.folder(), tmp_path / path)
    edit(folder / "config.json", _name_or_path=made_from)
    assert loading.inspect(folder).family.name == family


def test_a_family_that_is_guessed_is_a_warning(copy: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = copy.rename(copy.with_name("mine"))
    load(folder).close()
    assert [r.getMessage() for r in caplog.records if r.name == "handeye.models"] == [
        "mine is no checkpoint that is known by its name: read as Qwen2-VL "
        "(if it was trained on another prompt: --dialect)"
    ]
    assert loading.inspect(folder, dialect="qwen2_vl").warning is None


def test_newer_processor_files_are_read(copy: Path) -> None:
    folder = copy.rename(copy.with_name("mine"))
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    (folder / "preprocessor_config.json").unlink()
    (folder / "processor_config.json").write_text(json.dumps({"image_processor": settings | {"max_pixels": 2116800}}))
    assert loading.inspect(folder).family.name == "UI-TARS"


def test_what_only_a_server_runs(copy: Path) -> None:
    folder = copy.rename(copy.with_name("AutoGLM-Phone-9B"))
    edit(folder / "config.json", model_type="glm4v")
    with pytest.raises(ModelLoadError, match="is AutoGLM-Phone, which handeye runs through a server only") as caught:
        loading.inspect(folder)
    assert caught.value.remedy == "--endpoint http://127.0.0.1:8000/v1 --model AutoGLM-Phone-9B"


@pytest.mark.parametrize(
    ("section", "message", "extra"),
    [
        ({"quant_method": "gptq", "bits": 4}, "needs gptqmodel and optimum", "gptq"),
        ({"quant_method": "awq", "bits": 4}, "needs gptqmodel", "awq"),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "needs bitsandbytes", "bitsandbytes"),
        ({"load_in_4bit": True}, "needs bitsandbytes", "bitsandbytes"),
    ],
)
def test_a_quantised_checkpoint_names_its_extra(
    copy: Path, section: dict[str, Any], message: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> None:
        assert name in ("gptqmodel", "optimum", "bitsandbytes")

    monkeypatch.setattr(loading.importlib.util, "find_spec", absent)
    edit(copy / "config.json", quantization_config=section)
    with pytest.raises(ModelLoadError, match=message) as caught:
        loading.require_packages(loading.inspect(copy))
    assert caught.value.remedy == f"uv pip install 'handeye[{extra}]'"


def test_the_extras_exist() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert {"gptq", "awq", "bitsandbytes", "video", "endpoint"} <= set(project["optional-dependencies"])


def test_counts_of_a_checkpoint(tiny: Tiny) -> None:
    checkpoint = loading.inspect(tiny.folder())
    assert checkpoint.bytes == checkpoint.numbers * 4  # saved as float32
    assert checkpoint.numbers == sum(p.numel() for p in tiny.model()._open.parameters())  # pyright: ignore[reportPrivateUsage]


def test_too_little_memory_is_said_before_loading(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def little(device: str) -> int:
        assert device == "cpu"
        return 1000

    monkeypatch.setattr(hardware, "free_memory", little)
    with pytest.raises(ModelMemoryError, match=r"needs 0\.0 GB for its weights and cpu has 0\.0 GB free") as caught:
        load(copy)
    assert "--max-pixels" in (caught.value.remedy or "")
    assert "4-bit" in (caught.value.remedy or "")


def test_memory_that_runs_out_while_loading(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from transformers import AutoModelForImageTextToText

    def explode(*_: Any, **__: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(AutoModelForImageTextToText, "from_pretrained", explode)
    with pytest.raises(ModelMemoryError, match="ran out of memory"):
        load(copy)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"device": "gpu"}, UsageError, "no device is called 'gpu'"),
        ({"device": "cpu:1"}, UsageError, "no device is called"),
        ({"device": "cuda:99"}, ModelLoadError, "finds no device cuda:99"),
        ({"device": "cpu", "dtype": "int4"}, UsageError, "there are bfloat16, float16, float32"),
        ({"device": "cpu", "attention": "fast"}, UsageError, "no attention is called 'fast'"),
        ({"device": "cpu", "attention": "flash_attention_2"}, ModelLoadError, "flash_attention_2 doesn't work here"),
        ({"device": "cpu", "max_pixels": 5}, UsageError, "at least one visual token"),
    ],
)
def test_wrong_options(tiny: Tiny, options: dict[str, Any], error: type[HandeyeError], message: str) -> None:
    with pytest.raises(error, match=message):
        TransformersModel.load(str(tiny.folder()), **options)


def test_defaults_fit_the_machine(tiny: Tiny) -> None:
    import torch

    with TransformersModel.load(str(tiny.folder()), max_pixels=200_000) as model:
        if not torch.cuda.is_available() and not torch.backends.mps.is_available():
            assert model.device == "cpu"
            assert model.attention == "sdpa"
        assert model.dtype in ("bfloat16", "float16", "float32")
        assert (model.min_pixels, model.max_pixels) == (3136, 200_000)


@pytest.mark.parametrize(
    ("device", "quantised", "works", "expected"),
    [
        ("cuda", None, True, "bfloat16"),
        ("cuda:1", None, False, "float16"),
        ("cuda", "awq", True, "float16"),
        ("cuda", "bitsandbytes", True, "bfloat16"),
    ],
)
def test_number_formats_of_gpus(
    device: str, quantised: str | None, works: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: works or including_emulation)
    assert hardware.choose_dtype(None, device, quantised=quantised) == hardware.DTYPES[expected]


@pytest.mark.parametrize(("version", "expected"), [("13.7", "float16"), ("14.0", "bfloat16"), ("26.1", "bfloat16")])
def test_number_formats_of_macs(version: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware.platform, "mac_ver", lambda: (version, ("", "", ""), "arm64"))
    assert hardware.choose_dtype(None, "mps") == hardware.DTYPES[expected]


def test_what_must_not_load_torch() -> None:
    code = (
        "import sys, agent.models.family, agent.models.loading, agent.models.images, agent.models.openai, "
        "agent.models.scripted; "
        "print([m for m in ('torch', 'transformers', 'qwen_vl_utils') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": "."},
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("name", ["no/such/folder", "no/such", "."])
def test_what_is_wrong_is_said_before_torch_is_imported(name: str, tmp_path: Path) -> None:
    """Which takes seconds, many on a machine that has not done so lately."""
    code = (
        "import sys\n"
        "from actions.errors import ModelLoadError\n"
        "from agent.plugins import open_model\n"
        "try:\n    open_model(sys.argv[1])\n"
        "except ModelLoadError as e:\n    print(e.message)\n"
        "print([m for m in ('torch', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, name],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "HF_ENDPOINT": "http://127.0.0.1:9"},
    )
    said, loaded = done.stdout.splitlines()
    assert name in said
    assert loaded == "[]", done.stderr


def test_a_checkpoint_that_was_found_before_is_loaded(tiny: Tiny) -> None:
    found = loading.open_checkpoint(str(tiny.folder()))
    assert found.name == str(tiny.folder())
    with TransformersModel.load(found, device="cpu", dtype="float32") as model:
        assert model.name == found.name


def test_bounds_under_their_other_names(copy: Path) -> None:
    edit(
        copy / "preprocessor_config.json",
        min_pixels=None,
        max_pixels=None,
        size={"min_pixels": 3136, "max_pixels": 50_176},
    )
    with load(copy) as model:
        assert (model.min_pixels, model.max_pixels) == (3136, 50_176)
        assert model._prepare([Message.of("user", ImagePart(PICTURE))]).seen[0].area <= 50_176  # pyright: ignore[reportPrivateUsage]
