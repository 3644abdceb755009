import { href } from '../address/url'
import { cut, shortHex, shortId } from '../words/text'
import { useCopy } from './useCopy'

export interface LinkedModel {
  id: string
  name: string | null
  status?: string
}

export function modelName({ id, name }: LinkedModel): string {
  return (name && cut(name)) || shortId(id)
}

export function ModelLink({ model }: { model: LinkedModel }) {
  const stub = model.status === 'STUB'
  return (
    <a href={href('/model', { id: model.id })} title={cut(model.id, 200)} class={stub ? 'stub' : undefined}>
      <bdi>{modelName(model)}</bdi>
      {stub && ' (not seen yet)'}
    </a>
  )
}

/** An account: a link to its page, over all chains. */
export function AccountLink({ address }: { address: string }) {
  return (
    <a href={href('/account', { id: address })} title={address} class="hex">
      {shortHex(address)}
    </a>
  )
}

/** An id that can be copied whole. */
export function CopiedId({ id, what }: { id: string; what: string }) {
  const { copied, copy } = useCopy()
  return (
    <span class="hex">
      <bdi title={cut(id, 300)}>{shortId(id)}</bdi>{' '}
      <button type="button" class="small" onClick={() => copy(id)} aria-label={`Copy ${what}`}>
        {copied ? 'copied' : 'copy'}
      </button>
    </span>
  )
}
