import type { Place } from '../address/url'
import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Card } from '../parts/Card'
import { ModelLink } from '../parts/links'
import { Pages } from '../parts/Pages'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { useChainName } from '../shell/chains'
import { count, moment } from '../words/numbers'

const OWNED = graphql(`
  query Owned($id: ID!, $after: String) {
    account(id: $id) {
      models(first: 20, after: $after, orderBy: [time_DESC]) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { id name status kind chain time tainted children(first: 1) { totalCount } }
      }
    }
  }
`)

/** Models that are the account's. */
export function Owned({ id, place }: { id: string; place: Place }) {
  const answer = useQuery(OWNED, { id, after: place.query.get('models') })
  const chainName = useChainName()
  return (
    <Card title="Models" wide asks={answer.graphiql}>
      <Shown answer={answer} what="the models">
        {({ account }) =>
          !account || account.models.nodes.length === 0 ? (
            <Empty>It owns no model.</Empty>
          ) : (
            <>
              <Table
                caption="Models that it owns, the newest first"
                rows={account.models.nodes}
                rowKey={model => model.id}
                columns={[
                  { title: 'Model', cell: model => <ModelLink model={model} /> },
                  { title: 'Kind', cell: ({ kind }) => (kind ?? '–').toLowerCase() },
                  { title: 'Chain', cell: ({ chain }) => chainName(chain) },
                  { title: 'Built on it', figures: true, cell: ({ children }) => count(children.totalCount) },
                  { title: 'Since', cell: ({ time }) => (time ? moment(time) : '–') },
                  {
                    title: 'Disputes',
                    cell: ({ tainted }) => (tainted ? <span class="tag bad">tainted</span> : 'none upheld'),
                  },
                ]}
              />
              <Pages place={place} name="models" pageInfo={account.models.pageInfo} />
            </>
          )
        }
      </Shown>
    </Card>
  )
}
