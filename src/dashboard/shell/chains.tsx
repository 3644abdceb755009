import { type ComponentChildren, createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { graphql, type ResultOf } from '../data/graphql'
import { type Answer, useQuery } from '../data/useQuery'
import { cut } from '../words/text'

const CHAINS = graphql(`
  query Chains {
    chains {
      id name explorer head lagBlocks lagSeconds blocksPerSecond secondsLeft problem projectionProblem updatedAt
      indexed { height hash time }
      finalized { height time }
      projected { height }
    }
  }
`)

export type ChainsAnswer = Answer<ResultOf<typeof CHAINS>>
export type Chain = ResultOf<typeof CHAINS>['chains'][number]

const Chains = createContext<ChainsAnswer | undefined>(undefined)

/** Asks once for all parts of a page that tell of the chains. */
export function ChainsProvider({ children }: { children: ComponentChildren }) {
  const answer = useQuery(CHAINS, {}, { live: true })
  return <Chains.Provider value={answer}>{children}</Chains.Provider>
}

export function useChains(): ChainsAnswer {
  return useContext(Chains)!
}

/** The page of a transaction or an address of a chain; undefined: nobody shows that chain. */
export function useExplorer(): (
  chain: string | null | undefined,
  kind: 'tx' | 'address',
  what: string | null | undefined,
) => string | undefined {
  const { data } = useChains()
  return (chain, kind, what) => {
    const explorer = data?.chains.find(({ id }) => id === chain)?.explorer
    return explorer && what && /^0x[0-9a-f]+$/i.test(what) ? `${explorer}/${kind}/${what}` : undefined
  }
}

/** A chain as its deployment calls it, `alpha`; else its id. */
export function useChainName(): (id: string | null | undefined) => string {
  const { data } = useChains()
  return id => {
    const name = data?.chains.find(chain => chain.id === id)?.name
    return name ? cut(name, 24) : cut(id ?? 'no chain', 40)
  }
}
