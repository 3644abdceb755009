import { graphql } from '../data/graphql'

export const MODEL = graphql(`
  query Model($id: ID!) {
    model(id: $id) {
      id name chain kind status protocol contract time transaction version contentHash metadataUri
      tainted suspended forkRoyaltyPpm
      owner { address }
      creator { address }
      stake { tvlUsd { value missing } }
      versions(first: 5, orderBy: [number_DESC]) { totalCount nodes { id number time contentHash } }
      disputes(first: 10, orderBy: [time_DESC]) {
        totalCount
        nodes { id status tag inherited time fromModel { id name status } }
      }
      licenseOffers(first: 5) {
        totalCount
        nodes { id terms { id template termsId commercialSharePpm mintingFee uri currency { symbol decimals } } }
      }
    }
  }
`)
