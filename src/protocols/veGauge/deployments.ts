import type { Deployment } from '../protocol'

/** Curve's own, on Ethereum. Who copied it is named in config. */
export const deployments: Record<number, Deployment> = {
  1: {
    contracts: {
      votingEscrow: '0x5f3b5dfeb7b28cdbd7faba78963ee202a494e2a2',
      gaugeController: '0x2f50d538606fa9edd2b11e2446beb18c9d5846bb',
    },
    // Of the DAO's first contracts, in August 2020: none of these is older.
    firstBlock: 10_600_000,
  },
}

/** What each address of a deployment is; in a config file these are the keys of `contracts`. */
export const roles = {
  votingEscrow: { required: true, many: true, doc: 'VotingEscrow: locks' },
  gaugeController: {
    required: false,
    many: true,
    doc: 'GaugeController: gauges, their types, votes for them',
  },
  token: { required: false, doc: 'what the one escrow locks, where no endpoint can be asked for it' },
}

/** What a config file may set. */
export const settings = {
  maxLockSeconds: 'MAXTIME of the VotingEscrow, where the first lock does not tell it',
}
