import type { Place } from '../address/url'
import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Amount } from '../parts/Amount'
import { Card } from '../parts/Card'
import { Fact } from '../parts/Fact'
import { ModelLink } from '../parts/links'
import { Pages } from '../parts/Pages'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { useChainName } from '../shell/chains'
import { count, moment } from '../words/numbers'
import { cut } from '../words/text'

const PROTOCOL = graphql(`
  query Protocol($id: String!, $after: String) {
    models(first: 20, after: $after, orderBy: [time_DESC], where: { protocol_eq: $id }) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { id name status kind chain time }
    }
    stakePools(first: 1, where: { protocol_eq: $id }) { totalCount }
    usageFees(first: 1, where: { protocol_eq: $id }) { totalCount }
    disputes(first: 1, where: { protocol_eq: $id }) { totalCount }
    rejectedLogs(first: 1, where: { protocol_eq: $id }) { totalCount }
    tvl(protocol: $id, interval: DAY) {
      tokens { tokenId token { symbol decimals chain } points { time tvl } }
    }
  }
`)

/** What one protocol brings: models, stake, fees. */
export function Protocol({ place }: { place: Place }) {
  const id = place.query.get('id')
  const answer = useQuery(PROTOCOL, id ? { id, after: place.query.get('models') } : null)
  const chainName = useChainName()
  if (!id) {
    return (
      <>
        <h1>No protocol</h1>
        <Empty>The address names no protocol. The page of a model leads to its protocol.</Empty>
      </>
    )
  }
  return (
    <Shown answer={answer} what="the protocol">
      {({ models, stakePools, usageFees, disputes, rejectedLogs, tvl }) => (
        <>
          <h1>
            Protocol <bdi>{cut(id, 60)}</bdi>
          </h1>
          <div class="cards">
            <Card title="What it brought" asks={answer.graphiql}>
              <dl class="facts">
                <Fact title="Models">{count(models.totalCount)}</Fact>
                <Fact title="Pools">{count(stakePools.totalCount)}</Fact>
                <Fact title="Fees paid">{count(usageFees.totalCount)}</Fact>
                <Fact title="Disputes">{count(disputes.totalCount)}</Fact>
                <Fact title="Rejected logs">{count(rejectedLogs.totalCount)}</Fact>
              </dl>
            </Card>
            <Card title="Staked by it now">
              {tvl.tokens.length === 0 ? (
                <Empty>Nothing was staked by it in the last thirty days.</Empty>
              ) : (
                <Table
                  caption="Staked by token"
                  rows={tvl.tokens}
                  rowKey={({ tokenId }) => tokenId}
                  columns={[
                    { title: 'Chain', cell: ({ token }) => chainName(token?.chain) },
                    {
                      title: 'Staked',
                      figures: true,
                      cell: ({ token, points }) => <Amount raw={points.at(-1)?.tvl ?? '0'} token={token} />,
                    },
                  ]}
                />
              )}
            </Card>
            <Card title="Models" wide>
              {models.nodes.length === 0 ? (
                <Empty>No model of this protocol is known. See whether the address names it rightly.</Empty>
              ) : (
                <Table
                  caption="Models of the protocol, the newest first"
                  rows={models.nodes}
                  rowKey={model => model.id}
                  columns={[
                    { title: 'Model', cell: model => <ModelLink model={model} /> },
                    { title: 'Kind', cell: ({ kind }) => (kind ?? '–').toLowerCase() },
                    { title: 'Chain', cell: ({ chain }) => chainName(chain) },
                    { title: 'Since', cell: ({ time }) => (time ? moment(time) : '–') },
                  ]}
                />
              )}
              <Pages place={place} name="models" pageInfo={models.pageInfo} />
            </Card>
          </div>
        </>
      )}
    </Shown>
  )
}
