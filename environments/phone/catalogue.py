"""What the simulated phone's shop may have, and what it never has; prices and what is left are drawn by the seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from environments.phone.theme import Colour

COLOURS: tuple[str, ...] = ("Blue", "Green", "Red", "Grey", "Yellow")
SIZES = ("Small", "Medium", "Large")
SHOE_SIZES = ("38", "40", "42", "44")

Row = tuple[str, str, str, Sequence[str], tuple[int, int]]
"""Name, picture, category, variants, the lowest and highest price in cents."""

CATALOGUE: Sequence[Row] = (
    ("Stoneware Mug", "mug", "Kitchen", COLOURS, (690, 1590)),
    ("Travel Mug", "mug", "Kitchen", (), (1490, 2890)),
    ("Enamel Kettle", "kettle", "Kitchen", ("Blue", "Red"), (2490, 5490)),
    ("Desk Lamp", "lamp", "Home", ("Green", "Grey"), (1990, 4990)),
    ("Reading Lamp", "lamp", "Home", (), (2990, 6990)),
    ("Oak Chair", "chair", "Home", (), (5900, 12900)),
    ("Folding Chair", "chair", "Home", ("Blue", "Yellow", "Grey"), (1990, 3990)),
    ("Wall Clock", "clock", "Home", (), (1490, 3990)),
    ("Kitchen Timer", "clock", "Kitchen", ("Red", "Grey"), (790, 1690)),
    ("Rubber Plant", "plant", "Garden", SIZES, (1290, 3490)),
    ("Potted Basil", "plant", "Garden", (), (290, 690)),
    ("City Backpack", "backpack", "Outdoor", ("Blue", "Green", "Grey"), (3490, 7990)),
    ("Trail Backpack", "backpack", "Outdoor", (), (5990, 11990)),
    ("Running Shoes", "shoe", "Sport", SHOE_SIZES, (4990, 10990)),
    ("Hiking Shoes", "shoe", "Outdoor", SHOE_SIZES, (6990, 13990)),
    ("Linen Shirt", "shirt", "Clothes", SIZES, (2490, 4990)),
    ("Football Shirt", "shirt", "Sport", SIZES, (1990, 3990)),
    ("Storm Umbrella", "umbrella", "Outdoor", ("Blue", "Red"), (1590, 3590)),
    ("Pocket Umbrella", "umbrella", "Clothes", (), (990, 1990)),
    ("Garden Handbook", "book", "Garden", (), (1290, 2490)),
    ("Soup Cookbook", "book", "Kitchen", (), (1490, 2990)),
    ("Beach Ball", "ball", "Sport", (), (490, 1290)),
    ("Travel Headphones", "headphones", "Outdoor", (), (3990, 9990)),
    ("Stunt Kite", "kite", "Sport", ("Red", "Yellow"), (1890, 3890)),
)

ABSENT = (
    *("Espresso Machine", "Garden Gnome", "Snow Globe", "Tennis Racket", "Chess Set", "Camping Stove", "Wool Blanket"),
    *("Bread Maker", "Yoga Mat", "Rain Barrel"),
)
"""What the shop never sells."""

TINTS: tuple[Colour, ...] = (
    *((38, 110, 190), (30, 130, 90), (190, 70, 60), (110, 118, 130), (196, 146, 30), (130, 80, 170), (0, 128, 134)),
)
VARIANT_TINTS: dict[str, Colour] = dict(zip(COLOURS, TINTS, strict=False))
ABOUT = (
    "Made to last, with a two year guarantee. Ships from our warehouse within a day.",
    "A favourite of our customers. Easy to clean and hard to break.",
    "From a small workshop that has made them for thirty years.",
)


@dataclass(frozen=True, slots=True)
class Product:
    """`price` and `old_price` (0 where it never cost more) are in cents. `variants` may be none."""

    name: str
    art: str
    tint: Colour
    category: str
    variants: tuple[str, ...]
    price: int
    old_price: int
    rating: str
    about: str
    sold_out: bool = False


def stock(random: Random, row: Row) -> Product:
    """A row of the catalogue as one shop has it."""
    name, art, category, variants, (low, high) = row
    price = random.randrange(low, high, 10)
    kept = random.sample(variants, min(len(variants), random.randint(2, 4)))
    return Product(
        name,
        art,
        random.choice(TINTS),
        category,
        tuple(v for v in variants if v in kept),
        price,
        price + random.randrange(200, 1500, 10) if random.random() < 0.2 else 0,
        f"{random.randint(31, 49) / 10:.1f}",
        random.choice(ABOUT),
        random.random() < 0.12,
    )
