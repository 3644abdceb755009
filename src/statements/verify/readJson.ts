import { json } from '../formats/json'
import { proofJson, type ReceiptProof, withProofs } from '../proofs/proof'
import type { LineFacts } from '../seal/entry'
import type { StatementHead } from '../seal/head'
import { type Marks, SealedStatement } from '../seal/sealedStatement'
import type { Worth } from '../worth'
import { type FileSource, startOf, textOf } from './fileSource'
import { type Reading, type ReadLine, UnreadableError } from './reading'
import { firstDifference } from './sameBytes'

const LINES = '"lines":['
/** What a statement can say beside its lines, characters: far more than tokens ever moved for one account. */
const MOST_HEAD = 64 * 1024 * 1024
const BATCH = 1000

/** How a file with proofs begins. */
export const PROOFS = '{"proofs":['

type Piece = { kind: 'proof' | 'before' | 'line' | 'after'; text: string }

export async function readJson(file: FileSource): Promise<Reading> {
  let around = ''
  for await (const { kind, text } of piecesOf(file)) {
    if (kind === 'before' || kind === 'after') around += text
  }
  const hasProofs = (await startOf(file)).startsWith(PROOFS)
  const { head, seal } = headOf(around)
  const lines = () => linesOf(file)
  return {
    head,
    seal,
    lines,
    ...(hasProofs && { proofs: () => proofsIn(file) }),
    async otherThan(statement) {
      const again = new SealedStatement({ ...statement.head, batches: factsOf }, statement.seal.signature)
      const statementText = json.render(again, {})
      const whole = hasProofs ? withProofs(proofTexts(file), statementText) : statementText
      const at = await firstDifference(file, whole)
      return at === undefined ? undefined : `byte ${at}`
    },
  }

  async function* factsOf() {
    for await (const batch of lines()) yield batch.map(({ facts }) => facts)
  }
}

async function* linesOf(file: FileSource): AsyncGenerator<ReadLine[]> {
  const batch: ReadLine[] = []
  let number = 0
  for await (const { kind, text } of piecesOf(file)) {
    if (kind !== 'line') continue
    batch.push(lineOfJson(text, `line ${++number}`))
    if (batch.length === BATCH) yield batch.splice(0)
  }
  if (batch.length > 0) yield batch
}

async function* proofsIn(file: FileSource): AsyncGenerator<ReceiptProof> {
  for await (const { kind, text } of piecesOf(file)) {
    if (kind === 'proof') yield parse(text, 'the proofs') as ReceiptProof
  }
}

/** As they would have been written. */
async function* proofTexts(file: FileSource): AsyncGenerator<string> {
  for await (const proof of proofsIn(file)) yield proofJson(proof)
}

export function lineOfJson(text: string, place: string): ReadLine {
  const { hash, ...line } = parse(text, place) as Record<string, string>
  const amount = (name: string): bigint => {
    const value = line[name]
    if (typeof value === 'string' && /^-?(0|[1-9][0-9]*)$/.test(value)) return BigInt(value)
    throw new UnreadableError(place, `${name} is no amount`)
  }
  const facts = {
    ...line,
    time: timeOf(line.time!, place),
    amount: amount('amount'),
    balance: amount('balance'),
    priceTime: timeOrNull(line.priceTime, place),
  }
  return { facts: facts as unknown as LineFacts, hash: String(hash), differs: () => undefined }
}

function headOf(text: string): { head: StatementHead; seal: Marks } {
  const place = 'the head'
  const { statement, verification } = parse(text, place) as Record<string, Record<string, never>>
  if (!statement || !verification) throw new UnreadableError(place, 'no statement of ours')
  return {
    head: headOfJson(statement, place),
    seal: { ...(verification as object), merkleRoot: statement.merkleRoot } as unknown as Marks,
  }
}

/** The head as `headJson` writes it. */
export function headOfJson(json: Record<string, unknown>, place: string): StatementHead {
  try {
    const head = json as Record<'asOf' | 'tokens', Record<string, string>[]> & Record<'from' | 'to', string>
    return {
      ...(json as object),
      from: timeOf(head.from, place),
      to: timeOf(head.to, place),
      asOf: head.asOf.map(chain => ({
        ...chain,
        time: timeOrNull(chain.time, place),
        coveredUntil: timeOrNull(chain.coveredUntil, place),
      })),
      tokens: head.tokens.map(token => ({
        ...token,
        opening: BigInt(token.opening!),
        accrued: BigInt(token.accrued!),
        claimed: BigInt(token.claimed!),
        closing: BigInt(token.closing!),
        openingWorth: worthOf(token.openingWorth, place),
        closingWorth: worthOf(token.closingWorth, place),
      })),
    } as unknown as StatementHead
  } catch (error) {
    throw new UnreadableError(place, (error as Error).message)
  }
}

function worthOf(json: unknown, place: string): Worth {
  const worth = json as Worth & { priceTime: unknown }
  return { ...worth, priceTime: timeOrNull(worth.priceTime, place) }
}

function timeOrNull(value: unknown, place: string): Date | null {
  return value === null ? null : timeOf(value as string, place)
}

function timeOf(value: string, place: string): Date {
  const time = new Date(value)
  if (Number.isNaN(time.getTime())) throw new UnreadableError(place, `${JSON.stringify(value)} is no time`)
  return time
}

function parse(text: string, place: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // told below
  }
  throw new UnreadableError(place, 'no JSON object')
}

/** A file that is larger than a text can be, cut into its proofs and lines: objects without an object in them. */
async function* piecesOf(file: FileSource): AsyncGenerator<Piece> {
  let pending = ''
  let kind: Piece['kind'] | undefined
  for await (const chunk of textOf(file)) {
    pending += chunk
    if (!kind) {
      if (pending.length < PROOFS.length) continue
      kind = pending.startsWith(PROOFS) ? 'proof' : 'before'
      if (kind === 'proof') pending = pending.slice(PROOFS.length)
    }
    if (kind === 'proof') {
      const { objects, rest } = objectsIn(pending, 'the proofs')
      for (const text of objects) yield { kind, text }
      pending = rest
      if (rest.startsWith('],')) {
        pending = `{${rest.slice(2)}`
        kind = 'before'
      }
    }
    if (kind === 'before') {
      const at = pending.indexOf(LINES)
      if (at < 0 && pending.length > MOST_HEAD) throw new UnreadableError('the head', 'no lines in it')
      if (at < 0) continue
      yield { kind, text: pending.slice(0, at + LINES.length) }
      pending = pending.slice(at + LINES.length)
      kind = 'line'
    }
    if (kind === 'line') {
      const { objects, rest } = objectsIn(pending, 'the lines')
      for (const text of objects) yield { kind, text }
      pending = rest
      if (rest.startsWith(']')) kind = 'after'
    }
    if (pending.length > MOST_HEAD)
      throw new UnreadableError(kind === 'after' ? 'the totals' : 'the lines', 'without an end')
  }
  if (kind !== 'after') throw new UnreadableError(kind === 'line' ? 'the lines' : 'the head', 'cut off')
  yield { kind, text: pending }
}

/** The whole objects that an array's text begins with, and what is behind them: the next one's begin, or its end. */
function objectsIn(text: string, place: string): { objects: string[]; rest: string } {
  const objects: string[] = []
  let start = 0
  for (;;) {
    if (text[start] === ',') start++
    if (text[start] !== '{') break
    const end = endOfObject(text, start)
    if (end === undefined) break
    objects.push(text.slice(start, end))
    start = end
  }
  const rest = text.slice(start)
  if (rest !== '' && rest[0] !== '{' && rest[0] !== ']')
    throw new UnreadableError(place, `${JSON.stringify(rest.slice(0, 20))} between them`)
  return { objects, rest }
}

function endOfObject(text: string, start: number): number | undefined {
  let inText = false
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x5c /* \ */) i++
    else if (code === 0x22 /* " */) inText = !inText
    else if (code === 0x7d /* } */ && !inText) return i + 1
  }
  return undefined
}
