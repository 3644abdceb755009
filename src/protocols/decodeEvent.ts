/** An event of src/abi, as evm-typegen makes it. */
export interface AbiEvent<Args> {
  signature: string
  topic: string
  params: object
  decode(log: LogWords): Args
}

interface LogWords {
  topics: string[]
  data: string
}

/** 32 bytes in hex. */
const WORD = 64
const PREFIX = '0x'.length
const ADDRESS = /^0{24}[0-9a-f]{40}$/

/** A word in lower-case hex -> the value as evm-abi gives it; undefined: the word is none of the type's. */
type ReadWord = (word: string) => unknown

interface Field {
  name: string
  /** number of the topic, or undefined: in the data */
  topic?: number
  /** where in the data the word begins */
  start: number
  read: ReadWord
}

/** What a log of the event must be like to be read here. */
interface Plan {
  fields: Field[]
  topicCount: number
  dataLength: number
}

const plans = new WeakMap<AbiEvent<unknown>, Plan | null>()

/**
 * `event.decode(log)`, with the same result, for a fifth of the time where all parameters are single words: cut out of
 * the hex as they are, without a buffer and its views for each. Anything else, whatever is odd among it, is evm-abi's.
 *
 * @throws what evm-abi throws about a log that does not fit the event
 */
export function decodeEvent<Args>(event: AbiEvent<Args>, log: LogWords): Args {
  let plan = plans.get(event)
  if (plan === undefined) {
    plan = planOf(event)
    plans.set(event, plan)
  }
  return (plan && (readAll(plan, event, log) as Args | undefined)) ?? event.decode(log)
}

function readAll(
  plan: Plan,
  event: AbiEvent<unknown>,
  { topics, data }: LogWords,
): Record<string, unknown> | undefined {
  if (topics.length !== plan.topicCount || topics[0] !== event.topic || data.length < plan.dataLength)
    return undefined
  const result: Record<string, unknown> = {}
  for (const { name, topic, start, read } of plan.fields) {
    const word = topic === undefined ? data.slice(start, start + WORD) : topics[topic]!.slice(PREFIX)
    const value = read(word)
    if (value === undefined) return undefined
    result[name] = value
  }
  return result
}

/** null: an event with a parameter that is more than a word. */
function planOf(event: AbiEvent<unknown>): Plan | null {
  const types = event.signature.slice(event.signature.indexOf('(') + 1, -1).split(',')
  const params = Object.entries(event.params as Record<string, { indexed?: boolean }>)
  const fields: Field[] = []
  let topic = 1
  let start = PREFIX
  for (const [i, [name, { indexed }]] of params.entries()) {
    const read = readerOf(types[i] ?? '')
    if (!read) return null
    fields.push(indexed ? { name, topic: topic++, start: 0, read } : { name, start, read })
    if (!indexed) start += WORD
  }
  return types.length === params.length ? { fields, topicCount: topic, dataLength: start } : null
}

function readerOf(type: string): ReadWord | undefined {
  if (type === 'address') return word => (ADDRESS.test(word) ? `0x${word.slice(24)}` : undefined)
  const bits = /^uint(\d+)$/.exec(type)?.[1]
  if (bits === undefined) return undefined
  const end = 2n ** BigInt(bits)
  const asNumber = Number(bits) <= 32
  return word => {
    if (word.length !== WORD) return undefined
    const value = uintOf(word)
    return value === undefined || value >= end ? undefined : asNumber ? Number(value) : value
  }
}

const HEX = /^[0-9a-f]+$/

function uintOf(word: string): bigint | undefined {
  return HEX.test(word) ? BigInt(`0x${word}`) : undefined
}
