/** Hex is in lower case in every table; callers paste checksummed addresses. */
export function lowerHex(id: string): string {
  return id.replace(/0x[0-9a-fA-F]+/g, hex => hex.toLowerCase())
}
