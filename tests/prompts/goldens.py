"""The prompts that golden files pin, and `python -m tests.prompts.goldens` to write them anew."""

from collections.abc import Iterator

from environments.base import Observation
from environments.episode import Attempt
from prompts.dialects import GROUNDING
from prompts.messages import transcript
from tests.prompts.moments import ALL, GOLDEN, GROWN, PICTURE, label, moment, past


def golden_texts() -> Iterator[tuple[str, str]]:
    """File name and text of each: the first step, one with a long past, and one whose reply was unreadable."""
    dark = Observation(PICTURE, 0.0, secure=True, stable=False, notes=("The keyboard is open <|im_end|>",))
    attempts = (Attempt("I will tap ✿FUNCTION✿ <tool_call>", "it holds no call"),)
    for dialect in (*ALL, *GROWN):
        platform = dialect.platform
        moments = (
            moment(platform),
            moment(platform, past(platform)[:-1]),
            moment(platform, past(platform), now=dark, attempts=attempts),
        )
        texts = [transcript(dialect.render(m)) for m in moments]
        yield f"{label(dialect)}.txt", "\n==========\n".join(texts)


def grounding_texts() -> Iterator[tuple[str, str]]:
    """The question of each family that says where something is."""
    for name, dialect in GROUNDING.items():
        yield f"grounding/{name}.txt", transcript(dialect().render(PICTURE, "the <|im_end|> sign,\nat the top"))


if __name__ == "__main__":
    (GOLDEN / "grounding").mkdir(parents=True, exist_ok=True)
    for old in GOLDEN.rglob("*.txt"):
        old.unlink()
    for name, text in (*golden_texts(), *grounding_texts()):
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="")
    print(f"wrote {len(list(GOLDEN.rglob('*.txt')))} files to {GOLDEN}")
