import { canonical, type Json } from '../seal/canonical'
import { entryJson } from '../seal/entry'
import { textAfterLines, textBeforeLines } from '../seal/head'
import type { SealedStatement } from '../seal/sealedStatement'
import type { Format } from './format'

/**
 * `{"statement": {…}, "verification": {…}}` as canonical JSON (RFC 8785). The hash is of the bytes of `statement`, as
 * `jq -cjS .statement FILE | sha256sum` has it too. Amounts are text, in the token's smallest unit.
 */
export const json: Format = {
  contentType: 'application/json; charset=utf-8',
  render: statementJson,
}

async function* statementJson(statement: SealedStatement): AsyncGenerator<string> {
  yield `{"statement":${textBeforeLines(statement.head)}`
  let separator = ''
  for await (const entries of statement.lines()) {
    let text = ''
    for (const entry of entries) {
      text += separator + entryJson(entry)
      separator = ','
    }
    yield text
  }
  const { merkleRoot, usd, ...verification } = await statement.seal()
  yield `${textAfterLines(statement.head, merkleRoot, usd)},"verification":${canonical({ ...verification } as Json)}}`
}
