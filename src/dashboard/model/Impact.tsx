import type { Place } from '../address/url'
import { change } from '../address/useUrl'
import { graphql, type ResultOf } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { csvOf } from '../exports/csv'
import { fileNameOf, save } from '../exports/save'
import { Amount, type AmountToken } from '../parts/Amount'
import { Card } from '../parts/Card'
import { ModelLink } from '../parts/links'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { useChainName } from '../shell/chains'
import { plainAmount } from '../words/amount'
import { counted, ppm } from '../words/numbers'

const IMPACT = graphql(`
  query Impact($id: ID!) {
    lineage(model: $id, direction: DESCENDANTS, maxNodes: 300) {
      truncated
      nodes {
        depth share
        model {
          id name status chain tainted
          stake { tvl { tokenId amount token { symbol decimals } } }
        }
      }
    }
    royaltyFlow(model: $id, direction: IN, maxNodes: 300) {
      nodes { model { id } fees { tokenId net token { symbol decimals } } }
    }
  }
`)

interface Sum {
  tokenId: string
  amount: string
  token: AmountToken | null
}

/** What hangs on a model, were it found to be tainted: worked out when it is asked for. */
export function Impact({ place, id }: { place: Place; id: string }) {
  const asked = place.query.get('impact') === 'true'
  const answer = useQuery(IMPACT, asked ? { id } : null)
  const rows = answer.data ? rowsOf(answer.data) : []
  const actions = rows.length > 0 && (
    <button type="button" onClick={() => save(fileNameOf(id, '-impact.csv'), 'text/csv', impactCsv(rows))}>
      CSV
    </button>
  )
  return (
    <Card title="If it is tainted" wide actions={actions} asks={answer.graphiql}>
      {asked ? (
        <Shown answer={answer} what="the impact">
          {({ lineage }) =>
            rows.length === 0 ? (
              <Empty>Nothing that is known was made of it: it would be alone.</Empty>
            ) : (
              <Inside rows={rows} truncated={lineage.truncated} />
            )
          }
        </Shown>
      ) : (
        <p>
          What was made of it, what is staked on that, and what its use has earned.{' '}
          <button type="button" onClick={() => change({ impact: 'true' })}>
            Work it out
          </button>
        </p>
      )}
    </Card>
  )
}

type Row = ReturnType<typeof rowsOf>[number]

function rowsOf({ lineage, royaltyFlow }: ResultOf<typeof IMPACT>) {
  const fees = new Map(
    royaltyFlow.nodes.map(({ model, fees }) => [
      model.id,
      fees.map(({ tokenId, net, token }) => ({ tokenId, amount: net, token })),
    ]),
  )
  return lineage.nodes.map(({ model, depth, share }) => ({
    model,
    depth,
    share,
    stake: model.stake.tvl as readonly Sum[],
    fees: (fees.get(model.id) ?? []) as readonly Sum[],
  }))
}

function Inside({ rows, truncated }: { rows: readonly Row[]; truncated: boolean }) {
  const chainName = useChainName()
  const already = rows.filter(({ model }) => model.tainted).length
  return (
    <>
      <p>
        {truncated && 'More than '}
        {counted(rows.length, 'model')} made of it would inherit the taint
        {already > 0 && `; ${counted(already, 'of them is', 'of them are')} tainted already`}. On them are
        staked <Sums sums={summed(rows.flatMap(({ stake }) => stake))} />, and their use has earned{' '}
        <Sums sums={summed(rows.flatMap(({ fees }) => fees))} />.
      </p>
      <Table
        caption="Models that would inherit the taint, the nearest first"
        rows={rows}
        rowKey={({ model }) => model.id}
        columns={[
          { title: 'Model', cell: ({ model }) => <ModelLink model={model} /> },
          { title: 'Chain', cell: ({ model }) => chainName(model.chain) },
          { title: 'Way', cell: ({ depth }) => counted(depth, 'hop') },
          { title: 'Of its revenue', figures: true, cell: ({ share }) => ppm(share) },
          { title: 'Staked', figures: true, cell: ({ stake }) => <Sums sums={stake} /> },
          { title: 'Its use earned', figures: true, cell: ({ fees }) => <Sums sums={fees} /> },
          {
            title: 'Taint',
            cell: ({ model }) => (model.tainted ? <span class="tag bad">tainted</span> : 'none'),
          },
        ]}
      />
    </>
  )
}

/** Amounts of different tokens beside each other: they are never added up. */
function Sums({ sums }: { sums: readonly Sum[] }) {
  const some = sums.filter(({ amount }) => amount !== '0')
  if (some.length === 0) return <>nothing</>
  return (
    <>
      {some.map(({ tokenId, amount, token }, i) => (
        <span key={tokenId}>
          {i > 0 && ', '}
          <Amount raw={amount} token={token} />
        </span>
      ))}
    </>
  )
}

function summed(sums: readonly Sum[]): Sum[] {
  const byToken = new Map<string, Sum>()
  for (const { tokenId, amount, token } of sums) {
    const before = byToken.get(tokenId)?.amount ?? '0'
    byToken.set(tokenId, { tokenId, token, amount: String(BigInt(before) + BigInt(amount)) })
  }
  return [...byToken.values()]
}

function impactCsv(rows: readonly Row[]): string {
  return csvOf(
    ['model', 'name', 'hops', 'share_ppm', 'tainted', 'of', 'token', 'amount'],
    rows.flatMap(({ model, depth, share, stake, fees }) =>
      [...stake.map(sum => ['stake', sum] as const), ...fees.map(sum => ['fees', sum] as const)].map(
        ([of, { tokenId, amount, token }]) => [
          model.id,
          model.name,
          depth,
          share,
          String(model.tainted),
          of,
          token?.symbol ?? tokenId,
          plainAmount(amount, token?.decimals),
        ],
      ),
    ),
  )
}
