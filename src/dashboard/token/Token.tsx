import type { ComponentChildren } from 'preact'
import { href, type Place } from '../address/url'
import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Amount } from '../parts/Amount'
import { Card } from '../parts/Card'
import { ExplorerLink } from '../parts/ExplorerLink'
import { Fact } from '../parts/Fact'
import { CopiedId, ModelLink } from '../parts/links'
import { Pages } from '../parts/Pages'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { useChainName } from '../shell/chains'
import { count } from '../words/numbers'
import { cut, shortHex, shortId } from '../words/text'

const TOKEN = graphql(`
  query Token($id: ID!, $pools: String, $revenues: String) {
    token(id: $id) {
      id chain address symbol name decimals described
      fees(first: 1) { totalCount }
      pools(first: 15, after: $pools, orderBy: [activeAssets_DESC]) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { id kind contract activeAssets exitingAssets patronCount model { id name status } }
      }
      revenues(first: 15, after: $revenues, orderBy: [gross_DESC]) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { id gross net accruedOwn accruedRoyalty feeCount model { id name status } }
      }
    }
  }
`)

/** What is staked in a token, and who earned it. */
export function Token({ place }: { place: Place }) {
  const { query } = place
  const id = query.get('id')
  const answer = useQuery(
    TOKEN,
    id ? { id, pools: query.get('pools'), revenues: query.get('revenues') } : null,
  )
  const chainName = useChainName()
  if (!id) return <NoToken>The address names no token.</NoToken>
  return (
    <Shown answer={answer} what="the token">
      {({ token }) => {
        if (!token) return <NoToken>No event was about the token {cut(id)}.</NoToken>
        return (
          <>
            <h1>
              <bdi>{token.symbol ? cut(token.symbol, 40) : shortId(token.id)}</bdi>
            </h1>
            <div class="cards">
              <Card title="What is known of it" wide asks={answer.graphiql}>
                <dl class="facts">
                  <Fact title="Id">
                    <CopiedId id={token.id} what="the id" />
                  </Fact>
                  <Fact title="Name">
                    <bdi>{cut(token.name ?? 'not known', 60)}</bdi>
                  </Fact>
                  <Fact title="Chain">{chainName(token.chain)}</Fact>
                  <Fact title="Contract">
                    <ExplorerLink chain={token.chain} kind="address" what={token.address}>
                      {shortHex(token.address)}
                    </ExplorerLink>
                  </Fact>
                  <Fact title="Decimals">
                    {token.decimals === null
                      ? 'not known: amounts are in its smallest unit'
                      : count(token.decimals)}
                  </Fact>
                  <Fact title="Fees paid in it">{count(token.fees.totalCount)}</Fact>
                  <Fact title="Stake by day">
                    <a href={href('/', { token: token.id })}>on the overview</a>
                  </Fact>
                </dl>
              </Card>
              <Card title={`Pools: ${count(token.pools.totalCount)}`} wide>
                {token.pools.nodes.length === 0 ? (
                  <Empty>Nothing is staked in it.</Empty>
                ) : (
                  <Table
                    caption="Pools, the largest first"
                    rows={token.pools.nodes}
                    rowKey={pool => pool.id}
                    columns={[
                      {
                        title: 'Model',
                        cell: ({ model }) => (model ? <ModelLink model={model} /> : 'of no model'),
                      },
                      {
                        title: 'Pool',
                        cell: ({ kind, contract }) =>
                          `${kind.toLowerCase().replace('_', ' ')} ${shortHex(contract)}`,
                      },
                      {
                        title: 'Active',
                        figures: true,
                        cell: ({ activeAssets }) => <Amount raw={activeAssets} token={token} />,
                      },
                      {
                        title: 'Exiting',
                        figures: true,
                        cell: ({ exitingAssets }) => <Amount raw={exitingAssets} token={token} />,
                      },
                      { title: 'Patrons', figures: true, cell: ({ patronCount }) => count(patronCount) },
                    ]}
                  />
                )}
                <Pages place={place} name="pools" pageInfo={token.pools.pageInfo} />
              </Card>
              <Card title={`Earned by ${count(token.revenues.totalCount)} models`} wide>
                {token.revenues.nodes.length === 0 ? (
                  <Empty>No model has earned it yet.</Empty>
                ) : (
                  <Table
                    caption="Models by what was paid for their use"
                    rows={token.revenues.nodes}
                    rowKey={revenue => revenue.id}
                    columns={[
                      { title: 'Model', cell: ({ model }) => <ModelLink model={model} /> },
                      {
                        title: 'Paid for it',
                        figures: true,
                        cell: ({ gross }) => <Amount raw={gross} token={token} />,
                      },
                      {
                        title: 'Kept of its own',
                        figures: true,
                        cell: ({ accruedOwn }) => <Amount raw={accruedOwn} token={token} />,
                      },
                      {
                        title: 'From descendants',
                        figures: true,
                        cell: ({ accruedRoyalty }) => <Amount raw={accruedRoyalty} token={token} />,
                      },
                      { title: 'Fees', figures: true, cell: ({ feeCount }) => count(feeCount) },
                    ]}
                  />
                )}
                <Pages place={place} name="revenues" pageInfo={token.revenues.pageInfo} />
              </Card>
            </div>
          </>
        )
      }}
    </Shown>
  )
}

function NoToken({ children }: { children: ComponentChildren }) {
  return (
    <>
      <h1>No token</h1>
      <Empty>{children} Search above by its symbol, or by its id: eip155:8453/erc20:0x….</Empty>
    </>
  )
}
