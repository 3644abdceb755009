import type { Place } from '../address/url'
import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Amount } from '../parts/Amount'
import { Card } from '../parts/Card'
import { AccountLink, ModelLink } from '../parts/links'
import { Pages } from '../parts/Pages'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { useChainName } from '../shell/chains'
import { counted } from '../words/numbers'

const POSITIONS = graphql(`
  query Positions($id: ID!, $after: String) {
    account(id: $id) {
      address
      positions(first: 20, after: $after, where: { shares_gt: "0" }, orderBy: [block_DESC]) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes {
          id chain assets depositedAssets withdrawnAssets
          model { id name status }
          delegate { address }
          pool { kind asset { symbol decimals } }
        }
      }
      delegatedPositions(first: 1, where: { shares_gt: "0" }) { totalCount }
    }
  }
`)

/** What the account has staked, on which model, and for whom it steers. */
export function Positions({ id, place }: { id: string; place: Place }) {
  const answer = useQuery(POSITIONS, { id, after: place.query.get('positions') })
  const chainName = useChainName()
  return (
    <Card title="Stake" wide asks={answer.graphiql}>
      <Shown answer={answer} what="the stake">
        {({ account }) => {
          const positions = account?.positions
          if (!account || !positions || positions.nodes.length === 0) {
            return <Empty>It has nothing staked now.</Empty>
          }
          return (
            <>
              <p>
                {counted(positions.totalCount, 'position')}; the stake of{' '}
                {counted(account.delegatedPositions.totalCount, 'position')} steers by it, its own included.
              </p>
              <Table
                caption="Positions of stake"
                rows={positions.nodes}
                rowKey={position => position.id}
                columns={[
                  {
                    title: 'Model',
                    cell: ({ model }) => (model ? <ModelLink model={model} /> : 'of no model'),
                  },
                  { title: 'Chain', cell: ({ chain }) => chainName(chain) },
                  { title: 'Pool', cell: ({ pool }) => (pool?.kind ?? '–').toLowerCase().replace('_', ' ') },
                  {
                    title: 'Worth now',
                    figures: true,
                    cell: ({ assets, pool }) => <Amount raw={assets} token={pool?.asset} />,
                  },
                  {
                    title: 'Paid in',
                    figures: true,
                    cell: ({ depositedAssets, pool }) => <Amount raw={depositedAssets} token={pool?.asset} />,
                  },
                  {
                    title: 'Taken out',
                    figures: true,
                    cell: ({ withdrawnAssets, pool }) => <Amount raw={withdrawnAssets} token={pool?.asset} />,
                  },
                  {
                    title: 'Steers by',
                    cell: ({ delegate }) =>
                      delegate.address === account.address ? (
                        'itself'
                      ) : (
                        <AccountLink address={delegate.address} />
                      ),
                  },
                ]}
              />
              <Pages place={place} name="positions" pageInfo={positions.pageInfo} />
            </>
          )
        }}
      </Shown>
    </Card>
  )
}
