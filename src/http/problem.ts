/** What went wrong, as every path but /graphql says it: `{ error: { code, message, fix } }`. */
export function problem(
  status: number,
  code: string,
  message: string,
  fix: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ error: { code, message, fix } }, { status, headers })
}
