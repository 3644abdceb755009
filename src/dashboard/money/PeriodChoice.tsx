import type { Place } from '../address/url'
import { change } from '../address/useUrl'

/** From and to, by days, kept in the address. */
export function PeriodChoice({ place }: { place: Place }) {
  return (
    <>
      {(['from', 'to'] as const).map(name => (
        <label key={name}>
          {name === 'from' ? 'From' : 'To'}{' '}
          <input
            type="date"
            value={place.query.get(name) ?? ''}
            onChange={event => change({ [name]: event.currentTarget.value }, { replace: true })}
          />
        </label>
      ))}
    </>
  )
}
