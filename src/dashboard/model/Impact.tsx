import type { Place } from '../address/url'
import { change } from '../address/useUrl'
import { useQuery } from '../data/useQuery'
import { fileNameOf, save } from '../exports/save'
import { Amount } from '../parts/Amount'
import { Card } from '../parts/Card'
import { AccountLink, ModelLink } from '../parts/links'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { useChainName } from '../shell/chains'
import { count, counted, ppm } from '../words/numbers'
import { impactCsv, tokenName } from './impactCsv'
import { IMPACT, type ImpactAnswer } from './impactQuery'

/** What hangs on a model, were it found to be tainted: worked out when it is asked for. */
export function Impact({ place, id }: { place: Place; id: string }) {
  const asked = place.query.get('impact') === 'true'
  const answer = useQuery(IMPACT, asked ? { id } : null)
  const found = answer.data?.impact
  const actions = found && (
    <button type="button" onClick={() => save(fileNameOf(id, '-impact.csv'), 'text/csv', impactCsv(found))}>
      CSV
    </button>
  )
  return (
    <Card title="If it is tainted" wide actions={actions} asks={answer.graphiql}>
      {asked ? (
        <Shown answer={answer} what="the impact">
          {({ impact }) => <Inside impact={impact} />}
        </Shown>
      ) : (
        <p>
          What was made of it, whose stake is on that, and whose money waits there.{' '}
          <button type="button" onClick={() => change({ impact: 'true' })}>
            Work it out
          </button>
        </p>
      )}
    </Card>
  )
}

function Inside({ impact }: { impact: ImpactAnswer }) {
  const { stake, money, truncated } = impact
  const descendants = impact.models.filter(({ depth }) => depth > 0)
  const already = descendants.filter(({ model }) => model.tainted).length
  return (
    <>
      <p>
        {descendants.length === 0 && 'Nothing that is known was made of it: it would be alone.'}
        {descendants.length > 0 && truncated && 'More than '}
        {descendants.length > 0 &&
          `${counted(descendants.length, 'model')} made of it would inherit the taint`}
        {already > 0 && `; ${counted(already, 'of them is', 'of them are')} tainted already`}
        {descendants.length > 0 && '. What follows is of it and these.'}
      </p>
      {stake.length === 0 ? (
        <Empty>Nothing is staked on it or on them.</Empty>
      ) : (
        <StakeAtRisk stake={stake} />
      )}
      {money.length === 0 ? <Empty>No money has reached it or them.</Empty> : <MoneyAtRisk money={money} />}
      {descendants.length > 0 && <Heirs descendants={descendants} />}
    </>
  )
}

function StakeAtRisk({ stake }: { stake: ImpactAnswer['stake'] }) {
  return (
    <Table
      caption="Stake on it and on what was made of it, by token"
      rows={stake}
      rowKey={({ tokenId }) => tokenId}
      columns={[
        { title: 'Stake in', cell: one => <bdi>{tokenName(one)}</bdi> },
        { title: 'Active', figures: true, cell: one => <Amount raw={one.active} token={one.token} /> },
        {
          title: 'In exit queues',
          figures: true,
          cell: one => <Amount raw={one.exiting} token={one.token} />,
        },
        { title: 'Patrons', figures: true, cell: ({ patrons }) => count(patrons) },
        { title: 'Most of it is of', cell: one => <Holders {...one} /> },
      ]}
    />
  )
}

function MoneyAtRisk({ money }: { money: ImpactAnswer['money'] }) {
  return (
    <Table
      caption="Money of it and of what was made of it, by token"
      rows={money}
      rowKey={({ tokenId }) => tokenId}
      columns={[
        { title: 'Money in', cell: one => <bdi>{tokenName(one)}</bdi> },
        {
          title: 'Waits in vaults',
          figures: true,
          cell: one => <Amount raw={one.waiting} token={one.token} />,
        },
        {
          title: 'Owed',
          figures: true,
          cell: one => (one.owed === null ? 'too much to say' : <Amount raw={one.owed} token={one.token} />),
        },
        {
          title: 'Reached them so far',
          figures: true,
          cell: one => <Amount raw={one.accrued} token={one.token} />,
        },
        { title: 'Most waits for', cell: one => <Holders {...one} /> },
      ]}
    />
  )
}

function Heirs({ descendants }: { descendants: ImpactAnswer['models'] }) {
  const chainName = useChainName()
  return (
    <Table
      caption="Models that would inherit the taint, the nearest first"
      rows={descendants}
      rowKey={({ model }) => model.id}
      columns={[
        { title: 'Model', cell: ({ model }) => <ModelLink model={model} /> },
        { title: 'Chain', cell: ({ model }) => chainName(model.chain) },
        { title: 'Way', cell: ({ depth }) => counted(depth, 'hop') },
        { title: 'Of its revenue', figures: true, cell: ({ share }) => ppm(share) },
        {
          title: 'Taint',
          cell: ({ model }) => (model.tainted ? <span class="tag bad">tainted</span> : 'none'),
        },
      ]}
    />
  )
}

/** Whose it is, the most first. */
function Holders({ accounts, token }: Pick<ImpactAnswer['stake'][number], 'accounts' | 'token'>) {
  if (accounts.length === 0) return <>nobody</>
  return (
    <>
      {accounts.map(({ account, amount }, i) => (
        <span key={account.address}>
          {i > 0 && ', '}
          <AccountLink address={account.address} /> <Amount raw={amount} token={token} />
        </span>
      ))}
    </>
  )
}
