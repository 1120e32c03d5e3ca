"""The prompts that golden files pin, and `python -m tests.prompts.goldens` to write them anew."""

from collections.abc import Iterator
from dataclasses import replace

from actions.geometry import Point
from environments.base import Observation
from environments.episode import Attempt, Grounding
from prompts.dialects import GROUNDING
from prompts.messages import transcript
from prompts.planning import describing
from tests.prompts.moments import ALL, GOLDEN, GROWN, PICTURE, PLAIN, label, moment, past


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


def planning_texts() -> Iterator[tuple[str, str]]:
    """What a planner beside a grounder is asked."""
    attempt = Attempt("…", groundings=(Grounding("the Wi-Fi row", "(500, 250)", Point(0.5, 0.25)),))
    unread = Attempt("✿FUNCTION✿", "it was not found")
    for dialect in (d for d in PLAIN if d.platform == "mobile" or d.name == "qwen3_vl"):
        steps = [replace(s, attempts=(attempt,)) for s in past(dialect.platform)]
        asked = moment(dialect.platform, steps, attempts=(unread,))
        yield f"planning/{label(dialect)}.txt", transcript(describing(dialect).render(asked))


if __name__ == "__main__":
    for folder in ("grounding", "planning"):
        (GOLDEN / folder).mkdir(parents=True, exist_ok=True)
    for old in GOLDEN.rglob("*.txt"):
        old.unlink()
    for name, text in (*golden_texts(), *grounding_texts(), *planning_texts()):
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="")
    print(f"wrote {len(list(GOLDEN.rglob('*.txt')))} files to {GOLDEN}")
