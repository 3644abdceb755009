import { graphql, type ResultOf } from '../data/graphql'

export const IMPACT = graphql(`
  query Impact($id: ID!) {
    impact(model: $id, maxNodes: 300) {
      truncated
      models { depth share model { id name status chain tainted } }
      stake {
        tokenId active exiting patrons token { symbol decimals }
        accounts(first: 3) { amount account { address } }
      }
      money {
        tokenId accrued waiting owed token { symbol decimals }
        accounts(first: 3) { amount account { address } }
      }
    }
  }
`)

export type ImpactAnswer = ResultOf<typeof IMPACT>['impact']
