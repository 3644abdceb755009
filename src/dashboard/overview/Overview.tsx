import type { Place } from '../address/url'
import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Card } from '../parts/Card'
import { ModelLink } from '../parts/links'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { useChainName } from '../shell/chains'
import { count, moment } from '../words/numbers'
import { ChainsCard } from './ChainsCard'
import { FeesByDay } from './FeesByDay'
import { Influential } from './Influential'
import { MostBuiltOn } from './MostBuiltOn'
import { Tvl } from './Tvl'

const NEWEST = graphql(`
  query Newest {
    models(first: 8, orderBy: [time_DESC]) {
      totalCount
      nodes {
        id name status kind chain time
        parents(first: 3) { totalCount nodes { id parent { id name status } } }
      }
    }
    usageFees(first: 1) { totalCount }
    tokens(first: 50, orderBy: [id_ASC]) {
      nodes { id symbol decimals chain pools(first: 1) { totalCount } fees(first: 1) { nodes { id } } }
    }
  }
`)

export function Overview({ place }: { place: Place }) {
  const answer = useQuery(NEWEST, {}, { live: true })
  const chainName = useChainName()
  return (
    <>
      <h1>What AI models are made of, who steers them, where the money goes</h1>
      <div class="cards">
        <Shown answer={answer} what="the models">
          {({ models, usageFees, tokens }) => {
            const staked = tokens.nodes.filter(({ pools }) => pools.totalCount > 0)
            const paid = tokens.nodes.filter(({ fees }) => fees.nodes.length > 0)
            return (
              <>
                {staked.length > 0 && <Tvl place={place} tokens={staked} />}
                <ChainsCard />
                {paid.length > 0 && <FeesByDay place={place} tokens={paid} />}
                {staked.length > 0 && <Influential place={place} tokens={staked} />}
                <MostBuiltOn place={place} tokens={staked} />
                <Card title="Newest models" wide asks={answer.graphiql}>
                  <p class="lead">
                    <b>{count(models.totalCount)}</b> models, <b>{count(usageFees.totalCount)}</b> fees paid
                  </p>
                  {models.nodes.length === 0 ? (
                    <Empty>No model is indexed yet. The status says how far each chain is.</Empty>
                  ) : (
                    <Table
                      caption="Newest models"
                      rows={models.nodes}
                      rowKey={({ id }) => id}
                      columns={[
                        { title: 'Model', cell: model => <ModelLink model={model} /> },
                        { title: 'Kind', cell: ({ kind }) => (kind ?? '').toLowerCase() },
                        { title: 'Chain', cell: ({ chain }) => chainName(chain) },
                        { title: 'Made from', cell: ({ parents }) => <Parents parents={parents} /> },
                        { title: 'Since', cell: ({ time }) => (time ? moment(time) : '–') },
                      ]}
                    />
                  )}
                </Card>
              </>
            )
          }}
        </Shown>
      </div>
    </>
  )
}

function Parents(props: {
  parents: {
    totalCount: number
    nodes: { id: string; parent: { id: string; name: string | null; status: string } }[]
  }
}) {
  const { totalCount, nodes } = props.parents
  if (totalCount === 0) return <>nothing known</>
  return (
    <>
      {nodes.map(({ id, parent }, i) => (
        <span key={id}>
          {i > 0 && ', '}
          <ModelLink model={parent} />
        </span>
      ))}
      {totalCount > nodes.length && ` and ${count(totalCount - nodes.length)} more`}
    </>
  )
}
