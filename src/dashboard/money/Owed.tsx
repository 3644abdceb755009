import { Amount, type AmountToken } from '../parts/Amount'
import { ratioOf } from '../words/amount'
import { partsOf } from './flows'

/** Entitled, as one bar: what was claimed, what waits to be claimed, what the chain owes and has not moved. */
export function Owed(props: {
  total: { entitled: string; accrued: string; claimed: string | null; owed: string; overpaid: string }
  token: AmountToken | null | undefined
}) {
  const { total, token } = props
  const parts = partsOf(total, total.claimed)
  const whole = String(BigInt(parts.claimed) + BigInt(parts.waiting) + BigInt(parts.owed))
  const claimed = ratioOf(parts.claimed, whole) * 100
  const waiting = ratioOf(parts.waiting, whole) * 100
  return (
    <div class="owed">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="8" class="is-owed" />
        <rect width={claimed + waiting} height="8" class="is-waiting" />
        <rect width={claimed} height="8" class="is-claimed" />
      </svg>
      <dl class="facts">
        <Part title="Entitled" raw={total.entitled} token={token}>
          its share of its own and its descendants' fees
        </Part>
        <Part title="Accrued" raw={total.accrued} token={token}>
          has moved to it
        </Part>
        {total.claimed !== null && (
          <Part title="Claimed" raw={total.claimed} token={token} mark="is-claimed">
            was paid out
          </Part>
        )}
        <Part title="Waiting" raw={parts.waiting} token={token} mark="is-waiting">
          has moved, not claimed by its name
        </Part>
        <Part title="Owed" raw={total.owed} token={token} mark="is-owed">
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

function Part(props: {
  title: string
  raw: string
  token: AmountToken | null | undefined
  mark?: string
  children: string
}) {
  return (
    <div>
      <dt>
        {props.mark && (
          <svg class="mark" viewBox="0 0 10 10" aria-hidden="true">
            <rect width="10" height="10" class={props.mark} />
          </svg>
        )}
        {props.title}
      </dt>
      <dd>
        <Amount raw={props.raw} token={props.token} />
        <br />
        <span class="beside">{props.children}</span>
      </dd>
    </div>
  )
}
