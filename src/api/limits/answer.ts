import { type ExecutionResult, GraphQLError, type GraphQLResolveInfo, responsePathAsArray } from 'graphql'
import { userError } from '../userError'
import type { AnswerMemory } from './answerMemory'
import { TurnTaker } from './turns'

/** What a value (an object, a field, an item of a list) counts beside its text and its name: about what it takes in memory, bytes. */
export const VALUE_BYTES = 64
/** Size of one answer, bytes: a quarter of a million values without text. */
export const MOST_BYTES = 16 * 1024 * 1024
/** Fields that fail in one answer: beyond, it is the query that is wrong. */
const MOST_ERRORS = 100

/**
 * An answer while it is worked out: how large it has become, whoever's rows it repeats, and whether it is still wanted.
 * Once it is not, no field of it is resolved any more.
 */
export class Answer extends TurnTaker {
  /** what is answered instead, once it is stopped */
  readonly ended: Promise<ExecutionResult>
  /** in place of every value after the end: the walk waits for it, and is forgotten with this answer */
  readonly never = new Promise<never>(() => {})
  private end!: (result: ExecutionResult) => void
  private isStopped = false
  private bytes = 0
  private held = 0
  private errors = 0

  constructor(private readonly memory: AnswerMemory) {
    super()
    this.ended = new Promise(resolve => {
      this.end = resolve
    })
  }

  get stopped(): boolean {
    return this.isStopped
  }

  /** Counts a field under its name in the answer; false: do not resolve it. */
  begin(name: string): boolean {
    this.grow(VALUE_BYTES + name.length)
    return !this.isStopped
  }

  /** Counts what a field was resolved to. */
  count(value: unknown): void {
    if (typeof value === 'string') this.grow(value.length)
    else if (Array.isArray(value)) {
      let bytes = value.length * VALUE_BYTES
      if (typeof value[0] === 'string') for (const text of value) bytes += String(text).length
      this.grow(bytes)
    }
  }

  /** Counts a field that could not be resolved. */
  failed(error: unknown, { fieldNodes, path }: GraphQLResolveInfo): void {
    if (++this.errors <= MOST_ERRORS) return
    const example = new GraphQLError(error instanceof Error ? error.message : String(error), {
      nodes: fieldNodes,
      path: responsePathAsArray(path),
      originalError: error instanceof Error ? error : undefined,
    })
    const many = `more than ${MOST_ERRORS} fields of the answer failed`
    this.stop(example, userError('TOO_COSTLY', many, 'mend the first error, or ask for fewer rows'))
  }

  /** It is worked out once more, from nothing. */
  again(): void {
    this.bytes = 0
    this.errors = 0
  }

  /** It is as it will be given: what an error left under way beside it does not go on. */
  finish(): void {
    this.isStopped = true
  }

  stop(...errors: GraphQLError[]): void {
    if (this.isStopped) return
    this.isStopped = true
    this.end({ data: null, errors })
    this.release()
  }

  /** Gives back the memory that it counted for: when it has been sent, or will not be. */
  release(): void {
    this.memory.giveBack(this.held)
    this.held = 0
  }

  private grow(bytes: number): void {
    this.bytes += bytes
    if (this.isStopped || this.bytes <= this.held) return
    if (this.bytes > MOST_BYTES) {
      const size = `the answer is larger than ${MOST_BYTES / 1024 / 1024} MB`
      const fix = 'ask for smaller pages (first) or fewer fields, and page on with after'
      return this.stop(userError('TOO_COSTLY', size, fix))
    }
    const more = this.memory.take(this.held, this.bytes)
    this.held += more
    if (more === 0)
      this.stop(
        userError('UNAVAILABLE', 'too many large answers are on their way', 'try again in some seconds'),
      )
  }
}
