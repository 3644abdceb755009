/**
 * Raised whenever the same events make other rows: chains that were indexed before are then folded again when their
 * processors start. A protocol that reads the same logs into other events raises its own (`Protocol.revision`).
 */
export const LEDGER_REVISION = 4
