/** An error that goes to the client in a JSON-RPC answer. Codes: JSON-RPC 2.0 section 5.1, and EIP-1474. */
export class RpcError extends Error {
  override readonly name = 'RpcError'

  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

export const PARSE_ERROR = -32700
export const INVALID_REQUEST = -32600
export const METHOD_NOT_FOUND = -32601
export const INVALID_PARAMS = -32602
export const INTERNAL_ERROR = -32603
export const SERVER_ERROR = -32000
export const LIMIT_EXCEEDED = -32005
/** geth's, where a contract ends its call. */
export const REVERTED = 3
