import type { GraphiQLOptions } from 'graphql-yoga'

/** Queries that show at once what is there; a person goes on from them. */
const TABS = [
  `# Models, the newest first: its parents, its stake and what it has earned.
query Models {
  models(first: 10, orderBy: [time_DESC]) {
    totalCount
    nodes {
      id
      name
      chain
      parents { nodes { role sharePpm parent { id name status } } }
      stake { patrons tvl { amount token { symbol decimals } } }
      royalties { gross accruedOwn accruedRoyalty token { symbol decimals } }
    }
  }
}`,
  `# How far each chain is indexed, and what this answer is of.
query Chains {
  chains { id name head lagBlocks lagSeconds problem indexed { height hash } finalized { height } projected { height } }
  asOf { chain height hash finalized }
}`,
  `# The newest fees, and to whom they flowed.
query Fees {
  usageFees(first: 5, orderBy: [time_DESC]) {
    nodes {
      time
      model { id name }
      payer { id }
      gross
      net
      token { symbol }
      accruals { nodes { toModel { id name } amount patronsAmount sharePpm beneficiary { id } } }
    }
  }
}`,
  `# Live: an event whenever royalties accrue.
subscription Live {
  royaltyPaid { id accrual { fromModel { name } toModel { name } amount token { symbol } } }
}`,
]

export const graphiqlOptions: GraphiQLOptions = {
  title: 'Provenance graph',
  defaultTabs: TABS.map(query => ({ query })),
  defaultQuery: TABS[0],
}
