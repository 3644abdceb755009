import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEntityModel } from '../../src/api/entities/entityModel'
import { ACCOUNT, ADDRESS, MODEL, type TestApi, TOKEN, testApi } from './apiFixture'

interface Fee {
  day: number
  hour: number
  chain: string
  kind: string
  token: number
  model: number
  payer: number
  net: bigint
}

const TOKENS = [TOKEN, `eip155:1/erc20:${ADDRESS(0xb)}`]
const CHAINS = ['eip155:31337', 'eip155:1']
const KEYS = {
  DAY: (fee: Fee) => new Date(Date.UTC(2026, 0, 1 + fee.day)).toISOString(),
  CHAIN: (fee: Fee) => fee.chain,
  PROTOCOL: () => 'reference',
  TOKEN: (fee: Fee) => TOKENS[fee.token]!,
  KIND: (fee: Fee) => fee.kind,
  MODEL: (fee: Fee) => MODEL(fee.model),
}
const FIELDS = {
  DAY: 'day',
  CHAIN: 'chain',
  PROTOCOL: 'protocol',
  TOKEN: 'tokenId',
  KIND: 'kind',
  MODEL: 'modelId',
}
type Group = keyof typeof KEYS

let api: TestApi
const fees: Fee[] = fc.sample(
  fc.record({
    day: fc.nat(4),
    hour: fc.nat(23),
    chain: fc.constantFrom(...CHAINS),
    kind: fc.constantFrom('USAGE', 'SALE'),
    token: fc.nat(1),
    model: fc.nat(2),
    payer: fc.nat(3),
    net: fc.bigInt(0n, 10n ** 70n),
  }),
  { numRuns: 150, seed: 11 },
)

beforeAll(async () => {
  api = await testApi()
  await api.insert('Token', { id: TOKEN, symbol: 'PROV' })
  for (const { day, hour, chain, kind, token, model, payer, net } of fees)
    await api.insert('UsageFee', {
      time: new Date(Date.UTC(2026, 0, 1 + day, hour)).toISOString(),
      chain,
      kind,
      tokenId: TOKENS[token],
      modelId: MODEL(model),
      payerId: ACCOUNT(payer),
      net,
    })
})
afterAll(() => api?.close())

const inOrder = (values: bigint[]) => [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))

describe('aggregates', () => {
  test('are those of the rows, by whatever they are grouped', async () => {
    const groups = fc.shuffledSubarray(Object.keys(KEYS) as Group[])
    await fc.assert(
      fc.asyncProperty(groups, fc.nat(1), fc.integer({ min: 0, max: 40 }), async (by, token, first) => {
        const mixed = !by.includes('TOKEN')
        const where = mixed ? `, where: { tokenId_eq: "${TOKENS[token]}" }` : ''
        const { usageFeesAggregate: answer } = await api.data(`{
          usageFeesAggregate(groupBy: [${by.join(', ')}], first: ${first}${where}) {
            truncated groups { day chain protocol tokenId kind modelId count accounts sum { net } min { net } max { net } } } }`)
        const together = new Map<string, Fee[]>()
        for (const fee of fees.filter(fee => !mixed || fee.token === token)) {
          const key = JSON.stringify(by.map(group => KEYS[group](fee)))
          together.set(key, [...(together.get(key) ?? []), fee])
        }
        const expected = [...together]
          .map(([key, rows]) => ({ key: JSON.parse(key) as string[], rows }))
          .sort((a, b) => {
            const at = a.key.findIndex((value, i) => value !== b.key[i])
            return at < 0 ? 0 : a.key[at]! < b.key[at]! ? -1 : 1
          })
          .map(({ key, rows }) => {
            const nets = rows.map(({ net }) => net)
            const keys = Object.fromEntries(Object.values(FIELDS).map(name => [name, null as string | null]))
            for (const [i, group] of by.entries()) keys[FIELDS[group]] = key[i]!
            return {
              ...keys,
              count: rows.length,
              accounts: new Set(rows.map(({ payer }) => payer)).size,
              sum: { net: `${nets.reduce((a, b) => a + b)}` },
              min: { net: `${inOrder(nets)[0]}` },
              max: { net: `${inOrder(nets).at(-1)}` },
            }
          })
        expect(answer.groups).toEqual(expected.slice(0, first))
        expect(answer.truncated).toBe(expected.length > first)
      }),
      { numRuns: 30 },
    )
  })

  test('of no row are nothing, and link to what they are grouped by', async () => {
    const { none, tokens } = await api.data(`{
      none: usageFeesAggregate(where: { id_eq: "x", tokenId_eq: "x" }) { groups { count accounts sum { net } } }
      tokens: usageFeesAggregate(groupBy: [TOKEN]) { groups { token { symbol } } }
    }`)
    expect(none.groups).toEqual([{ count: 0, accounts: 0, sum: { net: null } }])
    expect(tokens.groups).toEqual([{ token: null }, { token: { symbol: 'PROV' } }])
  })

  test('of every entity with amounts can be asked by every group', async () => {
    const names = readEntityModel()
      .entities.filter(({ fields }) => fields.some(({ type }) => type === 'BigInt'))
      .map(({ name }) => name)
    const schema = await api.data(`{ __schema { types { name enumValues { name } fields { name } } } }`)
    const typeOf = (name: string) =>
      schema.__schema.types.find((type: { name: string }) => type.name === name)
    expect(names.filter(name => !typeOf(`${name}Aggregate`))).toEqual([])
    const fieldOf = new Map<string, string>(
      typeOf('Query').fields.map(({ name }: { name: string }) => [name.toLowerCase(), name]),
    )
    for (const name of names) {
      const query = [...fieldOf].find(([key]) =>
        new RegExp(`^(all)?${name.toLowerCase()}(s|es)?aggregate$`).test(key),
      )![1]
      const groups = typeOf(`${name}Group`).enumValues.map((value: { name: string }) => value.name)
      const amounts = typeOf(`${name}Amounts`).fields.map((field: { name: string }) => field.name)
      await api.data(
        `{ ${query}(groupBy: [${groups}]) { truncated groups { count sum { ${amounts.join(' ')} } } } }`,
      )
    }
  })

  test.each([
    ['amounts of several tokens', '{ groups { sum { net } } }', '', 'group by TOKEN'],
    ['a page too large', '{ truncated }', '(first: 501)', 'give 0 to 500'],
  ])('refuse %s', async (_, selection, args, fix) => {
    const { errors } = await api.gql(`{ usageFeesAggregate${args} ${selection} }`)
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    expect(errors![0]!.message).toContain(fix)
  })
})
