import { href } from '../address/url'

/** Where a search can lead. */
export interface Found {
  kind: 'model' | 'account' | 'token'
  title: string
  detail: string
  to: string
}

const ADDRESS = /^0x[0-9a-f]{40}$/
const CAIP10 = /^eip155:[1-9]\d{0,18}:0x[0-9a-f]{40}$/
const TOKEN = /^eip155:[1-9]\d{0,18}\/erc20:0x[0-9a-f]{40}$/
const MODEL = /^eip155:[1-9]\d{0,18}\/[a-z0-9-]+:\S{1,200}$/
const MOST_SEARCHED = 120

/** What is looked for in the API; undefined: nothing worth asking. */
export function termOf(text: string): string | undefined {
  const term = text.trim().slice(0, MOST_SEARCHED)
  return term.length < 2 ? undefined : term
}

/** What an id leads to by its form alone, whether or not anybody has seen it. */
export function byForm(text: string): Found[] {
  const id = text.trim().toLowerCase()
  if (ADDRESS.test(id)) {
    return [{ kind: 'account', title: id, detail: 'account, on all chains', to: href('/account', { id }) }]
  }
  if (CAIP10.test(id)) {
    return [{ kind: 'account', title: id, detail: 'account, on this chain', to: href('/account', { id }) }]
  }
  if (TOKEN.test(id)) return [{ kind: 'token', title: id, detail: 'token', to: href('/token', { id }) }]
  const exact = text.trim()
  if (MODEL.test(exact)) {
    return [{ kind: 'model', title: exact, detail: 'model of this id', to: href('/model', { id: exact }) }]
  }
  return []
}
