import { href } from '../address/url'
import { Amount } from '../parts/Amount'
import { moment } from '../words/numbers'
import { shortId } from '../words/text'
import type { ChosenToken } from './tokenChoice'

export interface Mark {
  id: string
  kind: string
  time: string
  modelId: string | null
  tokenId: string | null
  amount: string | null
}

/** What the lines of the chart mean, the newest first. */
export function Marks({ marks, tokens }: { marks: readonly Mark[]; tokens: readonly ChosenToken[] }) {
  if (marks.length === 0) return null
  return (
    <details>
      <summary>
        {marks.filter(({ kind }) => kind === 'SLASH').length} slashes (red lines),{' '}
        {marks.filter(({ kind }) => kind === 'DISPUTE').length} disputes (dashed lines)
      </summary>
      <ul>
        {[...marks].reverse().map(({ id, kind, time, modelId, tokenId, amount }) => (
          <li key={id}>
            {moment(time)}: {kind.toLowerCase()}
            {modelId && (
              <>
                {' '}
                of <a href={href('/model', { id: modelId })}>{shortId(modelId)}</a>
              </>
            )}
            {amount !== null && (
              <>
                , <Amount raw={amount} token={tokens.find(token => token.id === tokenId)} />
              </>
            )}
          </li>
        ))}
      </ul>
    </details>
  )
}
