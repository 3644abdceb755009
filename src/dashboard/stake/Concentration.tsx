import { percent, ratio } from '../words/numbers'
import { cut } from '../words/text'
import type { ModelStake } from './query'

/** How the stake is spread, each measure with what it means and its scale. */
export function Concentration({ stake }: { stake: ModelStake['stake'] }) {
  return (
    <>
      {stake.concentration.map(one => {
        const symbol = cut(one.token?.symbol ?? 'units', 16)
        if (one.hhi === null) return null
        return (
          <section key={one.tokenId} aria-label={`Concentration of ${symbol}`}>
            <h3>How {symbol} is spread</h3>
            <dl class="measures">
              <Measure title="Herfindahl index" value={ratio(one.hhi)}>
                Squares of the patrons' shares in percent, added up: 10,000 is one patron alone, above 2,500
                is concentrated.
              </Measure>
              <Measure title="Gini" value={one.gini === null ? '–' : ratio(one.gini)}>
                0: all patrons have the same; near 1: one has all.
              </Measure>
              <Measure title="Nakamoto" value={String(one.nakamoto)}>
                The least number of patrons who together have more than half.
              </Measure>
              <Measure
                title="Delegated"
                value={one.delegatedShare === null ? '–' : percent(one.delegatedShare)}
              >
                Stake that steers for somebody else than who staked it.
              </Measure>
              <Measure title="At work" value={one.participation === null ? '–' : percent(one.participation)}>
                Active stake, of active and exiting.
              </Measure>
            </dl>
          </section>
        )
      })}
    </>
  )
}

function Measure({ title, value, children }: { title: string; value: string; children: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        <b>{value}</b>
        <span class="explained">{children}</span>
      </dd>
    </div>
  )
}
