import { type ComponentChildren, createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { graphql, type ResultOf } from '../data/graphql'
import { type Answer, useQuery } from '../data/useQuery'
import { cut } from '../words/text'

const CHAINS = graphql(`
  query Chains {
    chains {
      id name head lagBlocks lagSeconds blocksPerSecond secondsLeft problem projectionProblem updatedAt
      indexed { height hash time }
      finalized { height time }
      projected { height }
    }
  }
`)

export type ChainsAnswer = Answer<ResultOf<typeof CHAINS>>
export type Chain = ResultOf<typeof CHAINS>['chains'][number]

/** How often the heights are asked for while the page is looked at. */
const EVERY_MS = 5000

const Chains = createContext<ChainsAnswer | undefined>(undefined)

/** Asks once for all parts of a page that tell of the chains. */
export function ChainsProvider({ children }: { children: ComponentChildren }) {
  const answer = useQuery(CHAINS, {}, { everyMs: EVERY_MS })
  return <Chains.Provider value={answer}>{children}</Chains.Provider>
}

export function useChains(): ChainsAnswer {
  return useContext(Chains)!
}

/** A chain as its deployment calls it, `alpha`; else its id. */
export function useChainName(): (id: string | null | undefined) => string {
  const { data } = useChains()
  return id => {
    const name = data?.chains.find(chain => chain.id === id)?.name
    return name ? cut(name, 24) : cut(id ?? 'no chain', 40)
  }
}
