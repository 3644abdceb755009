/** An exact amount of US dollars: units × 10^-scale. A product of wei and a price is one; so nothing is rounded on the way. */
export interface Usd {
  units: bigint
  scale: number
}

/** Decimals of a figure for people. */
export const USD_DECIMALS = 6

export const NOTHING: Usd = { units: 0n, scale: 0 }

/**
 * What an amount in a token's smallest unit is worth at a price, exactly.
 *
 * @example worth(15n * 10n ** 17n, 18, { value: 2_000_00000000n, decimals: 8 }) // 3,000 USD: { units: 3n * 10n ** 29n, scale: 26 }
 */
export function worth(
  amount: bigint,
  tokenDecimals: number,
  price: { value: bigint; decimals: number },
): Usd {
  return { units: amount * price.value, scale: tokenDecimals + price.decimals }
}

/** @example add({ units: 15n, scale: 1 }, { units: 25n, scale: 2 }) // { units: 175n, scale: 2 } */
export function add(a: Usd, b: Usd): Usd {
  const scale = Math.max(a.scale, b.scale)
  return { units: at(a, scale) + at(b, scale), scale }
}

export function subtract(a: Usd, b: Usd): Usd {
  return add(a, { units: -b.units, scale: b.scale })
}

/**
 * As people read it, with six decimals; the one place where anything is rounded: half away from zero.
 *
 * @example usdText({ units: 12345675n, scale: 7 }) // '1.234568'
 * @example usdText({ units: -5n, scale: 1 }) // '-0.500000'
 */
export function usdText({ units, scale }: Usd): string {
  const size = units < 0n ? -units : units
  const rounded =
    scale <= USD_DECIMALS
      ? size * 10n ** BigInt(USD_DECIMALS - scale)
      : (2n * size + 10n ** BigInt(scale - USD_DECIMALS)) / (2n * 10n ** BigInt(scale - USD_DECIMALS))
  const digits = rounded.toString().padStart(USD_DECIMALS + 1, '0')
  const sign = units < 0n && rounded > 0n ? '-' : ''
  return `${sign}${digits.slice(0, -USD_DECIMALS)}.${digits.slice(-USD_DECIMALS)}`
}

function at({ units, scale }: Usd, wanted: number): bigint {
  return units * 10n ** BigInt(wanted - scale)
}
