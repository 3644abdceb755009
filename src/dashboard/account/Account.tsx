import type { ComponentChildren } from 'preact'
import { href, type Place } from '../address/url'
import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Card } from '../parts/Card'
import { ExplorerLink } from '../parts/ExplorerLink'
import { CopiedId } from '../parts/links'
import { Empty, Shown } from '../parts/states'
import { useChainName } from '../shell/chains'
import { StatementCard } from '../statement/StatementCard'
import { VerifyCard } from '../verify/VerifyCard'
import { counted } from '../words/numbers'
import { cut, shortHex } from '../words/text'
import { Claimable } from './Claimable'
import { Exits } from './Exits'
import { Owned } from './Owned'
import { Positions } from './Positions'

const ACCOUNT = graphql(`
  query Account($id: ID!) {
    account(id: $id) {
      id address chain
      onChains { id chain }
    }
  }
`)

export function Account({ place }: { place: Place }) {
  const id = place.query.get('id')
  const answer = useQuery(ACCOUNT, id ? { id } : null)
  const chainName = useChainName()
  if (!id) return <NoAccount>The address names no account.</NoAccount>
  return (
    <Shown answer={answer} what="the account">
      {({ account }) => {
        if (!account) return <NoAccount>No event was about {cut(id)}.</NoAccount>
        const { address, chain, onChains } = account
        return (
          <>
            <h1>Account {shortHex(address)}</h1>
            <div class="cards">
              <Card
                title={chain ? `On ${chainName(chain)} alone` : `On ${counted(onChains.length, 'chain')}`}
                wide
              >
                <p>
                  <CopiedId id={account.id} what="the id" />{' '}
                  {chain && (
                    <ExplorerLink chain={chain} kind="address" what={address}>
                      on the chain's explorer
                    </ExplorerLink>
                  )}
                </p>
                <p class="choices">
                  <a
                    href={href('/account', { id: address })}
                    aria-current={chain ? undefined : 'true'}
                    class="choice"
                  >
                    all chains
                  </a>
                  {onChains.map(one => (
                    <a
                      key={one.id}
                      href={href('/account', { id: one.id })}
                      aria-current={chain === one.chain ? 'true' : undefined}
                      class="choice"
                    >
                      {chainName(one.chain)}
                    </a>
                  ))}
                </p>
              </Card>
              <Positions id={account.id} place={place} />
              <Claimable id={account.id} />
              <Exits id={account.id} />
              <Owned id={account.id} place={place} />
              <StatementCard id={account.id} place={place} />
              <VerifyCard />
            </div>
          </>
        )
      }}
    </Shown>
  )
}

function NoAccount({ children }: { children: ComponentChildren }) {
  return (
    <>
      <h1>No account</h1>
      <Empty>
        {children} Search above by an address (0x and 40 hex digits), or with its chain: eip155:8453:0x….
      </Empty>
    </>
  )
}
