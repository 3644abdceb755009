import type { Place } from '../address/url'
import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Card } from '../parts/Card'
import { CopiedId } from '../parts/links'
import { Pages } from '../parts/Pages'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { useChainName } from '../shell/chains'
import { count, counted, moment } from '../words/numbers'
import { cut, shortHex } from '../words/text'

const REJECTED = graphql(`
  query Rejected($after: String) {
    rejectedLogs(first: 20, after: $after, orderBy: [time_DESC]) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { id chain block time protocol contract reason transaction logIndex }
    }
    pendingReads(first: 1) { totalCount }
  }
`)

/** Logs that could not be read: none is dropped in silence. */
export function Rejected({ place }: { place: Place }) {
  const after = place.query.get('after')
  const answer = useQuery(REJECTED, { after })
  const chainName = useChainName()
  return (
    <Card title="Rejected logs" wide asks={answer.graphiql}>
      <Shown answer={answer} what="the rejected logs">
        {({ rejectedLogs: { totalCount, nodes, pageInfo }, pendingReads }) => (
          <>
            <p>
              {counted(totalCount, 'log')} of our contracts could not be read or did not fit; each is kept
              with the reason and moved no amount. {counted(pendingReads.totalCount, 'question')} to a chain{' '}
              {pendingReads.totalCount === 1 ? 'waits' : 'wait'} for an answer.
            </p>
            {nodes.length === 0 ? (
              <Empty>
                None
                {after ? ' on this page: go back to the first' : ': all that was emitted is in the tables'}.
              </Empty>
            ) : (
              <Table
                caption="Rejected logs, the newest first"
                rows={nodes}
                rowKey={({ id }) => id}
                columns={[
                  { title: 'Reason', cell: ({ reason }) => <bdi>{cut(reason, 200)}</bdi> },
                  { title: 'Chain', cell: ({ chain }) => chainName(chain) },
                  { title: 'Block', figures: true, cell: ({ block }) => count(block) },
                  { title: 'Time', cell: ({ time }) => moment(time) },
                  { title: 'Protocol', cell: ({ protocol }) => cut(protocol, 40) },
                  {
                    title: 'Contract',
                    cell: ({ contract }) => <span title={contract}>{shortHex(contract)}</span>,
                  },
                  {
                    title: 'Transaction',
                    cell: ({ transaction }) => <CopiedId id={transaction} what="the transaction" />,
                  },
                ]}
              />
            )}
            <Pages place={place} name="after" pageInfo={pageInfo} />
          </>
        )}
      </Shown>
    </Card>
  )
}
