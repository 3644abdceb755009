/**
 * The accounts of the sandbox. Their keys come from the test mnemonic that every EVM tool knows, so that a reader
 * can import them into a wallet and join in; they are worth nothing anywhere else.
 */
import type { LocalAccount } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'

const MNEMONIC = 'test test test test test test test test test test test junk'

const CREATORS = 10
const PATRONS = 18
const USERS = 5

export interface Cast {
  /** deploys everything and holds the admin role */
  deployer: LocalAccount
  /** gets the protocol's fees */
  treasury: LocalAccount
  /** gets what is slashed */
  slashSink: LocalAccount
  slasher: LocalAccount
  /** carries royalties from one chain to the other */
  bridge: LocalAccount
  /** make and own models */
  creators: LocalAccount[]
  /** stake on models */
  patrons: LocalAccount[]
  /** pay for the use of models */
  users: LocalAccount[]
}

let cast: Cast | undefined

/** The same accounts on every chain, derived once: a derivation costs some milliseconds. */
export function theCast(): Cast {
  if (cast) return cast
  let next = 0
  const one = () => mnemonicToAccount(MNEMONIC, { addressIndex: next++ })
  const several = (count: number) => Array.from({ length: count }, one)
  cast = {
    deployer: one(),
    treasury: one(),
    slashSink: one(),
    slasher: one(),
    bridge: one(),
    creators: several(CREATORS),
    patrons: several(PATRONS),
    users: several(USERS),
  }
  return cast
}

/** Everybody who sends transactions. */
export function everybody(): LocalAccount[] {
  const { deployer, treasury, slashSink, slasher, bridge, creators, patrons, users } = theCast()
  return [deployer, treasury, slashSink, slasher, bridge, ...creators, ...patrons, ...users]
}
