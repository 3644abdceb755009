import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Amount } from '../parts/Amount'
import { Card } from '../parts/Card'
import { ModelLink } from '../parts/links'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { count, moment } from '../words/numbers'

const EXITS = graphql(`
  query Exits($id: ID!) {
    account(id: $id) {
      exitRequests(first: 20, where: { status_eq: PENDING }, orderBy: [requestedAt_ASC]) {
        totalCount
        nodes { id value readyAt readyBlock model { id name status } pool { asset { symbol decimals } } }
      }
    }
  }
`)

/** Stake that the account has asked back. */
export function Exits({ id }: { id: string }) {
  const answer = useQuery(EXITS, { id })
  return (
    <Card title="Waiting to leave" asks={answer.graphiql}>
      <Shown answer={answer} what="the exit queue">
        {({ account }) =>
          !account || account.exitRequests.nodes.length === 0 ? (
            <Empty>It has asked for nothing back, or all of it was paid.</Empty>
          ) : (
            <Table
              caption={`The first ${account.exitRequests.nodes.length} of ${count(account.exitRequests.totalCount)} that wait`}
              rows={account.exitRequests.nodes}
              rowKey={exit => exit.id}
              columns={[
                {
                  title: 'Model',
                  cell: ({ model }) => (model ? <ModelLink model={model} /> : 'of no model'),
                },
                {
                  title: 'Would be paid',
                  figures: true,
                  cell: ({ value, pool }) => <Amount raw={value} token={pool?.asset} />,
                },
                {
                  title: 'Ready',
                  cell: ({ readyAt, readyBlock }) =>
                    readyAt ? moment(readyAt) : readyBlock === null ? '–' : `block ${count(readyBlock)}`,
                },
              ]}
            />
          )
        }
      </Shown>
    </Card>
  )
}
