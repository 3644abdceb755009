import type { ComponentChildren } from 'preact'
import type { Problem } from '../data/client'
import type { Answer } from '../data/useQuery'

export function Loading({ what }: { what: string }) {
  return (
    <p class="state" role="status">
      Loading {what} …
    </p>
  )
}

export function Failed({ problem, again }: { problem: Problem; again?: () => void }) {
  return (
    <div class="state failed" role="alert">
      <p>{problem.message}</p>
      <p>{problem.fix}</p>
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  )
}

/** Says that there is nothing, and what to do about it. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="state">{children}</p>
}

/** What an answer's state asks for; its data, once there is some. */
export function Shown<Data>({
  answer,
  what,
  children,
}: {
  answer: Answer<Data>
  what: string
  children: (data: NonNullable<Data>) => ComponentChildren
}) {
  const { data, problem, again } = answer
  if (data === undefined || data === null) {
    return problem ? <Failed problem={problem} again={again} /> : <Loading what={what} />
  }
  return (
    <>
      {problem && <Failed problem={problem} again={again} />}
      {children(data)}
    </>
  )
}
