"""Shop: looking, the cart, paying, and what doesn't count as having bought."""

from __future__ import annotations

import json
import time

import pytest

from actions.geometry import Size
from environments.phone import tasks
from environments.phone.apps.shop import DELIVERY, MOST, Line, Shop
from environments.phone.catalogue import ABSENT, CATALOGUE
from environments.phone.phone import Phone
from environments.phone.tasks.shop import AddToCart, Buy, BuyUnavailable, ReadPrice
from tests.phone.drive import Clock, assert_hit_at_centre, find, need, scroll_to, small_phone, touch

HOSTILE = (
    "",
    " ",
    "x" * 400,
    "a\nb\tc",
    "\u202e\u0000mug",
    "mug' OR 1=1 --",
    "<b>Mug</b>",
    "👩‍👩‍👧",
    "杯子",
    "(((",
    "%s{0}",
)


def shop_of(phone: Phone) -> Shop:
    program = phone.program("com.sim.shop")
    assert isinstance(program, Shop)
    return program


def opened(seed: int = 1) -> tuple[Phone, Shop]:
    phone = small_phone(seed)
    phone.open("com.sim.shop")
    return phone, shop_of(phone)


def on_page(phone: Phone, name: str) -> None:
    """Search for a product that is for sale and open it."""
    touch(phone, resource_id="search")
    phone.type_text(name)
    touch(phone, resource_id="product", description=name)


def for_sale(shop: Shop, *, variants: bool) -> str:
    return next(p.name for p in shop.products if not p.sold_out and bool(p.variants) is variants)


def ready(template: str, seed: int) -> tuple[tasks.PhoneTask, Phone, Shop]:
    phone, task = small_phone(seed), tasks.sample(template, seed)
    task.setup(phone)
    return task, phone, shop_of(phone)


def test_what_is_bought_is_an_order_and_is_logged_with_its_price() -> None:
    phone, shop = opened()
    name = for_sale(shop, variants=True)
    product, before = shop.product(name), len(shop.orders)
    on_page(phone, name)
    scroll_to(phone, resource_id="variant", text=product.variants[-1])
    touch(phone, resource_id="variant", text=product.variants[-1])
    scroll_to(phone, resource_id="quantity_more")
    touch(phone, resource_id="quantity_more")
    touch(phone, resource_id="buy_now")
    touch(phone, resource_id="delivery", text="Express")
    total = 2 * product.price + DELIVERY["Express"]
    assert need(phone, resource_id="pay").text == f"Pay {shop.money(total)}"
    assert not phone.log.events("bought")
    touch(phone, resource_id="pay")
    assert need(phone, resource_id="paid").text == f"You paid {shop.money(total)}."
    assert len(shop.orders) == before + 1
    line = {"product": name, "variant": product.variants[-1], "quantity": 2}
    assert shop.orders[0] == {
        "items": [line],
        "delivery": "Express",
        "address": shop.address,
        "total": total,
    }
    (event,) = phone.log.events("bought")
    assert event["items"] == [line]
    assert (event["price"], event["cents"]) == (shop.money(total), total)
    phone.key(4)
    assert need(phone, resource_id="title").text == "Shop"


def test_the_cart_adds_up_and_is_empty_after_paying() -> None:
    phone, shop = opened()
    name = for_sale(shop, variants=False)
    on_page(phone, name)
    for _ in range(2):
        touch(phone, resource_id="add_to_cart")
    assert shop.data()["cart"] == [{"product": name, "variant": "", "quantity": 2}]
    touch(phone, resource_id="cart")
    touch(phone, resource_id="line_quantity_more")
    assert need(phone, resource_id="cart_total_end").text == shop.money(3 * shop.product(name).price)
    touch(phone, resource_id="checkout")
    touch(phone, resource_id="pay")
    assert shop.data()["cart"] == []
    assert shop.orders[0]["items"] == [{"product": name, "variant": "", "quantity": 3}]


def test_a_line_that_is_lessened_to_nothing_is_gone_and_nine_is_the_most() -> None:
    phone, shop = opened()
    name = for_sale(shop, variants=False)
    on_page(phone, name)
    for _ in range(MOST + 3):
        touch(phone, resource_id="quantity_more")
    assert need(phone, resource_id="quantity").text == str(MOST)
    for _ in range(2):
        touch(phone, resource_id="add_to_cart")
    assert [line.quantity for line in shop.cart] == [MOST]
    touch(phone, resource_id="cart")
    for _ in range(MOST):
        touch(phone, resource_id="line_quantity_less")
    assert shop.cart == []
    assert find(phone, resource_id="checkout") is None


def test_an_address_is_needed_and_kept_only_when_paid() -> None:
    phone, shop = opened()
    on_page(phone, for_sale(shop, variants=False))
    touch(phone, resource_id="buy_now")
    scroll_to(phone, resource_id="address_city")
    touch(phone, resource_id="address_city")
    phone.combination([113, 29])
    phone.key(67)
    before, city = len(shop.orders), shop.address["city"]
    touch(phone, resource_id="pay")
    assert len(shop.orders) == before
    phone.type_text(" Elsewhere ")
    assert shop.address["city"] == city
    touch(phone, resource_id="pay")
    assert shop.orders[0]["address"]["city"] == shop.address["city"] == "Elsewhere"


def test_what_is_sold_out_can_not_be_bought() -> None:
    for seed in range(8):
        task, phone, shop = ready("shop_unavailable", seed)
        assert isinstance(task.goal, BuyUnavailable)
        if not task.goal.sold:
            assert task.goal.product in ABSENT
            continue
        phone.open("com.sim.shop")
        on_page(phone, task.goal.product)
        assert find(phone, resource_id="sold_out")
        assert not find(phone, resource_id="buy_now")
        assert not find(phone, resource_id="add_to_cart")
        assert task.check(phone, gave_up=True)
        assert not task.check(phone, gave_up=False)
        touch(phone, resource_id="watch")
        assert not task.check(phone, gave_up=True), "left a request behind"
        shop.watched.clear()
        other = for_sale(shop, variants=False)
        phone.stop("com.sim.shop")
        phone.open("com.sim.shop")
        on_page(phone, other)
        touch(phone, resource_id="buy_now")
        touch(phone, resource_id="pay")
        assert not task.check(phone, gave_up=True), "bought something else instead"


def test_search_finds_by_words_and_category() -> None:
    phone, shop = opened()
    touch(phone, resource_id="search")
    for product in shop.products[:3]:
        phone.combination([113, 29])
        phone.type_text(product.name.upper())
        assert product in shop.found()
    phone.combination([113, 29])
    phone.type_text(shop.products[0].category.lower())
    assert {p.category for p in shop.found()} >= {shop.products[0].category}
    phone.combination([113, 29])
    phone.type_text("gramophone")
    assert "gramophone" in need(phone, resource_id="no_results").text
    phone.key(4)
    phone.key(4)
    assert shop.query == ""
    touch(phone, resource_id="category", text=shop.products[0].category)
    assert {p.category for p in shop.found()} == {shop.products[0].category}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_changes_nothing(text: str) -> None:
    phone, shop = opened()
    before = shop.data()
    touch(phone, resource_id="search")
    phone.type_text(text)
    phone.screen()
    phone.key(66)
    assert shop.query == text
    assert shop.data() == before
    json.dumps(phone.state())
    shop.restart()
    on_page(phone, for_sale(shop, variants=False))
    touch(phone, resource_id="buy_now")
    scroll_to(phone, resource_id="address_name")
    touch(phone, resource_id="address_name")
    phone.combination([113, 29])
    phone.type_text(text or "a")
    touch(phone, resource_id="pay")
    phone.screen()
    json.dumps(phone.data())


def test_near_misses_in_the_cart() -> None:
    for seed in range(12):
        task, phone, shop = ready("shop_add", seed)
        goal = task.goal
        assert isinstance(goal, AddToCart)
        kept = [Line(line.product, line.variant, line.quantity) for line in shop.cart]
        other = next(p.name for p in shop.products if p.name != goal.product)
        for wrong in (
            Line(goal.product, goal.variant, goal.quantity + 1),
            Line(goal.product, goal.variant, 1),
            Line(other, goal.variant, goal.quantity),
            Line(goal.product, goal.variant + "x", goal.quantity),
        ):
            shop.cart = [*kept, wrong]
            assert not task.check(phone), wrong
        right = Line(goal.product, goal.variant, goal.quantity)
        shop.cart = [*kept, right, right]
        assert not task.check(phone), "twice"
        if kept:
            shop.cart = [right]
            assert not task.check(phone), "what was there is gone"
        shop.cart = [*kept, right]
        assert task.check(phone)
        shop.orders.pop()
        assert not task.check(phone), "something else was changed"


def test_near_misses_at_the_till() -> None:
    for seed in range(12):
        task, phone, shop = ready("shop_buy", seed)
        goal = task.goal
        assert isinstance(goal, Buy)
        item = {"product": goal.product, "variant": goal.variant, "quantity": 1}
        right = {"items": [item], "delivery": goal.delivery, "address": dict(shop.address), "total": goal.total}
        kept = list(shop.orders)
        for change in (
            {"total": goal.total + 1},
            {"delivery": "By pigeon"},
            {"items": [{**item, "quantity": 2}]},
            {"items": [item, item]},
            {"address": {**shop.address, "city": "Elsewhere"}},
        ):
            shop.orders = [{**right, **change}, *kept]
            assert not task.check(phone), change
        shop.orders = [right, right, *kept]
        assert not task.check(phone), "twice"
        shop.orders = [right, *kept]
        assert task.check(phone)
        shop.cart.append(Line(goal.product, goal.variant, 1))
        assert not task.check(phone), "something was left in the cart"


def test_only_the_price_of_now_is_the_price() -> None:
    for seed in range(12):
        task, phone, shop = ready("shop_price", seed)
        goal = task.goal
        assert isinstance(goal, ReadPrice)
        product = shop.product(goal.product)
        now = shop.money(product.price)
        assert task.check(phone, now)
        assert task.check(phone, f"It costs {now}.")
        assert not task.check(phone, f"1{goal.expected}")
        assert not task.check(phone, goal.expected[:-1])
        if product.old_price:
            assert not task.check(phone, shop.money(product.old_price))
            assert not task.check(phone, f"{now} or {shop.money(product.old_price)}")


def test_data_stays_as_it_is_while_time_goes_by_and_the_app_is_stopped() -> None:
    clock = Clock()
    phone = small_phone(4, clock)
    before = json.dumps(phone.data()["Shop"])
    phone.open("com.sim.shop")
    clock.now += 90_000
    phone.stop("com.sim.shop")
    assert json.dumps(phone.data()["Shop"]) == before
    assert json.dumps(small_phone(4).data()["Shop"]) == before


def test_every_price_lies_in_its_range() -> None:
    ranges = {row[0]: row[4] for row in CATALOGUE}
    for seed in range(20):
        for product in shop_of(small_phone(seed)).products:
            low, high = ranges[product.name]
            assert low <= product.price <= high
            assert product.old_price == 0 or product.old_price > product.price


@pytest.mark.parametrize("size", [Size(432, 960), Size(960, 432), Size(320, 480)])
def test_what_can_be_tapped_is_hit_at_its_centre(size: Size) -> None:
    phone, shop = opened(3)
    phone.set_override(size)
    phone.settings["system", "font_scale"] = "1.3"
    name = for_sale(shop, variants=True)
    shop.put_in_cart(name, shop.product(name).variants[0], 1)
    for page in ("home", "product", "cart", "checkout", "orders"):
        shop.restart()
        shop.product_name, shop.page, shop.buying = name, page, shop.cart
        phone.changed()
        assert_hit_at_centre(phone, page)


def test_a_full_shop_is_drawn_fast() -> None:
    phone = Phone(2, clock=Clock())
    phone.open("com.sim.shop")
    phone.screen()
    spent: list[float] = []
    for _ in range(5):
        phone.changed()
        start = time.process_time()
        phone.screen()
        spent.append(time.process_time() - start)
    assert min(spent) < 0.06, spent
