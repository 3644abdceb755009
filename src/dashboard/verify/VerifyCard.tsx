import { useEffect, useRef, useState } from 'preact/hooks'
import { Card } from '../parts/Card'
import { Failed } from '../parts/states'
import { cut } from '../words/text'
import { type Found, inOrder, verify } from './verify'

type State = { names: string } & ({ found?: Found } | { failed: string })

/** Takes a statement's file and says whether it is as it was made, or which line is wrong. Nothing is sent anywhere. */
export function VerifyCard() {
  const [state, setState] = useState<State>()
  const [over, setOver] = useState(false)
  const running = useRef<AbortController>(null)
  useEffect(() => () => running.current?.abort(), [])

  const take = async (list: FileList | null | undefined) => {
    const files = [...(list ?? [])].slice(0, 2)
    if (files.length === 0) return
    running.current?.abort()
    const started = new AbortController()
    running.current = started
    const names = files.map(({ name }) => cut(name, 60)).join(' and ')
    setState({ names })
    try {
      const found = await verify(await inOrder(files), started.signal)
      if (!started.signal.aborted) setState({ names, found })
    } catch (error) {
      if (!started.signal.aborted) setState({ names, failed: (error as Error).message })
    }
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void take(event.dataTransfer?.files)
  }
  return (
    <Card title="Verify a statement" wide>
      <label
        class={over ? 'drop over' : 'drop'}
        onDragOver={event => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <span>
          Drop a statement here, JSON or CSV (of CSV the lines, and the totals with them), or the proof of a
          line. It is checked on your machine, and not sent.
        </span>
        <input
          type="file"
          multiple
          aria-label="Statement to verify"
          onChange={event => void take(event.currentTarget.files)}
        />
      </label>
      {state && <Outcome state={state} />}
    </Card>
  )
}

function Outcome({ state }: { state: State }) {
  if ('failed' in state) {
    const fix = 'Use `provenance verify-statement FILE` instead; it takes XLSX and Parquet too.'
    return <Failed problem={{ message: `${state.names}: ${cut(state.failed, 200)}`, fix }} />
  }
  if (!state.found) {
    return (
      <p role="status">
        <progress aria-label="Verifying" /> checking {state.names}
      </p>
    )
  }
  const { holds, problems, said } = state.found
  return (
    <div role="status">
      <p>
        <span class={holds ? 'tag good' : 'tag bad'}>{holds ? 'holds' : 'does not hold'}</span> {state.names}
      </p>
      {problems.length > 0 && (
        <ul>
          {problems.map(({ place, found }) => (
            <li key={place}>
              <b>{cut(place, 120)}</b>: {cut(found, 200)}
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>What was found, in the words of provenance verify-statement</summary>
        <pre>{said.map(line => cut(line, 400)).join('\n')}</pre>
      </details>
    </div>
  )
}
