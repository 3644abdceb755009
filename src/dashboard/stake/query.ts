import { graphql, type ResultOf } from '../data/graphql'

export const STAKE = graphql(`
  query Stake($id: ID!) {
    model(id: $id) {
      stake {
        patrons
        shareOfAllStake { tokenId share token { symbol } }
        concentration { tokenId patrons hhi gini nakamoto delegatedShare participation token { symbol decimals } }
        influence(first: 10) { account { address } own delegated share tokenId token { symbol decimals } }
        votes { tokenId weight share voters token { symbol decimals } }
        inheritedTvl { descendants truncated amounts { tokenId amount token { symbol decimals } } }
        pools(first: 20, orderBy: [activeAssets_DESC]) {
          totalCount
          nodes {
            id kind contract activeAssets exitingAssets slashedAssets patronCount unbondingSeconds retiredAt
            asset { symbol decimals }
          }
        }
      }
      exitRequests(first: 20, where: { status_eq: PENDING }, orderBy: [requestedAt_ASC]) {
        totalCount
        nodes { id requestedAt readyAt readyBlock value account { address } pool { asset { symbol decimals } } }
      }
      slashes(first: 10, orderBy: [time_DESC]) {
        totalCount
        nodes { id chain time transaction reason activeAssets exitingAssets asset { symbol decimals } }
      }
    }
  }
`)

export type ModelStake = NonNullable<ResultOf<typeof STAKE>['model']>
