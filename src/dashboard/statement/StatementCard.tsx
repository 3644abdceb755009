import { useEffect, useState } from 'preact/hooks'
import type { Place } from '../address/url'
import { change } from '../address/useUrl'
import { Card } from '../parts/Card'
import { Failed, Loading } from '../parts/states'
import { count } from '../words/numbers'
import { download, type Outcome } from './download'
import { type Format, statementUrl } from './request'

/** Asks for a royalty statement: period, format, what can be chosen of it. */
export function StatementCard({ id, place }: { id: string; place: Place }) {
  const [formats, setFormats] = useState<readonly Format[] | 'gone'>()
  useEffect(() => {
    fetch('/statements/')
      .then(response => response.json() as Promise<{ formats: Format[] }>)
      .then(
        ({ formats }) => setFormats(formats),
        () => setFormats('gone'),
      )
  }, [])
  return (
    <Card title="Royalty statement" wide>
      {formats === undefined && <Loading what="the formats" />}
      {formats === 'gone' && (
        <Failed problem={{ message: 'The server names no formats.', fix: 'Load the page again.' }} />
      )}
      {Array.isArray(formats) && <Form id={id} place={place} formats={formats} />}
    </Card>
  )
}

function Form({ id, place, formats }: { id: string; place: Place; formats: readonly Format[] }) {
  const { query } = place
  const today = new Date().toISOString().slice(0, 10)
  const first = query.get('from') ?? `${today.slice(0, 4)}-01-01`
  const last = query.get('to') ?? today
  const format = formats.find(({ name }) => name === query.get('format')) ?? formats[0]!
  const partial = query.get('partial') !== 'false'
  const chosen = Object.fromEntries(
    Object.entries(format.choices).flatMap(([name, values]) => {
      const value = query.get(name)
      return value && values.includes(value) ? [[name, value]] : []
    }),
  )
  const url = statementUrl({ account: id, format: format.name, first, last, partial, chosen })
  const [part, setPart] = useState<number>()
  const [outcome, setOutcome] = useState<Outcome>()
  const set = (name: string) => (event: { currentTarget: { value: string } }) =>
    change({ [name]: event.currentTarget.value }, { replace: true })
  const onSubmit = async (event: Event) => {
    event.preventDefault()
    if (!url) return
    setOutcome(undefined)
    setPart(0)
    setOutcome(await download(url, setPart))
    setPart(undefined)
  }
  return (
    <form onSubmit={onSubmit}>
      <p>
        What it earned and was paid, from final blocks only: opening and accrued less claimed is closing, and
        the same request at the same heights gives the same bytes.
      </p>
      <div class="choices">
        <label>
          First day <input type="date" required value={first} onChange={set('from')} />
        </label>
        <label>
          Last day <input type="date" required value={last} onChange={set('to')} />
        </label>
        <label>
          Format{' '}
          <select value={format.name} onChange={set('format')}>
            {formats.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        {Object.entries(format.choices).map(([name, values]) => (
          <label key={name}>
            {name}{' '}
            <select value={chosen[name] ?? values[0]} onChange={set(name)}>
              {values.map(value => (
                <option key={value}>{value}</option>
              ))}
            </select>
          </label>
        ))}
        <label>
          <input
            type="checkbox"
            checked={partial}
            onChange={event =>
              change({ partial: event.currentTarget.checked ? null : 'false' }, { replace: true })
            }
          />{' '}
          also if the period is not over
        </label>
        <button type="submit" disabled={!url || part !== undefined}>
          Download
        </button>
      </div>
      {!url && <p class="state">The first day must not be after the last.</p>}
      {part !== undefined && (
        <p role="status">
          <progress aria-label="Statement" value={part} max={1} /> making the statement
        </p>
      )}
      {outcome && 'problem' in outcome && <Failed problem={outcome.problem} />}
      {outcome && 'name' in outcome && (
        <p role="status">
          {outcome.name} is there: {count(outcome.bytes)} bytes.
        </p>
      )}
    </form>
  )
}
