import { href } from '../address/url'
import type { ResultOf } from '../data/graphql'
import { Amount } from '../parts/Amount'
import { Card } from '../parts/Card'
import { ExplorerLink } from '../parts/ExplorerLink'
import { Fact } from '../parts/Fact'
import { AccountLink, CopiedId, ModelLink } from '../parts/links'
import { Usd } from '../parts/Usd'
import { useChainName } from '../shell/chains'
import { count, counted, moment, ppm } from '../words/numbers'
import { cut, shortHex } from '../words/text'
import type { MODEL } from './query'

type Shown = NonNullable<ResultOf<typeof MODEL>['model']>

/** Who owns it, since when, under which terms, and whether a dispute tags it. */
export function Facts({ model, asks }: { model: Shown; asks: string | undefined }) {
  const chainName = useChainName()
  const { versions, licenseOffers, disputes } = model
  return (
    <Card title="What is known of it" wide asks={asks}>
      {model.status === 'STUB' && (
        <p>
          <span class="tag">not seen yet</span> Others name it, but its own chain has not shown it. Its
          registration may come, or its chain is not indexed.
        </p>
      )}
      {model.suspended && (
        <p>
          <span class="tag bad">suspended</span> Its protocol took it out of service: no new stake.
        </p>
      )}
      {model.tainted && (
        <p>
          <span class="tag bad">tainted</span> An upheld dispute tags it: nothing can be claimed by it.
        </p>
      )}
      <dl class="facts">
        <Fact title="Id">
          <CopiedId id={model.id} what="the id" />
        </Fact>
        <Fact title="Kind">{(model.kind ?? 'not known').toLowerCase()}</Fact>
        <Fact title="Chain">{chainName(model.chain)}</Fact>
        <Fact title="Protocol">
          {model.protocol ? (
            <a href={href('/protocol', { id: model.protocol })}>
              <bdi>{cut(model.protocol, 40)}</bdi>
            </a>
          ) : (
            'not known'
          )}
        </Fact>
        <Fact title="Owner">
          {model.owner ? <AccountLink address={model.owner.address} /> : 'nobody known'}
        </Fact>
        <Fact title="Registered by">
          {model.creator ? <AccountLink address={model.creator.address} /> : 'not known'}
        </Fact>
        <Fact title="Since">
          {model.time ? (
            <ExplorerLink chain={model.chain} kind="tx" what={model.transaction}>
              {moment(model.time)}
            </ExplorerLink>
          ) : (
            'not known'
          )}
        </Fact>
        {model.contract && (
          <Fact title="Contract">
            <ExplorerLink chain={model.chain} kind="address" what={model.contract}>
              {shortHex(model.contract)}
            </ExplorerLink>
          </Fact>
        )}
        <Fact title="Staked on it, USD">
          <Usd value={model.stake.tvlUsd.value} />
        </Fact>
        <Fact title="Version">
          {model.version === null
            ? 'not known'
            : `${count(model.version)} of ${count(versions.totalCount)} published`}
        </Fact>
        <Fact title="Content">
          {model.contentHash ? (
            <span title={model.contentHash}>{shortHex(model.contentHash)}</span>
          ) : (
            'not known'
          )}
        </Fact>
        <Fact title="Metadata">{model.metadataUri ? <bdi>{cut(model.metadataUri, 90)}</bdi> : 'none'}</Fact>
        <Fact title="A fork owes it">
          {model.forkRoyaltyPpm === null ? 'as each link says' : ppm(model.forkRoyaltyPpm)}
        </Fact>
        <Fact title="Licence">
          {licenseOffers.totalCount === 0
            ? 'none offered'
            : licenseOffers.nodes.map(({ id, terms }) => (
                <span key={id}>
                  {terms ? (
                    <>
                      terms {cut(terms.termsId, 20)}
                      {terms.commercialSharePpm !== null && `, ${ppm(terms.commercialSharePpm)} of revenue`}
                      {terms.mintingFee !== null && (
                        <>
                          , <Amount raw={terms.mintingFee} token={terms.currency} /> to mint
                        </>
                      )}{' '}
                    </>
                  ) : (
                    'terms not seen yet '
                  )}
                </span>
              ))}
        </Fact>
      </dl>
      {disputes.nodes.length > 0 && (
        <>
          <h3>{counted(disputes.totalCount, 'dispute')}</h3>
          <ul>
            {disputes.nodes.map(({ id, status, tag, inherited, time, fromModel }) => (
              <li key={id}>
                <span class={status === 'UPHELD' ? 'tag bad' : 'tag'}>{status.toLowerCase()}</span>{' '}
                <bdi>{cut(tag, 60)}</bdi>, {moment(time)}
                {inherited && (
                  <>
                    , inherited from{' '}
                    {fromModel ? <ModelLink model={fromModel} /> : 'a model that is not seen yet'}
                  </>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  )
}
