import { setImmediate as nextTurn } from 'node:timers/promises'
import { type DocumentNode, type ExecutionArgs, type ExecutionResult, execute } from 'graphql'
import { executeInScope, type RequestContext, type ScopeOptions } from '../executeInScope'
import { Answer } from '../limits/answer'

/** One subscriber's part in an answer that several wait for. */
export interface SharedAnswer {
  result: Promise<ExecutionResult>
  /** it has been passed on, or is not wanted any more */
  leave(): void
}

/**
 * Works out an event's answer once for all who ask for it in the same words: thousands watch the same page. Who comes
 * when its snapshot is opened already shares the next one, so that nobody is told what was so before the event.
 */
export class SharedAnswers {
  /** by what is asked: those whose snapshot is not opened yet */
  private readonly waiting = new Map<string, Shared>()
  private readonly numbers = new WeakMap<DocumentNode, number>()
  private lastNumber = 0

  constructor(private readonly options: ScopeOptions) {}

  to(args: ExecutionArgs, event: unknown): SharedAnswer {
    const key = JSON.stringify([this.numberOf(args.document), args.operationName, args.variableValues, event])
    let shared = this.waiting.get(key)
    if (!shared) {
      shared = new Shared(args, event, this.options, () => this.waiting.delete(key))
      this.waiting.set(key, shared)
    }
    return shared.join()
  }

  /** The same text is one document: DocumentCache. */
  private numberOf(document: DocumentNode): number {
    const number = this.numbers.get(document) ?? ++this.lastNumber
    this.numbers.set(document, number)
    return number
  }
}

class Shared {
  private holders = 0
  private readonly answer: Answer
  private readonly result: Promise<ExecutionResult>

  constructor(
    private readonly args: ExecutionArgs,
    private readonly event: unknown,
    private readonly options: ScopeOptions,
    begins: () => void,
  ) {
    this.answer = new Answer(options.memory)
    this.result = this.run(begins)
    this.result.catch(() => {}) // when all have left
  }

  join(): SharedAnswer {
    this.holders++
    let stays = true
    const leave = () => {
      if (!stays) return
      stays = false
      if (--this.holders > 0) return
      this.answer.stop()
      this.answer.release()
    }
    return { result: this.result, leave }
  }

  /** Events of many subscribers come at once: in turns, so that they do not take all connections from requests. */
  private async run(begins: () => void): Promise<ExecutionResult> {
    await nextTurn() // all who heard of it are here
    return this.options.events.in(async () => {
      begins()
      if (this.holders === 0) return {}
      // It does not end with the request of one of them.
      const contextValue = { ...(this.args.contextValue as RequestContext), request: undefined }
      return executeInScope(
        execute,
        { ...this.args, contextValue, rootValue: this.event },
        this.answer,
        this.options,
      )
    })
  }
}
