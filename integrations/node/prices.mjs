// What a basket costs: prices are texts in major units, and nothing is computed with floating point.

const WITHOUT_DECIMALS = new Set(["CLP", "JPY", "KRW", "VND"]);

/** Of how much amounts are multiples, in the smallest unit. Rupiah are paid without sen, which are written all the same. */
export const step = (currency) => (currency === "IDR" ? 100n : 1n);

/** The sum, in the smallest unit of the currency; rounded once, at the end, to the even neighbour. */
export function total(currency, cart) {
  const exact = cart.map(({ price, quantity }) => {
    const [whole, fraction = ""] = String(price).split(".");
    return { digits: BigInt(whole + fraction) * BigInt(quantity), places: fraction.length };
  });
  const places = Math.max(2, ...exact.map((item) => item.places));
  const sum = exact.reduce((all, item) => all + item.digits * 10n ** BigInt(places - item.places), 0n);
  const least = step(currency);
  const unit = 10n ** BigInt(WITHOUT_DECIMALS.has(currency) ? places : places - 2);
  return { currency, value: round(sum, unit * least) * least };
}

function round(value, step) {
  const [quotient, rest] = [value / step, value % step];
  const isUp = rest * 2n > step || (rest * 2n === step && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}
