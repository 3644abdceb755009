import type { Deployment } from '../protocol'

/** Part of every chain of the OP stack from its first block on. */
const PREDEPLOY = { contracts: { eas: '0x4200000000000000000000000000000000000021' }, firstBlock: 0 }

/** Chain id -> deployment, by the deployments that EAS publishes with its contracts. */
export const deployments: Record<number, Deployment> = {
  1: { contracts: { eas: '0xa1207f3bba224e2c9c3c6d5af63d0eb1582ce587' }, firstBlock: 16_756_728 },
  10: PREDEPLOY,
  137: { contracts: { eas: '0x5e634ef5355f45a855d02d66ecd687b1502af790' }, firstBlock: 51_279_773 },
  8453: PREDEPLOY,
  42161: { contracts: { eas: '0xbd75f629a22dc1ced33dda0b68c546a1c035c458' }, firstBlock: 64_528_381 },
  42220: { contracts: { eas: '0x72e1d8ccf5299fb36fefd8cc4394b8ef7e98af92' }, firstBlock: 24_646_040 },
  59144: { contracts: { eas: '0xaef4103a04090071165f78d45d83a0c0782c2b2a' }, firstBlock: 362_820 },
  84532: PREDEPLOY,
  534352: { contracts: { eas: '0xc47300428b6ad2c7d03bb76d05a176058b47e6b0' }, firstBlock: 1_317_868 },
  11155111: { contracts: { eas: '0xc2679fbd37d54388ce493f1db75320d236e1815e' }, firstBlock: 2_958_571 },
  11155420: PREDEPLOY,
}
