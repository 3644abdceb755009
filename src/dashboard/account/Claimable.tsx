import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Amount } from '../parts/Amount'
import { Card } from '../parts/Card'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { useChainName } from '../shell/chains'
import { cut, shortHex } from '../words/text'

const CLAIMABLE = graphql(`
  query Claimable($id: ID!) {
    account(id: $id) {
      balances(first: 50, orderBy: [chain_ASC, tokenId_ASC]) {
        totalCount
        nodes { id chain claimable accrued claimed tokenId token { symbol decimals address } }
      }
    }
  }
`)

/** What the contracts would pay the account now. */
export function Claimable({ id }: { id: string }) {
  const answer = useQuery(CLAIMABLE, { id })
  const chainName = useChainName()
  return (
    <Card title="Royalties to claim" asks={answer.graphiql}>
      <Shown answer={answer} what="what can be claimed">
        {({ account }) =>
          !account || account.balances.nodes.length === 0 ? (
            <Empty>No royalty has reached it yet.</Empty>
          ) : (
            <Table
              caption="Royalties by token"
              rows={account.balances.nodes}
              rowKey={balance => balance.id}
              columns={[
                {
                  title: 'Token',
                  cell: ({ token, tokenId, chain }) => (
                    <span title={tokenId}>
                      <bdi>{cut(token?.symbol ?? shortHex(token?.address ?? tokenId), 24)}</bdi> on{' '}
                      {chainName(chain)}
                    </span>
                  ),
                },
                {
                  title: 'Claimable now',
                  figures: true,
                  cell: ({ claimable, token }) => <Amount raw={claimable} token={token} />,
                },
                {
                  title: 'Accrued',
                  figures: true,
                  cell: ({ accrued, token }) => <Amount raw={accrued} token={token} />,
                },
                {
                  title: 'Claimed',
                  figures: true,
                  cell: ({ claimed, token }) => <Amount raw={claimed} token={token} />,
                },
              ]}
            />
          )
        }
      </Shown>
    </Card>
  )
}
