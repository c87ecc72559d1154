"""What a basket costs: prices are texts in major units, and nothing is computed with floating point."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from store import Money

WITHOUT_DECIMALS = {"CLP", "JPY", "KRW", "VND"}


def step(currency: str) -> int:
    """Of how much amounts are multiples, in the smallest unit. Rupiah are paid without sen, which are written all the same."""
    return 100 if currency == "IDR" else 1


def total(currency: str, cart: list[dict[str, Any]]) -> Money:
    """The sum, in the smallest unit of the currency; rounded once, at the end."""
    units = 1 if currency in WITHOUT_DECIMALS else 100
    value = sum((Decimal(item["price"]) * Decimal(item["quantity"]) for item in cart), Decimal(0)) * units
    least = step(currency)
    return Money(currency, int((value / least).to_integral_value(ROUND_HALF_EVEN)) * least)
