// Amounts: a currency and a whole number of its smallest unit, as a BigInt. On the wire the number is text.

/** An amount as it is on the wire, or null when it is none. */
export function read(amount) {
  const { currency, value } = amount ?? {};
  const isAmount = typeof currency === "string" && typeof value === "string" && /^[0-9]{1,16}$/.test(value);
  return isAmount ? { currency, value: BigInt(value) } : null;
}

export const told = ({ currency, value }) => ({ currency, value: String(value) });

export const same = (one, other) => one !== null && one.currency === other.currency && one.value === other.value;

export const sum = (amounts) => amounts.reduce((total, { value }) => total + value, 0n);
