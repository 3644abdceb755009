import { oneOf, type Place } from '../address/url'
import { change } from '../address/useUrl'
import { symbolOf } from '../parts/Amount'
import { useChainName } from '../shell/chains'

export interface ChosenToken {
  id: string
  symbol: string | null
  decimals: number | null
  chain: string
}

/** The token that the address names, or the first. Amounts of different tokens are never added up. */
export function chosenToken(place: Place, tokens: readonly ChosenToken[]): ChosenToken {
  const id = oneOf(
    place.query.get('token'),
    tokens.map(token => token.id),
  )
  return tokens.find(token => token.id === id)!
}

export function TokenChoice({ place, tokens }: { place: Place; tokens: readonly ChosenToken[] }) {
  const chainName = useChainName()
  const chosen = chosenToken(place, tokens)
  return (
    <label>
      Token{' '}
      <select
        value={chosen.id}
        onChange={event => change({ token: event.currentTarget.value, after: null }, { replace: true })}
      >
        {tokens.map(token => (
          <option key={token.id} value={token.id}>
            {symbolOf(token)} on {chainName(token.chain)}
          </option>
        ))}
      </select>
    </label>
  )
}
