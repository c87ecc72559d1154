"""What a basket costs: prices are texts in major units, and nothing is computed with floating point."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from store import Money

WITHOUT_DECIMALS = {"CLP", "JPY", "KRW", "VND"}


def total(currency: str, cart: list[dict[str, Any]]) -> Money:
    """The sum, in the smallest unit of the currency; rounded once, at the end."""
    units = 1 if currency in WITHOUT_DECIMALS else 100
    value = sum((Decimal(item["price"]) * Decimal(item["quantity"]) for item in cart), Decimal(0)) * units
    # Rupiah are paid without sen, which are written all the same.
    step = 100 if currency == "IDR" else 1
    return Money(currency, int((value / step).to_integral_value(ROUND_HALF_EVEN)) * step)
