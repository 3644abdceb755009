import { type Hex, isHex, recoverTypedDataAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { StatementHead } from './head'

export interface Signature {
  /** address whose key it was made with, lower case */
  signer: string
  /** EIP-712, 65 bytes, 0x-hex */
  signature: string
}

interface Signed {
  merkleRoot: string
  sha256: string
}

export interface Signer {
  sign(head: StatementHead, signed: Signed): Promise<Signature>
}

/** What is signed: EIP-712 without a chain or a contract, since no contract asks for it. */
function typedData({ number, account, from, to, lineCount }: StatementHead, { merkleRoot, sha256 }: Signed) {
  return {
    domain: { name: 'Royalty statement', version: '1' },
    types: {
      RoyaltyStatement: [
        { name: 'number', type: 'string' },
        { name: 'account', type: 'string' },
        { name: 'from', type: 'string' },
        { name: 'to', type: 'string' },
        { name: 'lineCount', type: 'uint256' },
        { name: 'merkleRoot', type: 'bytes32' },
        { name: 'sha256', type: 'bytes32' },
      ],
    },
    primaryType: 'RoyaltyStatement',
    message: {
      number,
      account,
      from: from.toISOString(),
      to: to.toISOString(),
      lineCount: BigInt(lineCount),
      merkleRoot: `0x${merkleRoot}` as Hex,
      sha256: `0x${sha256}` as Hex,
    },
  } as const
}

/**
 * Signs with the key in STATEMENT_SIGNING_KEY, which is given; undefined: there is none, and statements are not signed. The same
 * statement has the same signature (RFC 6979).
 * @throws Error that does not tell the key
 */
export function signerOf(given: string | undefined): Signer | undefined {
  const key = given?.trim()
  if (!key) return undefined
  const account = accountOf(key.startsWith('0x') ? key : `0x${key}`)
  return {
    sign: async (head, signed) => ({
      signer: account.address.toLowerCase(),
      signature: await account.signTypedData(typedData(head, signed)),
    }),
  }
}

function accountOf(key: string) {
  try {
    if (/^0x[0-9a-fA-F]{64}$/.test(key)) return privateKeyToAccount(key as Hex)
  } catch {
    // zero, or above the curve's order; told below, without it
  }
  throw new Error(
    'STATEMENT_SIGNING_KEY is no private key of secp256k1\n  fix: give 64 hex digits, or unset it',
  )
}

/** The address that signed; undefined: that is no signature of anybody's. */
export async function signerIn(
  head: StatementHead,
  signed: Signed,
  signature: string,
): Promise<string | undefined> {
  if (!isHex(signature) || signature.length !== 132 || !/^0x[0-9a-f]+$/.test(signature)) return undefined
  try {
    return (await recoverTypedDataAddress({ ...typedData(head, signed), signature })).toLowerCase()
  } catch {
    return undefined
  }
}
