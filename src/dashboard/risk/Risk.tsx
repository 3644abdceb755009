import type { Place } from '../address/url'
import { graphql, type ResultOf } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { type ChosenToken, chosenToken, TokenChoice } from '../overview/tokenChoice'
import { Amount } from '../parts/Amount'
import { Card } from '../parts/Card'
import { ModelLink } from '../parts/links'
import { Pages } from '../parts/Pages'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { count, percent, ratio } from '../words/numbers'
import { signsOf } from './signs'

const TOKENS = graphql(`
  query RiskTokens {
    tokens(first: 50, orderBy: [id_ASC]) { nodes { id symbol decimals chain pools(first: 1) { totalCount } } }
  }
`)

const POOLS = graphql(`
  query RiskPools($token: String!, $after: String) {
    stakePools(first: 20, after: $after, orderBy: [activeAssets_DESC], where: { assetId_eq: $token }) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id kind activeAssets exitingAssets slashedAssets patronCount
        model {
          id name status
          stake { concentration { tokenId hhi gini nakamoto delegatedShare } }
        }
      }
    }
  }
`)

/** Pools side by side: how concentrated, how delegated, how many leave. */
export function Risk({ place }: { place: Place }) {
  const answer = useQuery(TOKENS, {})
  return (
    <>
      <h1>Risk: who could steer alone, and who is leaving</h1>
      <Shown answer={answer} what="the tokens">
        {({ tokens }) => {
          const staked = tokens.nodes.filter(({ pools }) => pools.totalCount > 0)
          if (staked.length === 0)
            return <Empty>Nothing is staked yet. The status says how far each chain is.</Empty>
          return <Pools place={place} tokens={staked} />
        }}
      </Shown>
    </>
  )
}

function Pools({ place, tokens }: { place: Place; tokens: readonly ChosenToken[] }) {
  const token = chosenToken(place, tokens)
  const answer = useQuery(POOLS, { token: token.id, after: place.query.get('after') })
  return (
    <div class="cards">
      <Card
        title="Pools, the largest first"
        wide
        asks={answer.graphiql}
        actions={<TokenChoice place={place} tokens={tokens} />}
      >
        <Shown answer={answer} what="the pools">
          {({ stakePools }) => (
            <>
              <Table
                caption="Pools with their measures of risk"
                rows={stakePools.nodes}
                rowKey={({ id }) => id}
                columns={[
                  {
                    title: 'Model',
                    cell: ({ model }) => (model ? <ModelLink model={model} /> : 'of no model'),
                  },
                  { title: 'Pool', cell: ({ kind }) => kind.toLowerCase().replace('_', ' ') },
                  {
                    title: 'Signs',
                    cell: pool => (
                      <Signs
                        signs={signsOf(spreadOf(pool, token.id), pool.activeAssets, pool.exitingAssets)}
                      />
                    ),
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
                  {
                    title: 'Slashed',
                    figures: true,
                    cell: ({ slashedAssets }) => <Amount raw={slashedAssets} token={token} />,
                  },
                  { title: 'Patrons', figures: true, cell: ({ patronCount }) => count(patronCount) },
                  {
                    title: 'Herfindahl',
                    figures: true,
                    cell: pool => shown(spreadOf(pool, token.id)?.hhi, ratio),
                  },
                  {
                    title: 'Gini',
                    figures: true,
                    cell: pool => shown(spreadOf(pool, token.id)?.gini, ratio),
                  },
                  {
                    title: 'Nakamoto',
                    figures: true,
                    cell: pool => shown(spreadOf(pool, token.id)?.nakamoto, count),
                  },
                  {
                    title: 'Delegated',
                    figures: true,
                    cell: pool => shown(spreadOf(pool, token.id)?.delegatedShare, percent),
                  },
                ]}
              />
              <Pages place={place} name="after" pageInfo={stakePools.pageInfo} />
              <p class="state">
                Signs: few hold most, a Herfindahl index above 2,500; mostly delegated, more than 60 % steers
                for somebody else; many leave, more than 20 % is in the exit queue. Measures are of all a
                model's pools in this token.
              </p>
            </>
          )}
        </Shown>
      </Card>
    </div>
  )
}

type Pool = ResultOf<typeof POOLS>['stakePools']['nodes'][number]

const spreadOf = ({ model }: Pool, tokenId: string) =>
  model?.stake.concentration.find(one => one.tokenId === tokenId)

const shown = (value: number | null | undefined, words: (value: number) => string) =>
  value === null || value === undefined ? '–' : words(value)

function Signs({ signs }: { signs: readonly string[] }) {
  if (signs.length === 0) return <>none</>
  return (
    <>
      {signs.map(sign => (
        <span key={sign} class="tag bad">
          {sign}
        </span>
      ))}
    </>
  )
}
