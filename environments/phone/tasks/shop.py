"""Tasks in Shop."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any, ClassVar

from actions.types import Button, Finish, TypeText
from environments.phone.apps.shop import DELIVERY, Shop
from environments.phone.catalogue import ABSENT, CATALOGUE, COLOURS, Product
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import Eyes, Move, should, should_be
from environments.phone.tasks.template import Question, Template, app_of

QUANTITY = "Quantity"
"""What the page calls how many are taken."""
NAMES = tuple(row[0] for row in CATALOGUE)
CHINESE = {"Standard": "标准配送", "Express": "特快配送", "Pick-up point": "自提点"}


class ReadPrice(Question):
    """What a product costs now: some also say what they cost before."""

    name = "shop_price"
    package = Shop.app.package

    def __init__(self, random: Random) -> None:
        self.product = random.choice(NAMES)
        self._reduced = random.random() < 0.5
        self.text = random.choice(
            (
                f"How much does the {self.product} cost in the Shop app?",
                f"What does Shop charge for the {self.product}?",
            )
        )
        self.text_zh = f"商店应用里的“{self.product}”现在卖多少钱？"

    def setup(self, phone: Phone) -> None:
        shop = app_of(phone, Shop)
        product = stocked(shop, self.product)
        if self._reduced:
            put(shop, replace(product, old_price=product.price + 500))
        self.expected = _amount(product.price)
        prices = {p for other in shop.products for p in (other.price, other.old_price) if p}
        self.others = [_amount(p) for p in prices - {product.price}]

    def solve(self, eyes: Eyes) -> Move:
        if (away := to_product(eyes, self.product)) is not None:
            return away
        price = eyes.find(id="price")
        if price is None:
            return eyes.search("product_page", "the price")
        return f"The {self.product} costs {price.text}.", eyes.answer(price.text)


class AddToCart(Template):
    name = "shop_add"
    package = Shop.app.package

    def __init__(self, random: Random) -> None:
        self.product, _, _, variants, _ = random.choice(CATALOGUE)
        self.variant = random.choice(variants) if variants else ""
        self.quantity = random.randint(2, 3 if variants else 4)
        self._kept = random.choice([n for n in NAMES if n != self.product]) if random.random() < 0.5 else ""
        more = f" ({kind_of(self.variant)} {self.variant})" if self.variant else ""
        self.text = random.choice(
            (
                f"Put {self.quantity} pieces of {self.product}{more} into the shopping cart.",
                f"Add {self.quantity} × {self.product}{more} to my cart in Shop, but don't order.",
            )
        )
        self.text_zh = f"在商店里把{self.quantity}件“{self.product}”{_chinese(self.variant)}放进购物车，不要下单。"

    def setup(self, phone: Phone) -> None:
        shop = app_of(phone, Shop)
        stocked(shop, self.product, self.variant)
        shop.cart.clear()
        if self._kept:
            kept = stocked(shop, self._kept)
            shop.put_in_cart(kept.name, kept.variants[0] if kept.variants else "", 1)

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        data["Shop"]["cart"].append({"product": self.product, "variant": self.variant, "quantity": self.quantity})
        return data

    def solve(self, eyes: Eyes) -> Move:
        if (away := to_product(eyes, self.product)) is not None:
            return away
        return choose(eyes, self.variant, self.quantity, "add_to_cart")


class Buy(Template):
    name = "shop_buy"
    package = Shop.app.package

    def __init__(self, random: Random) -> None:
        self.product, _, _, variants, _ = random.choice(CATALOGUE)
        self.variant = random.choice(variants) if variants else ""
        self.delivery = random.choice(list(DELIVERY))
        more = f" in {kind_of(self.variant)} {self.variant}" if self.variant else ""
        self.text = random.choice(
            (
                f"Buy one {self.product}{more} in Shop with {self.delivery} delivery.",
                f"Order a single {self.product}{more} in the Shop app and pay; delivery: {self.delivery}.",
            )
        )
        way = f"配送方式选“{self.delivery}”（{CHINESE[self.delivery]}）"
        self.text_zh = f"在商店里购买一件“{self.product}”{_chinese(self.variant)}并付款，{way}。"
        self.total = 0

    def setup(self, phone: Phone) -> None:
        shop = app_of(phone, Shop)
        product = stocked(shop, self.product, self.variant)
        shop.cart.clear()
        self.total = product.price + DELIVERY[self.delivery]

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        shop = data["Shop"]
        item = {"product": self.product, "variant": self.variant, "quantity": 1}
        order = {"items": [item], "delivery": self.delivery, "address": shop["address"], "total": self.total}
        shop["orders"].insert(0, order)
        return data

    def solve(self, eyes: Eyes) -> Move:
        if eyes.title() == "Checkout":
            return self._pay(eyes)
        if (away := to_product(eyes, self.product)) is not None:
            return away
        return choose(eyes, self.variant, 1, "buy_now")

    def _pay(self, eyes: Eyes) -> Move:
        option = eyes.find(id="delivery", text=self.delivery)
        if option is None:
            missing, action = eyes.scroll("checkout_form")
            return f"{should(self.delivery, True)} {missing}", action
        if not option.checked:
            return f"{should_be(self.delivery, True, False)}; I tap it.", eyes.click(option)
        line, pay = eyes.find(id="checkout_line"), eyes.need("pay")
        is_chosen = f"{should_be(self.delivery, True, True)}."
        if line is None:
            thought, action = eyes.search("checkout_form", "what is bought")
            return f"{is_chosen} {thought}", action
        more = f"{self.variant}, " if self.variant else ""
        if line.text != self.product or not eyes.find(id="checkout_line_summary", text=f"{more}quantity 1"):
            return f"{is_chosen} This isn't what I was to buy; I go back.", Button(name="back")
        return f"{is_chosen} The order is right; I tap {pay.text}.", eyes.click(pay)


class BuyUnavailable(Template):
    """What is to be bought is sold out, or the shop doesn't have it: the right end is to say so."""

    name = "shop_unavailable"
    package = Shop.app.package
    possible: ClassVar[bool] = False

    def __init__(self, random: Random) -> None:
        self.sold = random.random() < 0.5
        self.product = random.choice(NAMES if self.sold else ABSENT)
        self.text = random.choice((f"Buy one {self.product} in Shop.", f"Order a {self.product} in Shop and pay."))
        self.text_zh = f"在商店里购买一件“{self.product}”并付款。"

    def setup(self, phone: Phone) -> None:
        shop = app_of(phone, Shop)
        if self.sold:
            put(shop, replace(stocked(shop, self.product), sold_out=True))
        shop.watched.clear()
        shop.cart.clear()

    def solve(self, eyes: Eyes) -> Move:
        missing = eyes.find(id="no_results")
        if missing is not None and self.product in missing.text:
            said = f"The shop doesn't sell the {self.product}."
            return said, Finish(success=False, message=said)
        if (away := to_product(eyes, self.product)) is not None:
            return away
        said = f"The {self.product} is sold out."
        assert eyes.find(id="sold_out"), "the set-up made it unavailable"
        return said, Finish(success=False, message=said)


def put(shop: Shop, product: Product) -> None:
    """In the place of the one of its name."""
    shop.products = [product if p.name == product.name else p for p in shop.products]


def stocked(shop: Shop, name: str, variant: str = "") -> Product:
    """The product, for sale and with that variant; put on the shelf where the shop lacks it."""
    if all(p.name != name for p in shop.products):
        shop.stock(name)
    product = replace(shop.product(name), sold_out=False)
    if variant and variant not in product.variants:
        product = replace(product, variants=(*product.variants, variant))
    put(shop, product)
    return product


def to_product(eyes: Eyes, name: str) -> Move | None:
    """To the page of a product, by the search."""
    title = eyes.title()
    if title == name:
        return None
    if title != Shop.app.label:
        return "This is another page; I go back.", Button(name="back")
    tile = next((n for n in eyes.nodes if n.resource_id == "product" and n.description == name), None)
    if tile is not None:
        return f"I look for {name}; I see it and open it.", eyes.click(tile)
    field = eyes.need("search")
    if field.text == name:
        return eyes.search("products", name)
    if not field.focused:
        return f"I look for {name}; it is not here, so I tap the search field.", eyes.click(field)
    return f"I type {name} into the search field.", TypeText(text=name, replace=bool(field.text))


def choose(eyes: Eyes, variant: str, quantity: int, button: str) -> Move:
    """The variant and how many, on the product's page, and then the button."""
    chosen = ""
    if variant:
        chip = eyes.find(id="variant", text=variant)
        if chip is None:
            missing, action = eyes.scroll("product_page")
            return f"{should(variant, True)} {missing}", action
        if not chip.checked:
            return f"{should_be(variant, True, False)}; I tap it.", eyes.click(chip)
        chosen = f"{should_be(variant, True, True)}. "
    number = eyes.find(id="quantity")
    less, more = eyes.find(id="quantity_less"), eyes.find(id="quantity_more")
    if number is None or less is None or more is None:
        thought, action = eyes.search("product_page", "the quantity")
        return f"{chosen}{thought}", action
    seen = f"{chosen}{QUANTITY} should be {quantity} and is {number.text}"
    if int(number.text) != quantity:
        way, step = ("plus", more) if int(number.text) < quantity else ("minus", less)
        return f"{seen}; I tap the {way}.", eyes.click(step)
    done = eyes.need(button)
    return f"{seen}; I tap {done.text}.", eyes.click(done)


def kind_of(variant: str) -> str:
    return "colour" if variant in COLOURS else "size"


def _chinese(variant: str) -> str:
    return f"（{'颜色' if variant in COLOURS else '尺码'}：{variant}）" if variant else ""


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
