import { readFileSync } from 'node:fs'
import { decodeEventLog, type Hex, hexToString, parseAbi } from 'viem'

/**
 * What a recording of Story's logs says, read with viem and none of our code. Every list is sorted by its first
 * fields, every amount and number of tokens is a decimal string, every address lower case, and ids are written as
 * the project writes them, so that rows can be compared as they are.
 */
export interface Reading {
  /** by id; owner: account of the NFT's owner, null where it is burned or not of this chain */
  models: { id: string; kind: 'MODEL' | 'GROUP'; name: string; ownerId: string | null; taintCount: number }[]
  /** by child, parent; sharePpm null and policy NONE: no royalty on the link */
  edges: {
    childId: string
    parentId: string
    ordinal: number
    sharePpm: number | null
    /** of 100,000,000 */
    shareNumerator: string | null
    policy: string
    termsId: string | null
  }[]
  /** in chain order; no payouts of groups */
  fees: {
    block: number
    logIndex: number
    kind: 'USAGE' | 'LICENSE'
    modelId: string
    payerId: string
    payerModelId: string | null
    tokenId: string
    gross: string
    protocolFee: string
    net: string
  }[]
  /** in chain order, at the vault's log */
  accruals: {
    block: number
    logIndex: number
    kind: string
    fromModelId: string
    toModelId: string
    tokenId: string
    amount: string
    beneficiaryId: string
  }[]
  /** in chain order; modelId: whose vault paid */
  claims: {
    block: number
    logIndex: number
    accountId: string
    modelId: string
    tokenId: string
    amount: string
  }[]
  /** by account, token; over all vaults */
  balances: { accountId: string; tokenId: string; accrued: string; claimed: string }[]
  /** by id */
  disputes: {
    id: string
    modelId: string
    tag: string
    status: string
    inherited: boolean
    parentDisputeId: string | null
    fromModelId: string | null
  }[]
  /** in chain order */
  licenses: {
    block: number
    logIndex: number
    modelId: string
    termsId: string
    receiverId: string
    amount: string
  }[]
  /** by id */
  offers: { id: string; modelId: string; termsId: string }[]
}

const abi = parseAbi([
  'event IPRegistered(address ipId, uint256 indexed chainId, address indexed tokenContract, uint256 indexed tokenId, string name, string uri, uint256 registrationDate)',
  'event DerivativeRegistered(address indexed caller, address indexed childIpId, uint256[] licenseTokenIds, address[] parentIpIds, uint256[] licenseTermsIds, address licenseTemplate)',
  'event LicenseTermsAttached(address indexed caller, address indexed ipId, address licenseTemplate, uint256 licenseTermsId)',
  'event LicenseTokensMinted(address indexed caller, address indexed licensorIpId, address licenseTemplate, uint256 indexed licenseTermsId, uint256 amount, address receiver, uint256 startLicenseTokenId)',
  'event LinkedToParents(address ipId, address[] parentIpIds, address[] licenseRoyaltyPolicies, uint32[] licensesPercent, bytes externalData)',
  'event RoyaltyPaid(address receiverIpId, address payerIpId, address sender, address token, uint256 amount, uint256 amountAfterFee)',
  'event LicenseMintingFeePaid(address receiverIpId, address payerAddress, address token, uint256 amount, uint256 amountAfterFee)',
  'event IpRoyaltyVaultDeployed(address ipId, address ipRoyaltyVault)',
  'event RevenueTransferredToVault(address ipId, address ancestorIpId, address token, uint256 amount)',
  'event RevenueTokenAddedToVault(address token, uint256 amount)',
  'event RevenueTokenClaimed(address claimer, address token, uint256 amount)',
  'event RevenueDebtUpdated(address claimer, address token, int256 revenueDebt)',
  'event DisputeRaised(uint256 disputeId, address targetIpId, address caller, address disputeInitiator, uint256 disputeTimestamp, address arbitrationPolicy, bytes32 disputeEvidenceHash, bytes32 targetTag, bytes data)',
  'event DisputeJudgementSet(uint256 disputeId, bool decision, bytes data)',
  'event DisputeResolved(uint256 disputeId, bytes data)',
  'event DisputeCancelled(uint256 disputeId, bytes data)',
  'event IpTaggedOnRelatedIpInfringement(uint256 disputeId, address infringingIpId, address ipIdToTag, uint256 infringerDisputeId, bytes32 tag, uint256 disputeTimestamp)',
  'event IPGroupRegistered(address indexed groupId, address indexed groupPool)',
])
const nftAbi = parseAbi(['event Transfer(address indexed from, address indexed to, uint256 indexed tokenId)'])
const sharesAbi = parseAbi(['event Transfer(address indexed from, address indexed to, uint256 value)'])
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
const ZERO = '0x0000000000000000000000000000000000000000'

/** Story's contracts, the same on its chains. */
const OURS: Record<string, string> = {
  '0x77319b4031e6ef1250907aa00018b8b1c67a244b': 'registry',
  '0x04fbd8a2e56dd85cfd5500a4a4dfa955b9f1de6f': 'licensing',
  '0xd2f60c40febccf6311f8b47c4f2ec6b040400086': 'royalty',
  '0xbe54fb168b3c982b7aae60db6cf75bd8447b390e': 'LAP',
  '0x9156e603c949481883b1d3355c6f1132d191fc41': 'LRP',
  '0x9b7a9c70aff961c799110954fc06f3093aeb94c5': 'dispute',
  '0x69d3a7aa9edb72bc226e745a7ccdd50d947b69ac': 'grouping',
}
const DISPUTES = '0x9b7a9c70aff961c799110954fc06f3093aeb94c5'

interface Raw {
  blockNumber: number
  logIndex: number
  transactionHash: string
  address: string
  topics: [Hex, ...Hex[]]
  data: Hex
}

type Decoded = ReturnType<typeof decodeEventLog<typeof abi>>
type Args<N extends Decoded['eventName']> = Extract<Decoded, { eventName: N }>['args']
type Known = Raw & { event: Decoded }

/** @param file JSONL of logs in chain order; @param chainNumber of the chain they are of */
export function readRecording(file: string, chainNumber = 1514): Reading {
  const chain = `eip155:${chainNumber}`
  const lower = (address: string) => address.toLowerCase()
  const account = (address: string) => `${chain}:${lower(address)}`
  const model = (ip: string) => `${chain}/story:${lower(ip)}`
  const token = (address: string) => `${chain}/erc20:${lower(address)}`
  const terms = (template: string, id: bigint) => `${chain}/terms:${lower(template)}/${id}`
  const dispute = (id: bigint) => `${chain}/dispute:${DISPUTES}/${id}`
  const tag = (bytes: Hex) => hexToString(bytes).replaceAll('\0', '')

  const raw = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Raw)
    .filter(({ topics }) => topics) // others are answers to calls

  // First pass: the vaults, and who owns each NFT in the end.
  const vaultOfIp = new Map<string, string>()
  const ipOfVault = new Map<string, string>()
  const nftOwner = new Map<string, string>()
  const vaultTransfers: { vault: string; from: string; to: string; value: bigint }[] = []
  const known: Known[] = []
  const deployed = '0x9b121abe66766d494dd26a360a6b3e23f8e733398bc2ab92d96d354e7227537e'
  for (const log of raw.filter(one => one.topics[0] === deployed && OURS[one.address] === 'royalty')) {
    const { args } = decodeEventLog({
      abi,
      eventName: 'IpRoyaltyVaultDeployed',
      topics: log.topics,
      data: log.data,
    })
    vaultOfIp.set(lower(args.ipId), lower(args.ipRoyaltyVault))
    ipOfVault.set(lower(args.ipRoyaltyVault), lower(args.ipId))
  }
  for (const log of raw) {
    if (log.topics[0] === TRANSFER) {
      if (log.topics.length === 4) {
        const { args } = decodeEventLog({ abi: nftAbi, topics: log.topics, data: log.data })
        nftOwner.set(`${log.address}/${args.tokenId}`, lower(args.to))
      } else if (ipOfVault.has(log.address)) {
        const { args } = decodeEventLog({ abi: sharesAbi, topics: log.topics, data: log.data })
        vaultTransfers.push({
          vault: log.address,
          from: lower(args.from),
          to: lower(args.to),
          value: args.value,
        })
      }
    } else if (OURS[log.address] || ipOfVault.has(log.address)) {
      try {
        known.push({ ...log, event: decodeEventLog({ abi, topics: log.topics, data: log.data }) as Decoded })
      } catch {
        // an event of Story's that says nothing of what is read here
      }
    }
  }
  function every<N extends Decoded['eventName']>(name: N): (Raw & { args: Args<N> })[] {
    return known
      .filter(log => log.event.eventName === name)
      .map(log => ({ ...log, args: log.event.args as Args<N> }))
  }

  const groups = new Map(
    every('IPGroupRegistered').map(({ args }) => [lower(args.groupId), lower(args.groupPool)]),
  )

  const disputes = new Map<bigint, Reading['disputes'][number]>()
  for (const { event } of known) {
    if (event.eventName === 'DisputeRaised') {
      disputes.set(event.args.disputeId, {
        id: dispute(event.args.disputeId),
        modelId: model(event.args.targetIpId),
        tag: tag(event.args.targetTag),
        status: 'RAISED',
        inherited: false,
        parentDisputeId: null,
        fromModelId: null,
      })
    } else if (event.eventName === 'IpTaggedOnRelatedIpInfringement') {
      disputes.set(event.args.disputeId, {
        id: dispute(event.args.disputeId),
        modelId: model(event.args.ipIdToTag),
        tag: tag(event.args.tag),
        status: 'UPHELD',
        inherited: true,
        parentDisputeId: dispute(event.args.infringerDisputeId),
        fromModelId: model(event.args.infringingIpId),
      })
    } else if (event.eventName === 'DisputeJudgementSet') {
      disputes.get(event.args.disputeId)!.status = event.args.decision ? 'UPHELD' : 'REJECTED'
    } else if (event.eventName === 'DisputeResolved') {
      disputes.get(event.args.disputeId)!.status = 'RESOLVED'
    } else if (event.eventName === 'DisputeCancelled') {
      disputes.get(event.args.disputeId)!.status = 'CANCELLED'
    }
  }
  const tagsOf = (id: string) =>
    [...disputes.values()].filter(one => one.modelId === id && one.status === 'UPHELD').length

  const registered = new Set(every('IPRegistered').map(({ args }) => lower(args.ipId)))
  const models = every('IPRegistered').map(({ args }) => {
    const here = Number(args.chainId) === chainNumber
    const owner = here ? nftOwner.get(`${lower(args.tokenContract)}/${args.tokenId}`) : undefined
    return {
      id: model(args.ipId),
      kind: groups.has(lower(args.ipId)) ? ('GROUP' as const) : ('MODEL' as const),
      name: args.name,
      ownerId: owner === undefined || owner === ZERO ? null : account(owner),
      taintCount: tagsOf(model(args.ipId)),
    }
  })

  const shares = new Map<string, { percent: number; policy: string }>()
  for (const { args } of every('LinkedToParents')) {
    args.parentIpIds.forEach((parent, i) => {
      const role = OURS[lower(args.licenseRoyaltyPolicies[i]!)]
      const policy = role === 'LAP' ? 'ABSOLUTE' : role === 'LRP' ? 'HOP' : 'EXTERNAL'
      shares.set(`${lower(args.ipId)}>${lower(parent)}`, { percent: args.licensesPercent[i]!, policy })
    })
  }
  const edges = every('DerivativeRegistered').flatMap(({ args }) =>
    args.parentIpIds.map((parent, ordinal) => {
      const share = shares.get(`${lower(args.childIpId)}>${lower(parent)}`)
      return {
        childId: model(args.childIpId),
        parentId: model(parent),
        ordinal,
        sharePpm: share ? Math.floor(share.percent / 100) : null,
        shareNumerator: share ? `${share.percent}` : null,
        policy: share?.policy ?? 'NONE',
        termsId: terms(args.licenseTemplate, args.licenseTermsIds[ordinal]!),
      }
    }),
  )

  const isPayout = (args: Args<'RoyaltyPaid'>) => groups.get(lower(args.payerIpId)) === lower(args.sender)
  const fees: Reading['fees'] = []
  for (const { event, blockNumber: block, logIndex } of known) {
    if (event.eventName === 'RoyaltyPaid' && !isPayout(event.args)) {
      const { receiverIpId, payerIpId, sender, token: paid, amount, amountAfterFee } = event.args
      const another = registered.has(lower(payerIpId)) && payerIpId !== receiverIpId
      fees.push({
        block,
        logIndex,
        kind: 'USAGE',
        modelId: model(receiverIpId),
        payerId: account(sender),
        payerModelId: another ? model(payerIpId) : null,
        tokenId: token(paid),
        gross: `${amount}`,
        protocolFee: `${amount - amountAfterFee}`,
        net: `${amountAfterFee}`,
      })
    } else if (event.eventName === 'LicenseMintingFeePaid') {
      const { receiverIpId, payerAddress, token: paid, amount, amountAfterFee } = event.args
      fees.push({
        block,
        logIndex,
        kind: 'LICENSE',
        modelId: model(receiverIpId),
        payerId: account(payerAddress),
        payerModelId: null,
        tokenId: token(paid),
        gross: `${amount}`,
        protocolFee: `${amount - amountAfterFee}`,
        net: `${amountAfterFee}`,
      })
    }
  }

  // Each of a vault's additions is explained by the nearest later log of its transaction that fits, or by a claim.
  const accruals = every('RevenueTokenAddedToVault').map(({ args, ...log }) => {
    const ip = ipOfVault.get(log.address)!
    const together = known.filter(one => one.transactionHash === log.transactionHash)
    const later = together.filter(one => one.logIndex > log.logIndex)
    let why: { kind: string; from: string } = { kind: 'OTHER', from: ip }
    const reason = later.find(({ event }) => {
      if (event.eventName === 'RevenueTransferredToVault') {
        return lower(event.args.ancestorIpId) === ip && event.args.token === args.token
      }
      return (
        (event.eventName === 'RoyaltyPaid' || event.eventName === 'LicenseMintingFeePaid') &&
        lower(event.args.receiverIpId) === ip &&
        event.args.token === args.token
      )
    })?.event
    const selfClaim = together.find(
      one =>
        one.logIndex < log.logIndex &&
        one.event.eventName === 'RevenueTokenClaimed' &&
        lower(one.event.args.claimer) === log.address &&
        one.event.args.amount === args.amount,
    )
    if (selfClaim) why = { kind: 'HOLDING', from: ipOfVault.get(selfClaim.address)! }
    else if (reason?.eventName === 'RevenueTransferredToVault')
      why = { kind: 'ANCESTOR', from: lower(reason.args.ipId) }
    else if (reason?.eventName === 'RoyaltyPaid' && isPayout(reason.args)) {
      why = { kind: 'GROUP', from: lower(reason.args.payerIpId) }
    } else if (reason) why = { kind: 'OWN', from: ip }
    return {
      block: log.blockNumber,
      logIndex: log.logIndex,
      kind: why.kind,
      fromModelId: model(why.from),
      toModelId: model(ip),
      tokenId: token(args.token),
      amount: `${args.amount}`,
      beneficiaryId: account(log.address),
    }
  })

  const claims = every('RevenueTokenClaimed').map(({ args, ...log }) => ({
    block: log.blockNumber,
    logIndex: log.logIndex,
    accountId: account(args.claimer),
    modelId: model(ipOfVault.get(log.address)!),
    tokenId: token(args.token),
    amount: `${args.amount}`,
  }))

  // A holder can claim (shares × all revenue - the debt the vault last told of) / supply; it has accrued that and
  // what it claimed. The debt of who never claimed nor moved shares is 0.
  const supply = 100_000_000n
  const held = new Map<string, bigint>()
  for (const { vault, from, to, value } of vaultTransfers) {
    if (from !== ZERO) held.set(`${vault}|${from}`, held.get(`${vault}|${from}`)! - value)
    if (to !== ZERO) held.set(`${vault}|${to}`, (held.get(`${vault}|${to}`) ?? 0n) + value)
  }
  const debts = new Map<string, bigint>()
  for (const { args, address } of every('RevenueDebtUpdated')) {
    debts.set(`${address}|${lower(args.claimer)}|${lower(args.token)}`, args.revenueDebt)
  }
  const revenue = new Map<string, bigint>()
  for (const { args, address } of every('RevenueTokenAddedToVault')) {
    const key = `${address}|${lower(args.token)}`
    revenue.set(key, (revenue.get(key) ?? 0n) + args.amount)
  }
  const balances = new Map<string, { accrued: bigint; claimed: bigint }>()
  const balanceOf = (holder: string, of: string) => {
    const key = `${account(holder)}|${token(of)}`
    const balance = balances.get(key) ?? { accrued: 0n, claimed: 0n }
    balances.set(key, balance)
    return balance
  }
  for (const [key, all] of revenue) {
    const [vault, of] = key.split('|') as [string, string]
    const holders = [...held.keys()].filter(one => one.startsWith(vault)).map(one => one.split('|')[1]!)
    for (const holder of holders) {
      const debt = debts.get(`${vault}|${holder}|${of}`) ?? 0n
      const open = (all * held.get(`${vault}|${holder}`)! - debt) / supply
      if (open > 0n) balanceOf(holder, of).accrued += open
    }
  }
  for (const { args } of every('RevenueTokenClaimed')) {
    const balance = balanceOf(args.claimer, args.token)
    balance.accrued += args.amount
    balance.claimed += args.amount
  }

  const offers = every('LicenseTermsAttached').map(({ args }) => ({
    modelId: model(args.ipId),
    termsId: terms(args.licenseTemplate, args.licenseTermsId),
  }))

  return {
    models: sorted(models, one => one.id),
    edges: sorted(edges, one => `${one.childId}|${one.parentId}`),
    fees,
    accruals,
    claims,
    balances: sorted(
      [...balances].map(([key, { accrued, claimed }]) => {
        const [accountId, tokenId] = key.split('|') as [string, string]
        return { accountId, tokenId, accrued: `${accrued}`, claimed: `${claimed}` }
      }),
      one => `${one.accountId}|${one.tokenId}`,
    ),
    disputes: sorted([...disputes.values()], one => one.id),
    licenses: every('LicenseTokensMinted').map(({ args, ...log }) => ({
      block: log.blockNumber,
      logIndex: log.logIndex,
      modelId: model(args.licensorIpId),
      termsId: terms(args.licenseTemplate, args.licenseTermsId),
      receiverId: account(args.receiver),
      amount: `${args.amount}`,
    })),
    offers: sorted(
      offers.map(one => ({ id: `${one.modelId}|${one.termsId}`, ...one })),
      one => one.id,
    ),
  }
}

function sorted<T>(list: T[], key: (item: T) => string): T[] {
  return [...list].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
