import { fact } from '../statements/rows'

type Row = Record<string, unknown>

export const chainOf = (model: string) => model.split('/')[0]!

export function model(id: string, block = 0): Row {
  const row = fact(chainOf(id), block, 0)
  return { ...row, id, kind: 'MODEL', version: 1, taint_count: 0, tainted: false }
}

/** Made with its child, in the transaction of block and log 0, unless another log is named. */
export function link(
  child: string,
  parent: string,
  ppm: number,
  policy = 'HOP',
  block = 0,
  logIndex = 0,
): Row {
  return {
    ...fact(chainOf(child), block, logIndex),
    id: `${child}|PARENT|${parent}`,
    child_id: child,
    parent_id: parent,
    role: 'PARENT',
    ordinal: 0,
    share_ppm: ppm,
    share_numerator: ppm,
    share_denominator: 1_000_000,
    policy,
  }
}
