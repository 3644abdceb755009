/** An amount of the smallest unit in the token's own, exactly: 1500000 of 6 decimals is 1.5. Empty: decimals unknown. */
export function inUnits(amount: bigint, decimals: number | null): string {
  if (decimals === null) return ''
  if (decimals === 0) return `${amount}`
  const digits = `${amount < 0n ? -amount : amount}`.padStart(decimals + 1, '0')
  const whole = digits.slice(0, -decimals)
  const part = digits.slice(-decimals).replace(/0+$/, '')
  return `${amount < 0n ? '-' : ''}${whole}${part && `.${part}`}`
}
