import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

/** A titled part of a page, and what can be done with it. */
export function Card(props: {
  title: string
  children: ComponentChildren
  actions?: ComponentChildren
  wide?: boolean
  /** GraphiQL with the question that it shows the answer of */
  asks?: string | undefined
}) {
  const id = useId()
  return (
    <section class={props.wide ? 'card wide' : 'card'} aria-labelledby={id}>
      <header>
        <h2 id={id}>{props.title}</h2>
        {(props.actions || props.asks) && (
          <div class="actions">
            {props.actions}
            {props.asks && (
              <a href={props.asks} class="small">
                in GraphiQL
              </a>
            )}
          </div>
        )}
      </header>
      {props.children}
    </section>
  )
}
