export interface BlockSpan {
  from: number
  to: number
}

/** What a refusal of `eth_getLogs` is about; `something`: it does not tell. */
export type WhatIsLimited = 'blocks' | 'logs' | 'something'

const BLOCKS =
  /max(imum)? (block )?range|block range|blocks? range|range is too|ranges? over|to an? [\d,]+ (block )?range|too many blocks|limited to [\d,\s-]+blocks?|reduce the range|too wide/i
const LOGS =
  /more than [\d,]+ (results|logs)|too many (results|logs)|max results|exceeds? (the )?(limit|max\w*) of [\d,]+|response (is )?(size|too (big|large))|response is too|size (limit )?exceeded|logs matched/i
const TIME =
  /query timeout|(request|execution|query).*(timed out|timeout|aborted)|(context )?deadline exceeded/i

/** Undefined: the words are no known limit of `eth_getLogs`. Where both are named, as advertisements do, it is open. */
export function whatIsLimited(message: string): WhatIsLimited | undefined {
  const blocks = BLOCKS.test(message)
  const logs = LOGS.test(message)
  if (blocks !== logs) return blocks ? 'blocks' : 'logs'
  return blocks || TIME.test(message) ? 'something' : undefined
}

/** `Try with this block range [0x1, 0x2]`, `retry with the range 100-200` */
export function suggestionIn(message: string): BlockSpan | undefined {
  const found =
    /\[\s*(0x[0-9a-f]+|\d+)\s*,\s*(0x[0-9a-f]+|\d+)\s*\]/i.exec(message) ??
    /range (\d+)\s*-\s*(\d+)/i.exec(message)
  if (!found) return undefined
  const from = Number(found[1])
  const to = Number(found[2])
  return from <= to ? { from, to } : undefined
}

/** The number of blocks that a message allows: the number beside the word block or range, and none beside results. */
export function blocksIn(message: string): number | undefined {
  const pattern =
    /(?:limited to(?: an?)?|over|max(?:imum)?(?: block)?(?: range)?(?: is)?(?: set)?(?: to)?|limit(?: is)?|up to an?)[\s:=(]*(?:0 - )?([\d,]+)(k?)\b(?! (?:results|logs|bytes|events|addresses))/i
  const found = pattern.exec(message)
  if (!found) return undefined
  const blocks = Number(found[1]!.replace(/,/g, '')) * (found[2] ? 1000 : 1)
  return blocks > 0 ? blocks : undefined
}
