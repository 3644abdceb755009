/** Royalties of several models that are too much work to be worked out at once. */
export class RoyaltyCostError extends Error {
  override name = 'RoyaltyCostError'
  readonly fix = 'ask for entitled and owed of fewer models at once; of one alone there is always an answer'

  constructor(
    models: number,
    /** what there is too much of, with its limit */
    readonly problem: string,
  ) {
    super(`royalties of ${models} models: ${problem}`)
  }
}
