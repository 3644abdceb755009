import { useEffect, useRef, useState } from 'preact/hooks'
import { href } from '../address/url'
import { go } from '../address/useUrl'
import { graphql, type ResultOf } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { modelName } from '../parts/links'
import { shortId } from '../words/text'
import { byForm, type Found, termOf } from './found'

const SEARCH = graphql(`
  query Search($term: String!) {
    search(text: $term, first: 12) {
      hits {
        node {
          __typename
          id
          ... on Model { name chain kind status }
          ... on ModelVersion { modelId number }
          ... on Token { symbol name }
          ... on Account { address }
          ... on StakePool { ofModel: modelId poolKind: kind }
        }
      }
    }
  }
`)

/** The types ask for a `datalist` where the role is said; ours is a listbox. */
const NO_LIST = { list: undefined }
/** Between the last key and the question. */
const PAUSE_MS = 180

/** A combobox (WAI-ARIA 1.2, list autocomplete): `/` goes there, arrows choose, Enter follows, Escape closes. */
export function Search() {
  const [text, setText] = useState('')
  const [term, setTerm] = useState<string>()
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const [hasty, setHasty] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const answer = useQuery(SEARCH, term ? { term } : null)

  useEffect(() => {
    const timer = setTimeout(() => setTerm(termOf(text)), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { tagName } = event.target as Element
      if (event.key !== '/' || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(tagName))
        return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])

  const current = termOf(text) === term
  const found: Found[] = [...byForm(text), ...(current && answer.data ? fromAnswer(answer.data) : [])].filter(
    (one, i, all) => all.findIndex(({ to }) => to === one.to) === i,
  )
  const asking = termOf(text) !== undefined && (!current || answer.loading)
  const shown = open && termOf(text) !== undefined

  const follow = (one: Found | undefined) => {
    if (!one) return
    setOpen(false)
    setText('')
    input.current?.blur()
    go(one.to)
  }
  // Enter came before the answer.
  useEffect(() => {
    if (!hasty || asking) return
    setHasty(false)
    follow(found[0])
  })
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setOpen(false)
    else if (event.key === 'Enter') {
      event.preventDefault()
      if (found.length > 0) follow(found[Math.max(at, 0)])
      else setHasty(asking)
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      const step = event.key === 'ArrowDown' ? 1 : -1
      setAt(found.length === 0 ? -1 : (at + step + found.length) % found.length)
    }
  }

  return (
    <search class="search">
      <input
        ref={input}
        {...NO_LIST}
        type="text"
        role="combobox"
        placeholder="Search name, address or id  ( / )"
        aria-label="Search models, accounts and tokens"
        aria-expanded={shown}
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant={shown && at >= 0 ? `found-${at}` : undefined}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={event => {
          setText(event.currentTarget.value)
          setOpen(true)
          setAt(-1)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <div id="found" role="listbox" aria-label="Found" hidden={!shown || found.length === 0}>
        {found.map((one, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's, which keeps the focus
          // biome-ignore lint/a11y/useFocusableInteractive: an option of a combobox is never focused
          <div
            key={one.to}
            id={`found-${i}`}
            role="option"
            aria-selected={i === at}
            onMouseDown={event => event.preventDefault()}
            onClick={() => follow(one)}
          >
            <b>
              <bdi>{one.title}</bdi>
            </b>
            <span>{one.detail}</span>
          </div>
        ))}
      </div>
      {shown && found.length === 0 && (
        <p class="found-none" role="status">
          {asking
            ? 'Searching …'
            : answer.problem
              ? `${answer.problem.message} ${answer.problem.fix}`
              : 'Nothing found. Try a part of a name, an address (0x…) or an id.'}
        </p>
      )}
    </search>
  )
}

type Answered = ResultOf<typeof SEARCH>

function fromAnswer({ search }: Answered): Found[] {
  return search.hits.flatMap(({ node }): Found | [] => {
    const id = shortId(node.id)
    switch (node.__typename) {
      case 'Model': {
        const detail = `${(node.kind ?? 'MODEL').toLowerCase()} · ${id}`
        return { kind: 'model', title: modelName(node), detail, to: href('/model', { id: node.id }) }
      }
      case 'ModelVersion': {
        const detail = `version ${node.number} of ${shortId(node.modelId)}`
        return { kind: 'model', title: id, detail, to: href('/model', { id: node.modelId }) }
      }
      case 'Token': {
        const title = shortId(node.symbol ?? node.id)
        return { kind: 'token', title, detail: `token · ${id}`, to: href('/token', { id: node.id }) }
      }
      case 'Account':
        return { kind: 'account', title: id, detail: 'account', to: href('/account', { id: node.id }) }
      case 'StakePool': {
        if (!node.ofModel) return []
        const detail = `${node.poolKind.toLowerCase()} pool of ${shortId(node.ofModel)}`
        return { kind: 'model', title: id, detail, to: href('/model', { id: node.ofModel }) }
      }
      default:
        return []
    }
  })
}
