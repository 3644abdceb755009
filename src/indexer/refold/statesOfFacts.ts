/** Columns of a state that add up from facts in the tables, whatever the ledger's code says. */
export interface StateOfFacts {
  table: string
  /** column -> its value, as SQL, where no fact names the row */
  columns: Record<string, string>
  /** SELECT of id and columns of one chain's facts, `$chain` */
  facts: string
}

/** Each formula is that of the column's description in schema.graphql, as one aggregate over fact rows. */
export const statesOfFacts: StateOfFacts[] = [
  {
    table: 'stake_pool',
    columns: { active_assets: '0', exiting_assets: '0', total_shares: '0', compounded_assets: '0' },
    facts: `SELECT pool_id AS id, sum(active_delta) AS active_assets, sum(exiting_delta) AS exiting_assets,
                   sum(shares_delta) AS total_shares,
                   coalesce(sum(active_delta) FILTER (WHERE kind = 'COMPOUND'), 0) AS compounded_assets
              FROM stake_event WHERE chain = $chain GROUP BY pool_id`,
  },
  {
    table: 'stake_pool',
    columns: { patron_count: '0' },
    facts: `SELECT pool_id AS id, count(*) FILTER (WHERE shares > 0) AS patron_count
              FROM (SELECT pool_id, account_id, sum(shares_delta) AS shares
                      FROM stake_event
                     WHERE chain = $chain AND pool_id NOT IN (SELECT id FROM stake_pool WHERE chain = $chain AND kind = 'RESTAKING')
                     GROUP BY pool_id, account_id) held
             GROUP BY pool_id`,
  },
  {
    table: 'stake_pool',
    columns: { slashed_assets: '0' },
    facts: `SELECT pool_id AS id, sum(active_assets + exiting_assets) AS slashed_assets
              FROM slash WHERE chain = $chain GROUP BY pool_id`,
  },
  {
    table: 'stake_pool',
    columns: { total_exit_shares: '0' },
    facts: `SELECT pool_id AS id, coalesce(sum(exit_shares) FILTER (WHERE status = 'PENDING'), 0) AS total_exit_shares
              FROM exit_request WHERE chain = $chain AND withdrawal_id IS NULL GROUP BY pool_id`,
  },
  {
    table: 'stake_position',
    columns: { shares: '0', deposited_assets: '0', withdrawn_assets: '0' },
    facts: `SELECT pool_id || '|' || account_id AS id, sum(shares_delta) AS shares,
                   coalesce(sum(active_delta) FILTER (WHERE kind = 'STAKE'), 0) AS deposited_assets,
                   coalesce(-sum(active_delta) FILTER (WHERE kind IN ('WITHDRAW', 'EXIT_REQUEST')), 0) AS withdrawn_assets
              FROM stake_event
             WHERE chain = $chain AND kind IN ('STAKE', 'WITHDRAW', 'TRANSFER_OUT', 'TRANSFER_IN', 'EXIT_REQUEST')
               AND pool_id NOT IN (SELECT id FROM stake_pool WHERE chain = $chain AND kind = 'RESTAKING')
             GROUP BY pool_id, account_id`,
  },
  {
    table: 'stake_position',
    columns: { delegate_id: 's.account_id' },
    facts: `SELECT DISTINCT ON (pool_id, delegator_id) pool_id || '|' || delegator_id AS id, delegate_id
              FROM delegation WHERE chain = $chain
             ORDER BY pool_id, delegator_id, block DESC, log_index DESC, id DESC`,
  },
  {
    table: 'stake_day',
    columns: {
      active_delta: '0',
      exiting_delta: '0',
      active_seconds: '0',
      inflow: '0',
      outflow: '0',
      compounded: '0',
      slashed: '0',
      unstaked: '0',
    },
    facts: `SELECT concat_ws('|', e.chain, e.protocol, p.kind, e.asset_id, e.utc::date, m.model_id) AS id,
                   sum(active_delta) AS active_delta, sum(exiting_delta) AS exiting_delta,
                   sum(active_delta * floor(extract(epoch FROM date_trunc('day', e.utc) + interval '1 day' - e.utc))) AS active_seconds,
                   coalesce(sum(active_delta + exiting_delta) FILTER (WHERE e.kind = 'STAKE'), 0) AS inflow,
                   coalesce(-sum(active_delta + exiting_delta)
                     FILTER (WHERE e.kind IN ('WITHDRAW', 'EXIT_REQUEST', 'EXIT_PAID', 'GRADUATE')), 0) AS outflow,
                   coalesce(sum(active_delta + exiting_delta) FILTER (WHERE e.kind = 'COMPOUND'), 0) AS compounded,
                   coalesce(-sum(active_delta + exiting_delta) FILTER (WHERE e.kind = 'SLASH'), 0) AS slashed,
                   coalesce(-sum(active_delta)
                     FILTER (WHERE e.kind IN ('WITHDRAW', 'EXIT_REQUEST', 'EXIT_PAID')), 0) AS unstaked
              FROM (SELECT *, time AT TIME ZONE 'UTC' AS utc FROM stake_event WHERE chain = $chain) e
              JOIN stake_pool p ON p.id = e.pool_id
             CROSS JOIN LATERAL (SELECT NULL UNION ALL SELECT e.model_id WHERE e.model_id IS NOT NULL) m (model_id)
             GROUP BY 1`,
  },
  {
    table: 'exit_request',
    // Of a withdrawal from restaking no fact but itself tells.
    columns: {
      requested_assets: 'CASE WHEN s.withdrawal_id IS NOT NULL THEN s.requested_assets END',
      shares: 'CASE WHEN s.withdrawal_id IS NOT NULL THEN s.shares END',
    },
    facts: `SELECT r.id, e.exiting_delta AS requested_assets, -e.shares_delta AS shares
              FROM exit_request r JOIN stake_event e
                   ON e.chain = r.chain AND e.block = r.block AND e.log_index = r.log_index AND e.kind = 'EXIT_REQUEST'
             WHERE r.chain = $chain`,
  },
  {
    table: 'vote_lock',
    columns: { amount: '0' },
    facts: `SELECT lock_id AS id, sum(amount_delta) AS amount FROM vote_lock_event WHERE chain = $chain GROUP BY lock_id`,
  },
  {
    // An escrow's stake is what its locks hold.
    table: 'stake_pool',
    columns: { active_assets: 's.active_assets' },
    facts: `SELECT pool_id AS id, sum(amount_delta) AS active_assets FROM vote_lock_event WHERE chain = $chain GROUP BY pool_id`,
  },
  {
    table: 'steering_vote',
    columns: { weight_bps: 'NULL' },
    facts: `SELECT DISTINCT ON (gauge_id, account_id) gauge_id || '|' || account_id AS id, weight_bps
              FROM steering_vote_event WHERE chain = $chain
             ORDER BY gauge_id, account_id, block DESC, log_index DESC, id DESC`,
  },
  {
    table: 'bonding_curve',
    columns: { reserve_token: 's.initial_reserve_token', trade_count: '0' },
    facts: `SELECT t.curve_id AS id, count(*) AS trade_count,
                   c.initial_reserve_token + sum(CASE t.side WHEN 'BUY' THEN -t.tokens ELSE t.tokens END) AS reserve_token
              FROM curve_trade t JOIN bonding_curve c ON c.id = t.curve_id
             WHERE t.chain = $chain GROUP BY t.curve_id, c.initial_reserve_token`,
  },
  {
    // What is there is the pool's; of a curve that has graduated nothing is.
    table: 'bonding_curve',
    columns: { reserve_asset: 's.reserve_asset' },
    facts: `SELECT c.id, c.virtual_asset + p.active_assets AS reserve_asset
              FROM bonding_curve c JOIN stake_pool p ON p.id = c.pool_id WHERE c.chain = $chain AND c.graduated_at IS NULL`,
  },
  {
    table: 'usage_fee',
    columns: { gross: '0' },
    facts: `SELECT id, protocol_fee + net AS gross FROM usage_fee WHERE chain = $chain`,
  },
  {
    table: 'model_revenue',
    columns: { gross: '0', protocol_fee: '0', net: '0', fee_count: '0' },
    facts: `SELECT model_id || '|' || token_id AS id, sum(gross) AS gross, sum(protocol_fee) AS protocol_fee,
                   sum(net) AS net, count(*) AS fee_count
              FROM usage_fee WHERE chain = $chain GROUP BY model_id, token_id`,
  },
  {
    table: 'model_revenue',
    columns: { accrued_own: '0', accrued_royalty: '0', patrons: '0' },
    facts: `SELECT to_model_id || '|' || token_id AS id,
                   coalesce(sum(amount + patrons_amount) FILTER (WHERE kind = 'OWN'), 0) AS accrued_own,
                   coalesce(sum(amount + patrons_amount) FILTER (WHERE kind <> 'OWN'), 0) AS accrued_royalty,
                   sum(patrons_amount) AS patrons
              FROM royalty_accrual WHERE chain = $chain GROUP BY to_model_id, token_id`,
  },
  {
    table: 'model_revenue',
    columns: { claimed: '0' },
    facts: `SELECT model_id || '|' || token_id AS id, sum(amount) AS claimed
              FROM royalty_claim WHERE chain = $chain AND model_id IS NOT NULL GROUP BY model_id, token_id`,
  },
  {
    table: 'royalty_total',
    columns: { accrued: '0', count: '0' },
    facts: `SELECT chain || '|' || from_model_id || '|' || to_model_id || '|' || token_id AS id,
                   sum(amount + patrons_amount) AS accrued, count(*) AS count
              FROM royalty_accrual WHERE chain = $chain GROUP BY chain, from_model_id, to_model_id, token_id`,
  },
  {
    // A vault's part is its holders', who are credited one by one.
    table: 'royalty_balance',
    columns: { accrued: '0' },
    facts: `SELECT account_id || '|' || token_id AS id, sum(amount) AS accrued
              FROM (SELECT beneficiary_id AS account_id, token_id, amount FROM royalty_accrual
                     WHERE chain = $chain AND beneficiary_id NOT IN (SELECT id FROM royalty_vault)
                    UNION ALL
                    SELECT account_id, token_id, amount FROM vault_credit WHERE chain = $chain) gained
             GROUP BY account_id, token_id`,
  },
  {
    table: 'royalty_balance',
    columns: { claimed: '0' },
    facts: `SELECT account_id || '|' || token_id AS id, sum(amount) AS claimed
              FROM royalty_claim WHERE chain = $chain GROUP BY account_id, token_id`,
  },
  {
    table: 'vault_debt',
    columns: { claimable: '0' },
    facts: `SELECT vault_id || '|' || account_id || '|' || token_id AS id, sum(amount) AS claimable
              FROM (SELECT vault_id, account_id, token_id, amount FROM vault_credit WHERE chain = $chain
                    UNION ALL
                    SELECT v.id, c.account_id, c.token_id, -c.amount
                      FROM royalty_claim c JOIN royalty_vault v ON v.model_id = c.model_id WHERE c.chain = $chain) moved
             GROUP BY vault_id, account_id, token_id`,
  },
  {
    table: 'royalty_vault',
    columns: { total_shares: '0' },
    facts: `SELECT vault_id AS id, sum(shares) AS total_shares FROM vault_holding WHERE chain = $chain GROUP BY vault_id`,
  },
  {
    table: 'model',
    columns: { version: 'NULL' },
    facts: `SELECT DISTINCT ON (model_id) model_id AS id, number AS version
              FROM model_version WHERE chain = $chain ORDER BY model_id, block DESC, log_index DESC`,
  },
  {
    // Of models that are registered: a dispute may name another.
    table: 'model',
    columns: { taint_count: '0', tainted: 'false' },
    facts: `SELECT m.id, count(d.id) AS taint_count, count(d.id) > 0 AS tainted
              FROM model m LEFT JOIN dispute d ON d.model_id = m.id AND d.chain = m.chain AND d.status = 'UPHELD'
             WHERE m.chain = $chain GROUP BY m.id`,
  },
  {
    table: 'model',
    columns: { owner_id: 's.owner_id' },
    facts: `SELECT m.id, n.owner_id FROM model m JOIN nft n ON n.id = m.nft_id WHERE m.chain = $chain`,
  },
]
