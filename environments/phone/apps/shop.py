"""Shop: products to look through and search, a page for each, a cart, a checkout that pays, the orders so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from environments.phone import world
from environments.phone.apps.base import App, PagedProgram
from environments.phone.catalogue import CATALOGUE, COLOURS, VARIANT_TINTS, Product, stock
from environments.phone.forms import Entry, Form, Stepper
from environments.phone.layouts import Card, Column, Divider, Gap, Header, Page, Scrolling
from environments.phone.parts import Widget
from environments.phone.pictures import Picture
from environments.phone.text_field import Field
from environments.phone.tiles import Beside, Chip, Chips, Grid, Tile, Topped
from environments.phone.widgets import Button, IconButton, Item, Label

STREETS = ("Mill Street", "Elm Avenue", "Station Road", "Harbour Lane", "Park Crescent", "Church Walk")
CITIES = ("Riverside", "Ashford", "Northwick", "Lakeview", "Brookfield")
CURRENCIES = ("€", "£", "$")
DELIVERY = {"Standard": 0, "Express": 490, "Pick-up point": 190}
"""What each way of delivery costs, in cents."""
MOST = 9
"""The most of one product in one line of the cart."""


@dataclass(slots=True)
class Line:
    """So many of a product in a cart or an order."""

    product: str
    variant: str
    quantity: int


class Shop(PagedProgram):
    """`page` is "home", "product", "cart", "checkout", "done" or "orders"; `trail` the pages that back goes to."""

    app = App("com.sim.shop", ".Main", "Shop")
    icon = "bag"
    colour = (200, 75, 49)
    loading_seconds = 0.3

    def start(self, random: Random) -> None:
        self.currency = random.choice(CURRENCIES)
        self.products = [stock(random, row) for row in random.sample(CATALOGUE, random.randint(14, 20))]
        self.cart: list[Line] = []
        self.watched: list[str] = []
        self.address = {
            "name": random.choice(world.NAMES[:27]),
            "street": f"{random.randint(2, 98)} {random.choice(STREETS)}",
            "city": random.choice(CITIES),
        }
        self.orders: list[dict[str, Any]] = []
        for product in random.sample([p for p in self.products if not p.sold_out], random.randint(1, 3)):
            line = Line(product.name, random.choice(product.variants or ("",)), random.randint(1, 2))
            self.orders.append(self._order([line], random.choice(list(DELIVERY)), self.address))
        self.restart()

    def restart(self) -> None:
        self.page = "home"
        self.trail: list[tuple[str, str]] = []
        self.product_name = ""
        self.query = ""
        self.category = "All"
        self.variant = ""
        self.quantity = 1
        self.buying: list[Line] | None = None
        self.draft = dict(self.address)
        self.delivery = "Standard"

    def product(self, name: str) -> Product:
        """A KeyError where the shop has none of that name."""
        for product in self.products:
            if product.name == name:
                return product
        raise KeyError(name)

    def stock(self, name: str) -> None:
        """Put a product of the catalogue on the shelf that isn't there; at the same price in each shop."""
        row = next(row for row in CATALOGUE if row[0] == name)
        self.products.append(stock(world.stream(len(name), name), row))

    def put_in_cart(self, name: str, variant: str, quantity: int) -> None:
        self.cart.append(Line(name, variant, quantity))

    def money(self, cents: int) -> str:
        return f"{self.currency}{cents // 100}.{cents % 100:02d}"

    def total(self, lines: Sequence[Line], delivery: str) -> int:
        """In cents."""
        return sum(self.product(line.product).price * line.quantity for line in lines) + DELIVERY[delivery]

    def _order(self, lines: Sequence[Line], delivery: str, address: dict[str, str]) -> dict[str, Any]:
        return {
            "items": [asdict(line) for line in lines],
            "delivery": delivery,
            "address": dict(address),
            "total": self.total(lines, delivery),
        }

    # ------------------------------------------------------------ screens

    def build(self) -> Page:
        return {
            "home": self._home,
            "product": self._product_page,
            "cart": self._cart_page,
            "checkout": self._checkout,
            "done": self._done,
            "orders": self._orders_page,
        }[self.page]()

    def _cart_button(self) -> IconButton:
        count = sum(line.quantity for line in self.cart)
        return IconButton("cart", f"Cart, {count} items", lambda: self._go("cart"), id="cart")

    def found(self) -> list[Product]:
        """What the search or else the category leaves, in the order of the shop."""
        words = self.query.casefold().split()
        if words:
            return [p for p in self.products if all(w in f"{p.name} {p.category}".casefold() for w in words)]
        return [p for p in self.products if self.category in ("All", p.category)]

    def _home(self) -> Page:
        field = Field("search", self.query, self._search, hint="Search products", on_submit=self.host.unfocus)
        rows: list[Widget] = []
        found = self.found()
        if not self.query.strip():
            names = ["All", *sorted({p.category for p in self.products})]
            chips = [Chip(n, lambda n=n: self._choose_category(n), n == self.category) for n in names]
            rows += [Chips(chips, id="category"), Gap(4)]
        else:
            count = f"{len(found)} result{'' if len(found) == 1 else 's'}"
            rows.append(Label(count, sp=14, lines=1, id="result_count", pad=(20, 4)))
        if found:
            rows.append(Grid([self._tile(p) for p in found]))
        else:
            said = f"No products match “{self.query.strip()}”"
            rows.append(Label(said, align="center", pad=(24, 40), lines=3, id="no_results"))
        top = Column([field], pad=(16, 4))
        actions = [IconButton("receipt", "Orders", lambda: self._go("orders"), id="orders"), self._cart_button()]
        return Page("Shop", Topped(top, Scrolling("products", rows, pad=(0, 24))), actions=actions)

    def _tile(self, product: Product) -> Tile:
        price = self.money(product.price) + (f"  was {self.money(product.old_price)}" if product.old_price else "")
        lines: list[Widget] = [
            Picture(product.art, product.tint, 112, product.name, pad=(6, 6)),
            Label(product.name, sp=15, bold=True, lines=1, pad=(12, 1), id="product_name"),
            Label("Sold out" if product.sold_out else price, sp=14, lines=1, pad=(12, 1), id="product_price"),
            Gap(8),
        ]
        return Tile(Column(lines), product.name, lambda: self._show(product.name), id="product")

    def _product_page(self) -> Page:
        product = self.product(self.product_name)
        tint = VARIANT_TINTS.get(self.variant, product.tint)
        rows: list[Widget] = [
            Picture(product.art, tint, 184, product.name),
            Label(self.money(product.price), sp=26, bold=True, lines=1, id="price", pad=(16, 2)),
            Label(f"{product.rating} of 5 stars", sp=14, lines=1, id="rating", pad=(16, 2)),
        ]
        if product.old_price:
            before = f"Price before: {self.money(product.old_price)}"
            rows.append(Label(before, sp=14, lines=1, id="old_price", pad=(16, 2)))
        if product.variants:
            title = "Colour" if product.variants[0] in COLOURS else "Size"
            chips = [Chip(v, lambda v=v: self._choose_variant(v), v == self.variant) for v in product.variants]
            rows += [Header(title), Chips(chips, id="variant")]
        if not product.sold_out:
            rows.append(Stepper("Quantity", self.quantity, lambda: self._step(-1), lambda: self._step(1)))
        rows.append(Label(product.about, sp=15, pad=(16, 8)))
        if product.sold_out:
            sold = Label("Sold out", sp=16, bold=True, align="center", lines=1, id="sold_out", pad=(8, 14))
            watch = Button("Tell me when it is back", self._watch, id="watch", look="tonal")
            bottom: Widget = Column([sold, watch], pad=(16, 4))
        else:
            bottom = Beside(
                [
                    Button("Add to cart", self._add, id="add_to_cart", look="tonal"),
                    Button("Buy now", self._buy_now, id="buy_now"),
                ],
                pad=(12, 8),
            )
        return Page(
            product.name,
            Scrolling("product_page", rows),
            up=self.back,
            actions=[self._cart_button()],
            bottom=bottom,
        )

    def _cart_page(self) -> Page:
        rows: list[Widget] = []
        for line in self.cart:
            product = self.product(line.product)
            price = f"{line.variant}, " if line.variant else ""
            text = [
                Label(line.product, sp=16, bold=True, lines=1, pad=(16, 2), id="line_name"),
                Label(price + self.money(product.price), sp=14, lines=1, pad=(16, 2), id="line_price"),
                Stepper(
                    "Quantity",
                    line.quantity,
                    lambda line=line: self._change(line, -1),
                    lambda line=line: self._change(line, 1),
                    id="line_quantity",
                ),
            ]
            rows.append(Card(Column(text, pad=(0, 6))))
        bottom: Widget | None = None
        if rows:
            rows.append(Item("Total", end=self.money(self.total(self.cart, "Standard")), id="cart_total", strong=True))
            bottom = Column([Button("Checkout", self._check_out_cart, id="checkout")], pad=(16, 8))
        else:
            rows = [Label("The cart is empty", align="center", pad=(24, 64), lines=1, id="empty")]
        return Page("Cart", Scrolling("cart_lines", rows), up=self.back, bottom=bottom)

    def _checkout(self) -> Page:
        lines = self.buying or []
        rows: list[Widget] = []
        for line in lines:
            amount = self.money(self.product(line.product).price * line.quantity)
            more = f"{line.variant}, " if line.variant else ""
            rows.append(Item(line.product, f"{more}quantity {line.quantity}", id="checkout_line", end=amount))
        rows += [Divider(), Header("Delivery")]
        for name, cents in DELIVERY.items():
            cost = self.money(cents) if cents else "Free"
            rows.append(
                Item(
                    name,
                    cost,
                    id="delivery",
                    radio=True,
                    checked=name == self.delivery,
                    on_tap=lambda name=name: self._deliver(name),
                )
            )
        rows += [Divider(), Header("Address")]
        for key, title in (("name", "Name"), ("street", "Street"), ("city", "City")):
            field = Field(f"address_{key}", self.draft[key], lambda text, key=key: self._edit(key, text), hint=title)
            rows.append(Entry(title, field))
        total = self.money(self.total(lines, self.delivery))
        pay = Column([Button(f"Pay {total}", self._pay, id="pay")], pad=(16, 8))
        return Page("Checkout", Form("checkout_form", rows, on_drag=self.host.unfocus), up=self.back, bottom=pay)

    def _done(self) -> Page:
        order = self.orders[0]
        rows: list[Widget] = [
            Gap(48),
            Label("Thank you!", sp=28, bold=True, align="center", lines=1, id="thanks"),
            Label("Your order is placed.", align="center", lines=2),
            Label(f"You paid {self.money(order['total'])}.", align="center", lines=2, id="paid"),
            Gap(24),
            Column([Button("Back to the shop", self.restart, id="to_shop", look="tonal")], pad=(48, 0)),
        ]
        return Page("Order placed", Scrolling("done", rows), up=self.back)

    def _orders_page(self) -> Page:
        rows: list[Widget] = []
        for number, order in enumerate(self.orders):
            lines = [
                Label(
                    f"Order {4100 + len(self.orders) - number}, {self.money(order['total'])}",
                    sp=16,
                    bold=True,
                    lines=1,
                    pad=(16, 2),
                    id="order",
                )
            ]
            for item in order["items"]:
                variant = f", {item['variant']}" if item["variant"] else ""
                lines.append(
                    Label(f"{item['quantity']} × {item['product']}{variant}", sp=15, lines=1, pad=(16, 1), id="ordered")
                )
            lines.append(Label(f"{order['delivery']} to {order['address']['city']}", sp=14, lines=1, pad=(16, 1)))
            rows.append(Card(Column(lines, pad=(0, 10))))
        return Page("Orders", Scrolling("orders", rows), up=self.back)

    # ------------------------------------------------------------ what taps do

    def _go(self, page: str) -> None:
        self.trail.append((self.page, self.product_name))
        self.page = page
        self.host.unfocus()
        for name in ("product_page", "cart_lines", "checkout_form", "done", "orders"):
            self.host.reset_scroll(name)

    def _show(self, name: str) -> None:
        self._go("product")
        product = self.product(name)
        self.product_name, self.quantity = name, 1
        self.variant = product.variants[0] if product.variants else ""

    def _search(self, text: str) -> None:
        self.query = text
        self.host.reset_scroll("products")

    def _choose_category(self, name: str) -> None:
        self.category = name
        self.host.reset_scroll("products")

    def _choose_variant(self, name: str) -> None:
        self.variant = name

    def _step(self, by: int) -> None:
        self.quantity = min(max(1, self.quantity + by), MOST)

    def _add(self) -> None:
        for line in self.cart:
            if (line.product, line.variant) == (self.product_name, self.variant):
                if line.quantity + self.quantity > MOST:
                    self.host.toast(f"At most {MOST} of one product")
                    return
                line.quantity += self.quantity
                break
        else:
            self.cart.append(Line(self.product_name, self.variant, self.quantity))
        self.host.note("added", product=self.product_name, variant=self.variant, quantity=self.quantity)
        self.host.toast("Added to the cart")

    def _change(self, line: Line, by: int) -> None:
        line.quantity = min(line.quantity + by, MOST)
        if line.quantity == 0:
            self.cart.remove(line)
        self.host.note("cart", product=line.product, variant=line.variant, quantity=line.quantity)

    def _watch(self) -> None:
        if self.product_name not in self.watched:
            self.watched.append(self.product_name)
        self.host.note("watched", product=self.product_name)
        self.host.toast("We will tell you")

    def _buy_now(self) -> None:
        self._to_checkout([Line(self.product_name, self.variant, self.quantity)])

    def _check_out_cart(self) -> None:
        self._to_checkout(self.cart)

    def _to_checkout(self, lines: list[Line]) -> None:
        self._go("checkout")
        self.buying, self.draft, self.delivery = lines, dict(self.address), "Standard"

    def _deliver(self, name: str) -> None:
        self.delivery = name

    def _edit(self, key: str, text: str) -> None:
        self.draft[key] = text

    def _pay(self) -> None:
        if not self.buying:
            return
        if missing := [key for key, text in self.draft.items() if not text.strip()]:
            self.host.toast(f"Please give a {missing[0]}")
            return
        self.address = {key: text.strip() for key, text in self.draft.items()}
        order = self._order(self.buying, self.delivery, self.address)
        self.orders.insert(0, order)
        self.host.note("bought", items=order["items"], price=self.money(order["total"]), cents=order["total"])
        if self.buying is self.cart:
            self.cart.clear()
        self.buying = None
        self.host.unfocus()
        self.page, self.trail = "done", []

    def back(self) -> bool:
        if self.page == "home":
            if not (self.query or self.category != "All"):
                return False
            self.query, self.category = "", "All"
            self.host.reset_scroll("products")
            self.host.unfocus()
            return True
        self.page, self.product_name = self.trail.pop() if self.trail else ("home", "")
        self.host.unfocus()
        return True

    def data(self) -> Any:
        return {
            "cart": [asdict(line) for line in self.cart],
            "orders": [
                {**order, "items": [dict(i) for i in order["items"]], "address": dict(order["address"])}
                for order in self.orders
            ],
            "address": dict(self.address),
            "watched": list(self.watched),
        }

    def view(self) -> Any:
        return {
            "page": self.page,
            "product": self.product_name,
            "query": self.query,
            "category": self.category,
            "variant": self.variant,
            "quantity": self.quantity,
            "delivery": self.delivery,
            "draft": dict(self.draft),
        }
