import type { Deployment } from '../protocol'

/** Pull and push factories of V2 and V2.1, by the deployments that 0xSplits publishes with its contracts. */
const FACTORIES = [
  '0x80f1b766817d04870f115febbccadf8dbf75e017',
  '0xadc87646f736d6a82e9a6539cddc488b2aa07f38',
  '0x5cba88d55cec83cad5a105ad40c8c9af20be21d1',
  '0xdc6259e13ec0621e6f19026b2e49d846525548ed',
]
const contracts = {
  warehouse: '0x8fb66f38cf86a3d5e8768f8f1754a24a6c661fb8',
  ...Object.fromEntries(FACTORIES.map(address => [`splitFactory@${address}`, address])),
}

/** The first blocks were not found: name one in config, before the warehouse's, so that none is asked for before it. */
export const deployments: Record<number, Deployment> = {
  1: { contracts, firstBlock: 0 },
  42161: { contracts, firstBlock: 0 },
}

/** What each address of a deployment is; in a config file these are the keys of `contracts`. */
export const roles = {
  warehouse: { required: true, doc: 'SplitsWarehouse: balances, withdrawals' },
  splitFactory: {
    required: false,
    many: true,
    doc: 'PullSplitFactory or PushSplitFactory: announces splits',
  },
  split: { required: false, many: true, doc: 'a split; those of the factories need not be named' },
}
