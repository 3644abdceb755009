import { useQuery } from '../data/useQuery'
import { csvOf } from '../exports/csv'
import { fileNameOf, save } from '../exports/save'
import { Amount } from '../parts/Amount'
import { Card } from '../parts/Card'
import { ExplorerLink } from '../parts/ExplorerLink'
import { AccountLink } from '../parts/links'
import { Meter } from '../parts/Meter'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { plainAmount } from '../words/amount'
import { count, counted, duration, moment } from '../words/numbers'
import { cut, shortHex } from '../words/text'
import { Concentration } from './Concentration'
import { type ModelStake, STAKE } from './query'

/** Who steers the model with what, and what a slash took. */
export function Stake({ id }: { id: string }) {
  const answer = useQuery(STAKE, { id })
  const model = answer.data?.model
  const actions = model && model.stake.influence.length > 0 && (
    <button type="button" onClick={() => save(fileNameOf(id, '-stake.csv'), 'text/csv', stakeCsv(model))}>
      CSV
    </button>
  )
  return (
    <Card title="Stake" wide asks={answer.graphiql} actions={actions}>
      <Shown answer={answer} what="the stake">
        {({ model }) =>
          model && model.stake.pools.totalCount > 0 ? (
            <Inside model={model} />
          ) : (
            <Empty>Nobody can stake on it: no pool of it is known. Who owns it steers it.</Empty>
          )
        }
      </Shown>
    </Card>
  )
}

function Inside({ model }: { model: ModelStake }) {
  const { stake, exitRequests, slashes } = model
  const moreInherited = stake.inheritedTvl.truncated ? 'more than ' : ''
  return (
    <>
      <p>
        {counted(stake.patrons, 'patron')}
        {stake.shareOfAllStake.map(({ tokenId, share, token }) => (
          <span key={tokenId}>
            {share !== null && (
              <>
                , <Meter share={share} /> of all {cut(token?.symbol ?? 'units', 16)} staked
              </>
            )}
          </span>
        ))}
        . From {moreInherited}
        {counted(stake.inheritedTvl.descendants, 'descendant')} it inherits{' '}
        {stake.inheritedTvl.amounts.map(({ tokenId, amount, token }, i) => (
          <span key={tokenId}>
            {i > 0 && ', '}
            <Amount raw={amount} token={token} />
          </span>
        ))}
        {stake.inheritedTvl.amounts.length === 0 && 'nothing'}: their stake times the royalty that reaches it.
      </p>
      <h3>{counted(stake.pools.totalCount, 'pool')}</h3>
      <Table
        caption="Pools of stake"
        rows={stake.pools.nodes}
        rowKey={pool => pool.id}
        columns={[
          {
            title: 'Pool',
            cell: ({ contract, kind }) => (
              <span title={contract}>{`${kind.toLowerCase().replace('_', ' ')} ${shortHex(contract)}`}</span>
            ),
          },
          {
            title: 'Active',
            figures: true,
            cell: ({ activeAssets, asset }) => <Amount raw={activeAssets} token={asset} />,
          },
          {
            title: 'Exiting',
            figures: true,
            cell: ({ exitingAssets, asset }) => <Amount raw={exitingAssets} token={asset} />,
          },
          {
            title: 'Slashed',
            figures: true,
            cell: ({ slashedAssets, asset }) => <Amount raw={slashedAssets} token={asset} />,
          },
          { title: 'Patrons', figures: true, cell: ({ patronCount }) => count(patronCount) },
          {
            title: 'Wait to leave',
            cell: ({ unbondingSeconds }) => (unbondingSeconds ? duration(unbondingSeconds) : 'none'),
          },
          {
            title: 'State',
            cell: ({ retiredAt }) => (retiredAt ? `retired ${moment(retiredAt)}` : 'counts'),
          },
        ]}
      />
      <Concentration stake={stake} />
      <h3>Who steers</h3>
      {stake.influence.length === 0 ? (
        <Empty>Nobody: nothing is staked now.</Empty>
      ) : (
        <Table
          caption="Most influential accounts"
          rows={stake.influence}
          rowKey={({ account, tokenId }) => `${account.address} ${tokenId}`}
          columns={[
            { title: 'Account', cell: ({ account }) => <AccountLink address={account.address} /> },
            { title: 'Influence', figures: true, cell: ({ share }) => <Meter share={share} /> },
            { title: 'Own', figures: true, cell: ({ own, token }) => <Amount raw={own} token={token} /> },
            {
              title: 'Delegated to it',
              figures: true,
              cell: ({ delegated, token }) => <Amount raw={delegated} token={token} />,
            },
          ]}
        />
      )}
      <h3>Exit queue</h3>
      {exitRequests.nodes.length === 0 ? (
        <Empty>Nobody waits to leave.</Empty>
      ) : (
        <Table
          caption={`The first ${exitRequests.nodes.length} of ${exitRequests.totalCount} in the exit queue`}
          rows={exitRequests.nodes}
          rowKey={exit => exit.id}
          columns={[
            { title: 'Account', cell: ({ account }) => <AccountLink address={account.address} /> },
            {
              title: 'Would be paid',
              figures: true,
              cell: ({ value, pool }) => <Amount raw={value} token={pool?.asset} />,
            },
            { title: 'Asked', cell: ({ requestedAt }) => moment(requestedAt) },
            {
              title: 'Ready',
              cell: ({ readyAt, readyBlock }) => (readyAt ? moment(readyAt) : `block ${readyBlock ?? '–'}`),
            },
          ]}
        />
      )}
      <h3>Slashes</h3>
      {slashes.nodes.length === 0 ? (
        <Empty>None so far.</Empty>
      ) : (
        <Table
          caption={`The newest ${slashes.nodes.length} of ${slashes.totalCount} slashes`}
          rows={slashes.nodes}
          rowKey={slash => slash.id}
          columns={[
            {
              title: 'When',
              cell: ({ chain, transaction, time }) => (
                <ExplorerLink chain={chain} kind="tx" what={transaction}>
                  {moment(time)}
                </ExplorerLink>
              ),
            },
            { title: 'Reason', cell: ({ reason }) => <bdi>{cut(reason ?? 'not said', 120)}</bdi> },
            {
              title: 'Of the active',
              figures: true,
              cell: ({ activeAssets, asset }) => <Amount raw={activeAssets} token={asset} />,
            },
            {
              title: 'Of the exiting',
              figures: true,
              cell: ({ exitingAssets, asset }) => <Amount raw={exitingAssets} token={asset} />,
            },
          ]}
        />
      )}
    </>
  )
}

function stakeCsv({ stake }: ModelStake): string {
  return csvOf(
    ['account', 'token', 'own', 'delegated', 'share'],
    stake.influence.map(({ account, token, tokenId, own, delegated, share }) => [
      account.address,
      token?.symbol ?? tokenId,
      plainAmount(own, token?.decimals),
      plainAmount(delegated, token?.decimals),
      share,
    ]),
  )
}
