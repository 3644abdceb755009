import type { AnyVariables, TypedDocumentNode } from '@urql/core'
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { client, type Problem, problemOf } from './client'
import { graphiqlHref } from './graphiql'
import { onLive } from './live'

export interface Answer<Data> {
  /** the newest answer; that of a former question while another of the same kind is asked */
  data: Data | undefined
  problem: Problem | undefined
  loading: boolean
  /** the same question in GraphiQL; undefined: none is asked */
  graphiql: string | undefined
  again(): void
}

/** Asks when the question changes, and, where it is live, when a chain has moved. Null variables: does not ask. */
export function useQuery<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables | null,
  { live = false, keep = false }: { live?: boolean; keep?: boolean } = {},
): Answer<Data> {
  const key = JSON.stringify(variables)
  const [turn, setTurn] = useState(0)
  const [state, setState] = useState<{ key: string; data?: Data; problem?: Problem }>()
  const [loading, setLoading] = useState(true)
  const again = useCallback(() => setTurn(value => value + 1), [])
  const asked = useRef(variables)
  asked.current = variables

  // The key stands for the variables, the turn asks again.
  useEffect(() => {
    if (asked.current === null) return
    let wanted = true
    setLoading(true)
    client
      .query(query, asked.current)
      .toPromise()
      .then(({ data, error }) => {
        if (!wanted) return
        // What was there stays while a repeated question fails.
        setState(before => ({
          key,
          data: data ?? (before?.key === key ? before.data : undefined),
          problem: error && problemOf(error),
        }))
        setLoading(false)
      })
    return () => {
      wanted = false
    }
  }, [query, key, turn])

  useEffect(() => {
    if (live) return onLive(again)
  }, [live, again])

  const graphiql = useMemo(() => (variables ? graphiqlHref(query, variables) : undefined), [query, key])
  const current = state?.key === key
  return {
    data: current || keep ? state?.data : undefined,
    problem: current ? state.problem : undefined,
    loading,
    graphiql,
    again,
  }
}
