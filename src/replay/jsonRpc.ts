/** JSON-RPC 2.0: requests and batches, independent of the methods and of the transport. */
import { INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR, RpcError } from './rpcError'

export type Answer = (method: string, params: readonly unknown[]) => unknown

type Id = string | number | null
type Response = { jsonrpc: '2.0'; id: Id; result?: unknown; error?: { code: number; message: string } }

const MAX_BATCH = 1_000

/** The answer to a request's text; undefined if it holds only notifications, which get none. */
export function respond(text: string, answer: Answer): string | undefined {
  let request: unknown
  try {
    request = JSON.parse(text)
  } catch {
    return JSON.stringify(failure(null, new RpcError(PARSE_ERROR, 'parse error: the request is not JSON')))
  }
  if (!Array.isArray(request)) {
    const response = respondToOne(request, answer)
    return response && JSON.stringify(response)
  }
  if (request.length === 0 || request.length > MAX_BATCH) {
    const error = new RpcError(
      INVALID_REQUEST,
      `a batch has 1 to ${MAX_BATCH} requests, this one ${request.length}`,
    )
    return JSON.stringify(failure(null, error))
  }
  const responses = request.map(one => respondToOne(one, answer)).filter(response => response !== undefined)
  return responses.length === 0 ? undefined : JSON.stringify(responses)
}

export function failure(id: Id, error: unknown): Response {
  const known = error instanceof RpcError
  const code = known ? error.code : INTERNAL_ERROR
  const message = known ? error.message : 'internal error'
  return { jsonrpc: '2.0', id, error: { code, message } }
}

function respondToOne(request: unknown, answer: Answer): Response | undefined {
  const {
    id,
    method,
    params = [],
  } = (typeof request === 'object' && request !== null ? request : {}) as {
    id?: unknown
    method?: unknown
    params?: unknown
  }
  if (id !== undefined && id !== null && typeof id !== 'string' && typeof id !== 'number') {
    return failure(
      null,
      new RpcError(INVALID_REQUEST, 'invalid request: id is neither a string nor a number'),
    )
  }
  if (typeof method !== 'string') {
    return failure(id ?? null, new RpcError(INVALID_REQUEST, 'invalid request: no method'))
  }
  if (!Array.isArray(params)) {
    return failure(id ?? null, new RpcError(INVALID_REQUEST, 'invalid request: params is not a list'))
  }
  let response: Response
  try {
    response = { jsonrpc: '2.0', id: id ?? null, result: answer(method, params) }
  } catch (error) {
    response = failure(id ?? null, error)
  }
  return id === undefined ? undefined : response
}
