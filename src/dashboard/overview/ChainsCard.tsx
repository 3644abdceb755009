import { Card } from '../parts/Card'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { isLate } from '../shell/AsOf'
import { useChains } from '../shell/chains'
import { count, duration } from '../words/numbers'
import { cut } from '../words/text'

export function ChainsCard() {
  const answer = useChains()
  return (
    <Card title="Chains" asks={answer.graphiql}>
      <Shown answer={answer} what="the chains">
        {({ chains }) =>
          chains.length === 0 ? (
            <Empty>No chain is configured. Add one to the configuration file.</Empty>
          ) : (
            <Table
              caption="Chains: heights, lag and finality"
              rows={chains}
              rowKey={({ id }) => id}
              columns={[
                { title: 'Chain', cell: ({ name, id }) => <span title={id}>{cut(name ?? id, 24)}</span> },
                {
                  title: 'State',
                  cell: chain =>
                    isLate(chain) ? <span class="tag bad">late</span> : <span class="tag good">current</span>,
                },
                {
                  title: 'Indexed',
                  figures: true,
                  cell: ({ indexed }) => (indexed ? count(indexed.height) : '–'),
                },
                {
                  title: 'Final',
                  figures: true,
                  cell: ({ finalized }) => (finalized ? count(finalized.height) : '–'),
                },
                {
                  title: 'Behind',
                  figures: true,
                  cell: ({ lagBlocks, lagSeconds }) =>
                    lagBlocks ? `${count(lagBlocks)} (${duration(lagSeconds ?? 0)})` : '0',
                },
              ]}
            />
          )
        }
      </Shown>
    </Card>
  )
}
