import type { Place } from '../address/url'
import { useQuery } from '../data/useQuery'
import { Amount, type AmountToken } from '../parts/Amount'
import { ExplorerLink } from '../parts/ExplorerLink'
import { AccountLink, ModelLink } from '../parts/links'
import { Pages } from '../parts/Pages'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { Usd } from '../parts/Usd'
import { useChainName } from '../shell/chains'
import { count, counted, moment, ppm } from '../words/numbers'
import { ACCRUALS, CLAIMS, type Kind, within } from './movements'

interface Props {
  place: Place
  id: string
  tokenId: string
  token: AmountToken | null | undefined
  period: { from: string | null; to: string | null }
}

/** What a part of the bar is the sum of: movements one by one, and what has not moved, model by model. */
export function Lines({ kind, rows, ...props }: Props & { kind: Kind; rows: readonly ByModel[] }) {
  if (kind === 'accrued') return <Accruals {...props} />
  if (kind === 'claimed') return <Claims {...props} />
  return <Models kind={kind} rows={rows} id={props.id} token={props.token} />
}

export interface ByModel {
  model: { id: string; name: string | null; status: string }
  depth: number
  amounts: { entitled: string; owed: string }
}

function Models(props: {
  kind: 'entitled' | 'owed'
  rows: readonly ByModel[]
  id: string
  token: AmountToken | null | undefined
}) {
  const { kind, id, token } = props
  const rows = props.rows.filter(({ amounts }) => amounts[kind] !== '0')
  if (rows.length === 0) return <Empty>Nothing: all that was due has moved.</Empty>
  return (
    <Table
      caption={`By the model whose use earned it: ${kind}`}
      rows={rows}
      rowKey={({ model }) => model.id}
      columns={[
        { title: 'Earned by the use of', cell: ({ model }) => <ModelLink model={model} /> },
        {
          title: 'Way',
          cell: ({ model, depth }) => (model.id === id ? 'its own use' : counted(depth, 'hop')),
        },
        {
          title: kind === 'owed' ? 'Owed' : 'Entitled',
          figures: true,
          cell: ({ amounts }) => <Amount raw={amounts[kind]} token={token} />,
        },
      ]}
    />
  )
}

function Accruals({ place, id, tokenId, token, period }: Props) {
  const where = { toModelId_eq: id, tokenId_eq: tokenId, ...within(period) }
  const answer = useQuery(ACCRUALS, { where, after: place.query.get('line') }, { keep: true })
  return (
    <Shown answer={answer} what="the lines">
      {({ royaltyAccruals: { totalCount, nodes, pageInfo } }) => (
        <>
          <Table
            caption={`${count(totalCount)} movements to it, the newest first`}
            rows={nodes}
            rowKey={line => line.id}
            columns={[
              { title: 'Earned by the use of', cell: ({ fromModel }) => <ModelLink model={fromModel} /> },
              { title: 'When', cell: ({ time }) => moment(time) },
              { title: 'Share', cell: ({ sharePpm }) => (sharePpm === null ? '–' : ppm(sharePpm)) },
              {
                title: 'Moved',
                figures: true,
                cell: line => (
                  <Amount raw={String(BigInt(line.amount) + BigInt(line.patronsAmount))} token={token} />
                ),
              },
              { title: 'USD', figures: true, cell: ({ usd }) => <Usd value={usd.value} /> },
              { title: 'Transaction', cell: line => <Transaction of={line} /> },
            ]}
          />
          <Pages place={place} name="line" pageInfo={pageInfo} />
        </>
      )}
    </Shown>
  )
}

function Claims({ place, id, tokenId, token, period }: Props) {
  const where = { modelId_eq: id, tokenId_eq: tokenId, ...within(period) }
  const answer = useQuery(CLAIMS, { where, after: place.query.get('line') }, { keep: true })
  return (
    <Shown answer={answer} what="the lines">
      {({ royaltyClaims: { totalCount, nodes, pageInfo } }) => (
        <>
          <Table
            caption={`${count(totalCount)} claims that name it, the newest first`}
            rows={nodes}
            rowKey={line => line.id}
            columns={[
              { title: 'Paid to', cell: ({ account }) => <AccountLink address={account.address} /> },
              { title: 'When', cell: ({ time }) => moment(time) },
              {
                title: 'Claimed',
                figures: true,
                cell: ({ amount }) => <Amount raw={amount} token={token} />,
              },
              { title: 'USD', figures: true, cell: ({ usd }) => <Usd value={usd.value} /> },
              { title: 'Transaction', cell: line => <Transaction of={line} /> },
            ]}
          />
          <Pages place={place} name="line" pageInfo={pageInfo} />
        </>
      )}
    </Shown>
  )
}

function Transaction({ of: { chain, transaction } }: { of: { chain: string; transaction: string } }) {
  const chainName = useChainName()
  return (
    <ExplorerLink chain={chain} kind="tx" what={transaction}>
      {chainName(chain)} {transaction.slice(0, 10)}…
    </ExplorerLink>
  )
}
