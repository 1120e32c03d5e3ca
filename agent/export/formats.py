"""The files of trainers, as rows made from chat messages.

"llama-factory" and "ms-swift" take the same rows: `messages` with roles and `images`, an `<image>` in the text for each
(hiyouga/LLaMA-Factory, data/README.md, "OpenAI format" and "multimodal"; modelscope/ms-swift,
docs/source_en/Customization/Custom-dataset.md). LLaMA-Factory also wants to be told of them in dataset_info.json.

"qwen-vl" is the finetuning code of QwenLM/Qwen3-VL (qwen-vl-finetune/qwenvl/data/data_processor.py): one JSON list of
`conversations` between "human" and "gpt" and `image`. It knows no system turn (whoever is not human becomes the
assistant), so the system text opens the first human turn; only human turns hold pictures; and it strips white space
around each piece of them, which the prompts of a live run keep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, assert_never, get_args

from actions.errors import UsageError
from prompts.messages import ImagePart, Message, Part, TextPart, VideoPart

Format = Literal["llama-factory", "ms-swift", "qwen-vl"]
FORMATS: tuple[Format, ...] = get_args(Format)

IMAGE = "<image>"
FILES: Mapping[Format, str] = {"llama-factory": "train.jsonl", "ms-swift": "train.jsonl", "qwen-vl": "train.json"}


class Unfit(ValueError):
    """What a format has no place for."""


def row(format: Format, messages: Sequence[Message], images: Sequence[str]) -> dict[str, Any]:  # noqa: A002
    """One example. `images`: the files of the messages' pictures, in order. Raises `Unfit`."""
    match format:
        case "llama-factory" | "ms-swift":
            turns = [{"role": m.role, "content": _text(m.parts)} for m in messages]
            return {"messages": turns, "images": [*images]}
        case "qwen-vl":
            return {"image": [*images], "conversations": _conversations(messages)}
        case _:
            assert_never(format)


def dataset_info(name: str) -> dict[str, Any]:
    """LLaMA-Factory's description of the rows."""
    tags = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
    return {
        name: {
            "file_name": FILES["llama-factory"],
            "formatting": "sharegpt",
            "columns": {"messages": "messages", "images": "images"},
            "tags": {**tags, "system_tag": "system"},
        }
    }


def named(format: str) -> Format:  # noqa: A002
    for known in FORMATS:
        if known == format:
            return known
    raise UsageError(f"no training format is called {format!r}; there are {', '.join(FORMATS)}")


def _conversations(messages: Sequence[Message]) -> list[dict[str, str]]:
    turns: list[dict[str, str]] = []
    system = ""
    for message in messages:
        text = _text(message.parts)
        match message.role:
            case "system":
                system += f"{text}\n\n"
            case "user":
                turns.append({"from": "human", "value": f"{system}{text}"})
                system = ""
            case "assistant":
                if any(isinstance(p, ImagePart) for p in message.parts):
                    raise Unfit("a picture in the assistant's turn, where qwen-vl reads none")
                turns.append({"from": "gpt", "value": text})
    return turns


def _text(parts: Sequence[Part]) -> str:
    pieces: list[str] = []
    for part in parts:
        match part:
            case TextPart(text):
                if IMAGE in text:
                    raise Unfit(f"the text {IMAGE!r}, which stands for a picture")
                pieces.append(text)
            case ImagePart():
                pieces.append(IMAGE)
            case VideoPart():
                raise Unfit("a video")
    return "".join(pieces)
