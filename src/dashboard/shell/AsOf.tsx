import { count, duration, moment } from '../words/numbers'
import { cut } from '../words/text'
import { type Chain, useChains } from './chains'

/** A chain whose indexed block is older than this, while it is behind, is told of. */
const LAGGING_SECONDS = 60

/** Which blocks the figures are of, and a banner where they are old. */
export function AsOf() {
  const { data } = useChains()
  if (!data) return <section class="as-of" aria-label="Blocks" />
  const late = data.chains.filter(isLate)
  return (
    <>
      <section class="as-of" aria-label="Blocks">
        <span>As of</span>
        {data.chains.map(chain => (
          <span key={chain.id} title={chain.indexed?.time ? moment(chain.indexed.time) : undefined}>
            <b>{cut(chain.name ?? chain.id, 24)}</b>{' '}
            {chain.indexed ? (
              <>
                {count(chain.indexed.height)}
                {chain.finalized && `, final to ${count(chain.finalized.height)}`}
              </>
            ) : (
              'not indexed'
            )}
          </span>
        ))}
      </section>
      {late.length > 0 && (
        <section class="banner" aria-label="Chains that are late">
          {late.map(chain => (
            <p key={chain.id}>{lateness(chain)}</p>
          ))}
          <p>
            Figures of {late.length === 1 ? 'this chain are' : 'these chains are'} older than the others.{' '}
            <a href="/status">See the status</a>
          </p>
        </section>
      )}
    </>
  )
}

export function isLate({ problem, indexed, lagSeconds }: Chain): boolean {
  return problem !== null || !indexed || (lagSeconds ?? 0) > LAGGING_SECONDS
}

function lateness({ id, name, lagBlocks, lagSeconds, problem, indexed }: Chain): string {
  const called = cut(name ?? id, 24)
  if (problem) return `${called}: ${cut(problem, 300)}`
  if (!indexed) return `${called}: no block is indexed yet`
  return `${called} is ${count(lagBlocks ?? 0)} blocks behind, ${duration(lagSeconds ?? 0)} old`
}
