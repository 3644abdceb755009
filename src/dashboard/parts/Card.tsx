import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

/** A titled part of a page, and what can be done with it. */
export function Card(props: {
  title: string
  children: ComponentChildren
  actions?: ComponentChildren
  wide?: boolean
}) {
  const id = useId()
  return (
    <section class={props.wide ? 'card wide' : 'card'} aria-labelledby={id}>
      <header>
        <h2 id={id}>{props.title}</h2>
        {props.actions && <div class="actions">{props.actions}</div>}
      </header>
      {props.children}
    </section>
  )
}
