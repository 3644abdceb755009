import { useEffect, useState } from 'preact/hooks'
import type { Place } from '../address/url'
import { Card } from '../parts/Card'
import { Empty, Failed, Loading, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { isLate } from '../shell/AsOf'
import { type Chain, useChainName, useChains } from '../shell/chains'
import { count, duration, moment, ratio } from '../words/numbers'
import { cut } from '../words/text'
import { Rejected } from './Rejected'

export function Status({ place }: { place: Place }) {
  const answer = useChains()
  return (
    <>
      <h1>Status</h1>
      <div class="cards">
        <ReadyCard />
        <Shown answer={answer} what="the chains">
          {({ chains }) => (
            <>
              <Projector chains={chains} />
              <Processors chains={chains} />
            </>
          )}
        </Shown>
        <Rejected place={place} />
      </div>
    </>
  )
}

interface Readiness {
  ready: boolean
  reasons: { chain?: string; reason: string; message: string }[]
}

const EVERY_MS = 10_000

function ReadyCard() {
  const [readiness, setReadiness] = useState<Readiness | 'gone'>()
  const chainName = useChainName()
  useEffect(() => {
    const ask = () =>
      fetch('/ready')
        .then(response => response.json() as Promise<Readiness>)
        .then(setReadiness, () => setReadiness('gone'))
    void ask()
    const timer = setInterval(ask, EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <Card title="Ready to be asked">
      {readiness === undefined && <Loading what="the readiness" />}
      {readiness === 'gone' && (
        <Failed problem={{ message: 'The API does not answer.', fix: 'See whether its process runs.' }} />
      )}
      {typeof readiness === 'object' &&
        (readiness.ready ? (
          <p>
            <span class="tag good">ready</span> Every chain is followed, and none lags.
          </p>
        ) : (
          <ul>
            {readiness.reasons.map(({ chain, reason, message }) => (
              <li key={`${chain} ${reason}`}>
                <span class="tag bad">{reason}</span> {chain && <b>{chainName(chain)}: </b>}
                {cut(message, 600)}
              </li>
            ))}
          </ul>
        ))}
    </Card>
  )
}

function Processors({ chains }: { chains: readonly Chain[] }) {
  return (
    <Card title="Processors" wide>
      {chains.length === 0 ? (
        <Empty>No chain is configured.</Empty>
      ) : (
        <Table
          caption="Processors of the chains"
          rows={chains}
          rowKey={({ id }) => id}
          columns={[
            { title: 'Chain', cell: ({ name, id }) => `${cut(name ?? id, 24)} (${id})` },
            { title: 'Head', figures: true, cell: ({ head }) => (head === null ? '–' : count(head)) },
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
            { title: 'Block of', cell: ({ indexed }) => (indexed?.time ? moment(indexed.time) : '–') },
            { title: 'Blocks/s', figures: true, cell: ({ blocksPerSecond }) => ratio(blocksPerSecond ?? 0) },
            {
              title: 'Until the head',
              cell: ({ secondsLeft }) => (secondsLeft === null ? '–' : duration(secondsLeft)),
            },
            { title: 'Reported', cell: ({ updatedAt }) => (updatedAt ? moment(updatedAt) : 'never') },
            {
              title: 'Problem',
              cell: chain => (isLate(chain) ? cut(chain.problem ?? 'behind', 400) : 'none'),
            },
          ]}
        />
      )}
    </Card>
  )
}

function Projector({ chains }: { chains: readonly Chain[] }) {
  const problems = [...new Set(chains.flatMap(({ projectionProblem }) => projectionProblem ?? []))]
  return (
    <Card title="Neo4j">
      {problems.map(problem => (
        <p key={problem}>
          <span class="tag">projector</span> {cut(problem, 600)}
        </p>
      ))}
      <Table
        caption="Blocks that Neo4j has"
        rows={chains}
        rowKey={({ id }) => id}
        columns={[
          { title: 'Chain', cell: ({ name, id }) => cut(name ?? id, 24) },
          { title: 'Indexed', figures: true, cell: ({ indexed }) => (indexed ? count(indexed.height) : '–') },
          {
            title: 'In Neo4j',
            figures: true,
            cell: ({ projected }) => (projected ? count(projected.height) : '–'),
          },
        ]}
      />
    </Card>
  )
}
