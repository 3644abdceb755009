import { change } from '../address/useUrl'
import { Amount, type AmountToken } from '../parts/Amount'
import { ratioOf } from '../words/amount'
import { partsOf } from './flows'
import type { Kind } from './movements'

/**
 * Entitled, as one bar: what was claimed, what waits to be claimed, what the chain owes and has not moved. A click on a
 * part, or on its name, shows the lines that it is the sum of.
 */
export function Owed(props: {
  total: { entitled: string; accrued: string; claimed: string | null; owed: string; overpaid: string }
  token: AmountToken | null | undefined
  /** whose lines are shown */
  shown: Kind | undefined
}) {
  const { total, token, shown } = props
  const parts = partsOf(total, total.claimed)
  const whole = String(BigInt(parts.claimed) + BigInt(parts.waiting) + BigInt(parts.owed))
  const claimed = ratioOf(parts.claimed, whole) * 100
  const waiting = ratioOf(parts.waiting, whole) * 100
  // Each over the one before it.
  const bars: { kind: Kind; width: number; look: string }[] = [
    { kind: 'owed', width: 100, look: 'is-owed' },
    { kind: 'accrued', width: claimed + waiting, look: 'is-waiting' },
    { kind: 'claimed', width: claimed, look: 'is-claimed' },
  ]
  return (
    <div class="owed">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        {bars.map(({ kind, width, look }) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: the names below do the same by keyboard
          <rect key={kind} width={width} height="8" class={look} onClick={() => show(kind)} />
        ))}
      </svg>
      <dl class="facts">
        <Part title="Entitled" raw={total.entitled} token={token} kind="entitled" shown={shown}>
          its share of its own and its descendants' fees
        </Part>
        <Part title="Accrued" raw={total.accrued} token={token} kind="accrued" shown={shown}>
          has moved to it
        </Part>
        {total.claimed !== null && (
          <Part
            title="Claimed"
            raw={total.claimed}
            token={token}
            mark="is-claimed"
            kind="claimed"
            shown={shown}
          >
            was paid out
          </Part>
        )}
        <Part title="Waiting" raw={parts.waiting} token={token} mark="is-waiting">
          has moved, not claimed by its name
        </Part>
        <Part title="Owed" raw={total.owed} token={token} mark="is-owed" kind="owed" shown={shown}>
          the chain owes it and has not moved it
        </Part>
        {total.overpaid !== '0' && (
          <Part title="Overpaid" raw={total.overpaid} token={token}>
            moved beyond what was due
          </Part>
        )}
      </dl>
    </div>
  )
}

function show(kind: Kind | null): void {
  change({ lines: kind, line: null }, { replace: true })
}

function Part(props: {
  title: string
  raw: string
  token: AmountToken | null | undefined
  mark?: string
  /** of the lines that it is the sum of */
  kind?: Kind
  shown?: Kind | undefined
  children: string
}) {
  const { kind } = props
  const isShown = kind !== undefined && kind === props.shown
  return (
    <div>
      <dt>
        {props.mark && (
          <svg class="mark" viewBox="0 0 10 10" aria-hidden="true">
            <rect width="10" height="10" class={props.mark} />
          </svg>
        )}
        {kind ? (
          <button
            type="button"
            class="small"
            aria-pressed={isShown}
            title="Show the lines"
            onClick={() => show(isShown ? null : kind)}
          >
            {props.title}
          </button>
        ) : (
          props.title
        )}
      </dt>
      <dd>
        <Amount raw={props.raw} token={props.token} />
        <br />
        <span class="beside">{props.children}</span>
      </dd>
    </div>
  )
}
