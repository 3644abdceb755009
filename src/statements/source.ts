/** How a movement came to the account's model, as far as the tables tell. */
export interface Source {
  /** model ids from the one that was paid to the account's, joined by ' > ' */
  path: string | null
  /** ppm of the fee's net (of the message's amount, from another chain) that the whole accrual is, floored */
  sharePpm: number | null
}
