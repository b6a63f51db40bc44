/**
 * Windows that waited too long come merged into longer ones, or not at all; a gap record then names the numbers that
 * will never come. Tables and statements for both; `record-store.ts` runs them.
 */
export const GAPS = `
  -- Merged windows (WindowRecord.covers): spans of the window that the row counts, in milliseconds; null: all of it.
  ALTER TABLE window_rows ADD COLUMN covers jsonb;
  -- Whether every span of the second lies within a span of the first.
  CREATE FUNCTION livecue_covers(jsonb, jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT NOT EXISTS (SELECT FROM jsonb_array_elements($2) AS i WHERE NOT EXISTS (SELECT FROM jsonb_array_elements($1) AS o
      WHERE (o.value ->> 0)::bigint <= (i.value ->> 0)::bigint AND (o.value ->> 1)::bigint >= (i.value ->> 1)::bigint)) $$;
  CREATE TABLE gap_rows (
    agent_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    room_id text NOT NULL,
    reason text NOT NULL,
    gap_from timestamptz NOT NULL,
    gap_to timestamptz NOT NULL,
    windows bigint NOT NULL,
    signals bigint NOT NULL,
    seqs jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, epoch, seq)
  );
  CREATE INDEX gap_rows_by_time ON gap_rows (gap_from);
  CREATE OR REPLACE VIEW minute_coverage AS
  SELECT agent_id, room_id, minute, coverage, refused, dropped, lost_upstream,
    EXISTS (SELECT FROM gap_rows AS g WHERE g.agent_id = c.agent_id AND g.room_id = c.room_id AND g.reason = 'dropped'
      AND g.gap_from < c.minute + interval '1 minute' AND g.gap_to > c.minute) AS records_dropped
  FROM (
    SELECT agent_id, room_id, date_trunc('minute', window_start, 'UTC') AS minute,
      greatest(0, 1 - sum(gap_ms)::double precision / sum(window_length_ms)) AS coverage,
      sum(refused)::bigint AS refused, sum(dropped)::bigint AS dropped, sum(lost_upstream)::bigint AS lost_upstream
    FROM coverage_rows GROUP BY 1, 2, 3) AS c;
`;

/** A handful of rows, if any: whether an agent has some is asked with every batch. */
export const MERGED = 'CREATE INDEX window_rows_merged ON window_rows (agent_id) WHERE covers IS NOT NULL';

export const SELECT_MERGED = `
  SELECT EXISTS (SELECT FROM window_rows
    WHERE covers IS NOT NULL AND agent_id IN (SELECT jsonb_array_elements_text($1::jsonb))) AS found`;

/** Spans that a row of window_rows or of an upsert counts. */
const spans = (covers: string, startMs: string, lengthMs: string) =>
  `coalesce(nullif(${covers}, 'null'::jsonb), jsonb_build_array(jsonb_build_array(${startMs}, ${startMs} + ${lengthMs})))`;

/** A longer row (of a minute, of an hour) counts this one already: looked up by its key. */
export const NOT_COVERED = `NOT EXISTS (SELECT FROM unnest(ARRAY[60000, 3600000]) AS longer
    JOIN window_rows AS l ON l.agent_id = r.agent_id AND l.room_id = r.room_id AND l.window_length_ms = longer
      AND l.window_start = to_timestamp((r.start_ms - r.start_ms % longer)::double precision / 1000)
      AND l.group_kind = r.group_kind AND l.product_id = r.product_id
    WHERE longer > r.length_ms AND l.covers IS NOT NULL
      AND livecue_covers(l.covers, ${spans('r.covers', 'r.start_ms', 'r.length_ms')}))`;

/** What came before the row that counts it too. */
export const DELETE_COVERED = `
  DELETE FROM window_rows AS t USING jsonb_to_recordset($1::jsonb) AS r (agent_id text, room_id text, start_ms bigint,
    length_ms integer, group_kind text, product_id text, covers jsonb)
  WHERE t.agent_id = r.agent_id AND t.room_id = r.room_id AND t.group_kind = r.group_kind AND t.product_id = r.product_id
    AND t.window_start >= to_timestamp(r.start_ms::double precision / 1000)
    AND t.window_start < to_timestamp((r.start_ms + r.length_ms)::double precision / 1000)
    AND t.window_length_ms < r.length_ms
    AND livecue_covers(r.covers, ${spans('t.covers', '(extract(epoch FROM t.window_start) * 1000)::bigint', 't.window_length_ms')})`;

export const INSERT_GAPS = `
  INSERT INTO gap_rows
  SELECT r.agent_id, r.epoch, r.seq, r.room_id, r.reason, to_timestamp(r.from_ms::double precision / 1000),
    to_timestamp(r.to_ms::double precision / 1000), r.windows, r.signals, r.seqs, to_timestamp($2::double precision / 1000)
  FROM jsonb_to_recordset($1::jsonb) AS r (agent_id text, epoch bigint, seq bigint, room_id text, reason text, from_ms bigint,
    to_ms bigint, windows bigint, signals bigint, seqs jsonb)
  ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`;

export const SELECT_GAPS = 'SELECT seqs FROM gap_rows WHERE agent_id = $1 AND epoch = $2';
