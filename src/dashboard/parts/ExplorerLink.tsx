import type { ComponentChildren } from 'preact'
import { useExplorer } from '../shell/chains'

/** Leads to the chain's explorer, in another tab; where there is none, it is the words alone. */
export function ExplorerLink(props: {
  chain: string | null | undefined
  kind: 'tx' | 'address'
  what: string | null | undefined
  children: ComponentChildren
}) {
  const to = useExplorer()(props.chain, props.kind, props.what)
  if (!to) return <>{props.children}</>
  return (
    <a href={to} target="_blank" rel="noreferrer" title={props.what ?? undefined}>
      {props.children}
      <span aria-hidden="true"> ↗</span>
      <span class="unseen"> (opens the explorer)</span>
    </a>
  )
}
