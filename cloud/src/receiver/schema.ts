import { GAPS, MERGED, NOT_COVERED } from './gaps.ts';
import { DEVICES_VIEW, VIEWS } from './views.ts';

/**
 * One entry a version, applied in order, each in its own transaction; table `schema_version` says how many
 * are in. The same SQL runs on PostgreSQL ≥ 14 and PGlite. A released entry is never edited.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- Received seqs of each agent's newest epoch; records of lower epochs are refused.
  CREATE TABLE agent_streams (
    agent_id text PRIMARY KEY,
    epoch bigint NOT NULL,
    contiguous bigint NOT NULL,
    ranges jsonb NOT NULL,
    updated_at timestamptz NOT NULL
  );
  CREATE TABLE window_rows (
    agent_id text NOT NULL,
    room_id text NOT NULL,
    window_start timestamptz NOT NULL,
    window_length_ms integer NOT NULL,
    group_kind text NOT NULL,
    product_id text NOT NULL,
    revision integer NOT NULL,
    events bigint NOT NULL,
    comments bigint NOT NULL,
    commenters bigint NOT NULL,
    likes bigint NOT NULL,
    product_views bigint NOT NULL,
    product_viewers bigint NOT NULL,
    cart_adds bigint NOT NULL,
    orders_created bigint NOT NULL,
    orders_paid bigint NOT NULL,
    orders_cancelled bigint NOT NULL,
    buyers bigint NOT NULL,
    units_paid bigint NOT NULL,
    refunds bigint NOT NULL,
    stock_level bigint,
    audience_max bigint,
    counts jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, room_id, window_start, window_length_ms, group_kind, product_id)
  );
  COMMENT ON COLUMN window_rows.product_id IS 'empty for the groups room and other';
  CREATE INDEX window_rows_by_time ON window_rows (window_start);
  CREATE TABLE prompt_rows (
    agent_id text NOT NULL,
    prompt_id text NOT NULL,
    room_id text NOT NULL,
    rule text NOT NULL,
    priority text NOT NULL,
    product_id text,
    raised_at timestamptz NOT NULL,
    revision integer NOT NULL,
    outcome text,
    closed_at timestamptz,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, prompt_id)
  );
  CREATE TABLE dead_letter (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent_id text NOT NULL,
    epoch bigint,
    seq bigint,
    reason text NOT NULL,
    payload text NOT NULL,
    received_at timestamptz NOT NULL
  );
  `,
  `
  -- The same table, divided by time (partitions.ts); what no partition covers waits in the rest.
  ALTER TABLE window_rows RENAME TO window_rows_whole;
  ALTER INDEX window_rows_pkey RENAME TO window_rows_whole_pkey;
  ALTER INDEX window_rows_by_time RENAME TO window_rows_whole_by_time;
  CREATE TABLE window_rows (LIKE window_rows_whole INCLUDING DEFAULTS INCLUDING COMMENTS) PARTITION BY RANGE (window_start);
  ALTER TABLE window_rows ADD PRIMARY KEY (agent_id, room_id, window_start, window_length_ms, group_kind, product_id);
  CREATE INDEX window_rows_by_time ON window_rows (window_start);
  CREATE TABLE window_rows_rest PARTITION OF window_rows DEFAULT;
  INSERT INTO window_rows SELECT * FROM window_rows_whole;
  DROP TABLE window_rows_whole;
  CREATE INDEX prompt_rows_by_time ON prompt_rows (raised_at);
  `,
  `
  -- What the agent made of a window (SignalRecord), what chance decided (DecisionRecord), how much was seen.
  CREATE TABLE signal_rows (
    agent_id text NOT NULL,
    room_id text NOT NULL,
    window_start timestamptz NOT NULL,
    window_length_ms integer NOT NULL,
    product_id text NOT NULL,
    revision integer NOT NULL,
    interest_level double precision,
    interest_expected double precision,
    surprise double precision,
    ahead jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, room_id, window_start, window_length_ms, product_id)
  );
  CREATE INDEX signal_rows_by_time ON signal_rows (window_start);
  CREATE TABLE decision_rows (
    agent_id text NOT NULL,
    decision_id text NOT NULL,
    room_id text NOT NULL,
    rule text NOT NULL,
    product_id text,
    decided_at timestamptz NOT NULL,
    held boolean NOT NULL,
    propensity double precision NOT NULL,
    window_ms integer NOT NULL,
    revision integer NOT NULL,
    orders double precision,
    units double precision,
    answered double precision,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, decision_id)
  );
  CREATE INDEX decision_rows_by_time ON decision_rows (decided_at);
  CREATE TABLE coverage_rows (
    agent_id text NOT NULL,
    room_id text NOT NULL,
    window_start timestamptz NOT NULL,
    window_length_ms integer NOT NULL,
    revision integer NOT NULL,
    gap_ms integer NOT NULL,
    refused bigint NOT NULL,
    dropped bigint NOT NULL,
    lost_upstream bigint NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, room_id, window_start, window_length_ms)
  );
  CREATE INDEX coverage_rows_by_time ON coverage_rows (window_start);
  `,
  VIEWS,
  `
  -- Every record as it came, by place in its agent's tree, and what was found when it was checked against the
  -- agent's signed checkpoints (proof-store.ts). The first key that an agent shows is trusted.
  CREATE TABLE record_log (
    agent_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    leaf bytea NOT NULL,
    payload text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, epoch, seq)
  );
  CREATE INDEX record_log_by_time ON record_log USING brin (received_at);
  CREATE TABLE agent_keys (agent_id text PRIMARY KEY, key text NOT NULL, first_seen_at timestamptz NOT NULL);
  CREATE TABLE checkpoints (
    agent_id text NOT NULL,
    epoch bigint NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    note text NOT NULL,
    verified_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, epoch, size)
  );
  CREATE TABLE findings (
    agent_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    what text NOT NULL,
    words text NOT NULL,
    found_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, epoch, seq, what)
  );
  ALTER TABLE agent_streams ADD COLUMN verified_size bigint NOT NULL DEFAULT 0;
  ALTER TABLE agent_streams ADD COLUMN verified_roots bytea NOT NULL DEFAULT ''::bytea;
  `,
  `
  -- How each device is and where its configuration stands, as last told (fleet/device-desk.ts).
  CREATE TABLE device_rows (
    agent_id text PRIMARY KEY,
    online boolean,
    heartbeat jsonb,
    heartbeat_at timestamptz,
    reported jsonb,
    reported_at timestamptz,
    desired_version bigint
  );
  COMMENT ON COLUMN device_rows.desired_version IS '0: none stands on the broker any more';
  ${DEVICES_VIEW}
  `,
  GAPS,
  MERGED,
];

/** Null size: no key of the agent is known, nothing can be verified. */
const PROOF = `
    CASE WHEN EXISTS (SELECT FROM agent_keys AS k WHERE k.agent_id = s.agent_id) THEN verified_size END AS verified,
    (SELECT jsonb_build_object('words', words, 'what', what, 'seq', seq) FROM findings AS f
      WHERE f.agent_id = s.agent_id AND f.epoch IN (0, s.epoch) ORDER BY seq LIMIT 1) AS broken`;

export const LOCK_STREAMS = `
  SELECT agent_id, epoch, contiguous, ranges, ${PROOF} FROM agent_streams AS s
  WHERE agent_id = ANY (SELECT jsonb_array_elements_text($1::jsonb)) ORDER BY agent_id FOR UPDATE OF s`;

export const ENSURE_STREAMS = `
  INSERT INTO agent_streams
  SELECT agent_id, 0, 0, '[]'::jsonb, to_timestamp($2::double precision / 1000)
  FROM jsonb_array_elements_text($1::jsonb) AS agent_id ORDER BY agent_id
  ON CONFLICT (agent_id) DO NOTHING`;

export const SAVE_STREAMS = `
  UPDATE agent_streams AS t
  SET verified_size = CASE WHEN t.epoch = s.epoch THEN t.verified_size ELSE 0 END,
    verified_roots = CASE WHEN t.epoch = s.epoch THEN t.verified_roots ELSE ''::bytea END,
    epoch = s.epoch, contiguous = s.contiguous, ranges = s.ranges, updated_at = to_timestamp($2::double precision / 1000)
  FROM jsonb_to_recordset($1::jsonb) AS s (agent_id text, epoch bigint, contiguous bigint, ranges jsonb)
  WHERE t.agent_id = s.agent_id`;

const count = (name: string) => `(r.counts ->> '${name}')::bigint`;

/** Sorted by key, so that receivers beside each other lock rows in the same order. */
const upsertWindows = (wanted: string) => `
  INSERT INTO window_rows AS t
  SELECT r.agent_id, r.room_id, to_timestamp(r.start_ms::double precision / 1000), r.length_ms, r.group_kind, r.product_id, r.revision,
    ${count('events')}, ${count('comments')}, ${count('commenters')}, ${count('likes')}, ${count('productViews')},
    ${count('productViewers')}, ${count('cartAdds')}, ${count('ordersCreated')}, ${count('ordersPaid')},
    ${count('ordersCancelled')}, ${count('buyers')}, ${count('unitsPaid')}, ${count('refunds')},
    (r.counts #>> '{stock,level}')::bigint, (r.counts #>> '{audience,max}')::bigint, r.counts,
    to_timestamp($2::double precision / 1000), nullif(r.covers, 'null'::jsonb)
  FROM jsonb_to_recordset($1::jsonb) AS r (agent_id text, room_id text, start_ms bigint, length_ms integer,
    group_kind text, product_id text, revision integer, counts jsonb, covers jsonb)
  WHERE ${wanted}
  ORDER BY 1, 2, 3, 4, 5, 6
  ON CONFLICT (agent_id, room_id, window_start, window_length_ms, group_kind, product_id) DO UPDATE SET
    revision = excluded.revision, events = excluded.events, comments = excluded.comments,
    commenters = excluded.commenters, likes = excluded.likes, product_views = excluded.product_views,
    product_viewers = excluded.product_viewers, cart_adds = excluded.cart_adds,
    orders_created = excluded.orders_created, orders_paid = excluded.orders_paid,
    orders_cancelled = excluded.orders_cancelled, buyers = excluded.buyers, units_paid = excluded.units_paid,
    refunds = excluded.refunds, stock_level = excluded.stock_level, audience_max = excluded.audience_max,
    counts = excluded.counts, received_at = excluded.received_at, covers = excluded.covers
  WHERE excluded.revision > t.revision`;

/** Of agents none of whose windows came merged: to look for longer ones row by row takes longer than all the rest. */
export const UPSERT_WINDOWS = upsertWindows('true');
export const UPSERT_WINDOWS_BESIDE_MERGED = upsertWindows(NOT_COVERED);

export const UPSERT_PROMPTS = `
  INSERT INTO prompt_rows AS t
  SELECT r.agent_id, r.prompt_id, r.room_id, r.rule, r.priority, r.product_id,
    to_timestamp(r.raised_ms::double precision / 1000), r.revision, r.outcome,
    to_timestamp(r.closed_ms::double precision / 1000), to_timestamp($2::double precision / 1000)
  FROM jsonb_to_recordset($1::jsonb) AS r (agent_id text, prompt_id text, room_id text, rule text, priority text,
    product_id text, raised_ms bigint, revision integer, outcome text, closed_ms bigint)
  ORDER BY 1, 2
  ON CONFLICT (agent_id, prompt_id) DO UPDATE SET
    room_id = excluded.room_id, rule = excluded.rule, priority = excluded.priority, product_id = excluded.product_id,
    raised_at = excluded.raised_at, revision = excluded.revision, outcome = excluded.outcome,
    closed_at = excluded.closed_at, received_at = excluded.received_at
  WHERE excluded.revision > t.revision`;

export const UPSERT_SIGNALS = `
  INSERT INTO signal_rows AS t
  SELECT r.agent_id, r.room_id, to_timestamp(r.start_ms::double precision / 1000), r.length_ms, r.product_id, r.revision,
    r.level, r.expected, r.surprise, r.ahead, to_timestamp($2::double precision / 1000)
  FROM jsonb_to_recordset($1::jsonb) AS r (agent_id text, room_id text, start_ms bigint, length_ms integer,
    product_id text, revision integer, level double precision, expected double precision, surprise double precision, ahead jsonb)
  ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (agent_id, room_id, window_start, window_length_ms, product_id) DO UPDATE SET
    revision = excluded.revision, interest_level = excluded.interest_level, interest_expected = excluded.interest_expected,
    surprise = excluded.surprise, ahead = excluded.ahead, received_at = excluded.received_at
  WHERE excluded.revision > t.revision`;

export const UPSERT_DECISIONS = `
  INSERT INTO decision_rows AS t
  SELECT r.agent_id, r.decision_id, r.room_id, r.rule, r.product_id, to_timestamp(r.at_ms::double precision / 1000),
    r.held, r.propensity, r.window_ms, r.revision, r.orders, r.units, r.answered, to_timestamp($2::double precision / 1000)
  FROM jsonb_to_recordset($1::jsonb) AS r (agent_id text, decision_id text, room_id text, rule text, product_id text,
    at_ms bigint, held boolean, propensity double precision, window_ms integer, revision integer,
    orders double precision, units double precision, answered double precision)
  ORDER BY 1, 2
  ON CONFLICT (agent_id, decision_id) DO UPDATE SET
    room_id = excluded.room_id, rule = excluded.rule, product_id = excluded.product_id, decided_at = excluded.decided_at,
    held = excluded.held, propensity = excluded.propensity, window_ms = excluded.window_ms, revision = excluded.revision,
    orders = excluded.orders, units = excluded.units, answered = excluded.answered, received_at = excluded.received_at
  WHERE excluded.revision > t.revision`;

export const UPSERT_COVERAGE = `
  INSERT INTO coverage_rows AS t
  SELECT r.agent_id, r.room_id, to_timestamp(r.start_ms::double precision / 1000), r.length_ms, r.revision,
    r.gap_ms, r.refused, r.dropped, r.lost_upstream, to_timestamp($2::double precision / 1000)
  FROM jsonb_to_recordset($1::jsonb) AS r (agent_id text, room_id text, start_ms bigint, length_ms integer,
    revision integer, gap_ms integer, refused bigint, dropped bigint, lost_upstream bigint)
  ORDER BY 1, 2, 3, 4
  ON CONFLICT (agent_id, room_id, window_start, window_length_ms) DO UPDATE SET
    revision = excluded.revision, gap_ms = excluded.gap_ms, refused = excluded.refused, dropped = excluded.dropped,
    lost_upstream = excluded.lost_upstream, received_at = excluded.received_at
  WHERE excluded.revision > t.revision`;

export const INSERT_DEAD_LETTERS = `
  INSERT INTO dead_letter (agent_id, epoch, seq, reason, payload, received_at)
  SELECT r.agent_id, r.epoch, r.seq, r.reason, r.payload, to_timestamp($2::double precision / 1000)
  FROM jsonb_to_recordset($1::jsonb) AS r (agent_id text, epoch bigint, seq bigint, reason text, payload text)`;

/** A sender that writes nonsense must not fill the disk. */
export const TRIM_DEAD_LETTERS = `DELETE FROM dead_letter WHERE id <= (SELECT max(id) FROM dead_letter) - 10000`;

const STREAMS = `SELECT agent_id, epoch, contiguous, ranges, ${PROOF} FROM agent_streams AS s WHERE epoch > 0`;
export const SELECT_STREAMS = `${STREAMS} ORDER BY agent_id`;
export const SELECT_STREAM = `${STREAMS} AND agent_id = $1`;

/** Rows that were there before are not touched; how many were new is told. */
export const INSERT_LOG = `
  WITH made AS (
    INSERT INTO record_log
    SELECT r.agent_id, r.epoch, r.seq, decode(r.leaf, 'base64'), r.payload, to_timestamp($2::double precision / 1000)
    FROM jsonb_to_recordset($1::jsonb) AS r (agent_id text, epoch bigint, seq bigint, leaf text, payload text)
    ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING RETURNING 1)
  SELECT count(*)::int AS made FROM made`;

/** Records that came before with another content under the same number. */
export const FIND_ALTERED = `
  INSERT INTO findings
  SELECT r.agent_id, r.epoch, r.seq, 'resent-altered', 'record ' || r.seq || ' came twice with different content',
    to_timestamp($2::double precision / 1000)
  FROM jsonb_to_recordset($1::jsonb) AS r (agent_id text, epoch bigint, seq bigint, leaf text, payload text)
  JOIN record_log AS l USING (agent_id, epoch, seq) WHERE l.leaf <> decode(r.leaf, 'base64')
  ON CONFLICT DO NOTHING`;

export const SELECT_WINDOWS = `
  SELECT agent_id, room_id, (extract(epoch FROM window_start) * 1000)::bigint AS window_start_ms, window_length_ms,
    group_kind, product_id, revision, counts
  FROM window_rows ORDER BY agent_id, room_id, window_start, window_length_ms, group_kind, product_id`;
