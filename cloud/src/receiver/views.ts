/**
 * What a cloud team asks, as views over the rows: per room, product and minute (UTC). A released view is
 * changed by a new migration. Windows are shorter than a minute; of distinct viewers, which do not add up,
 * a minute has the largest window's: a lower bound.
 */
export const VIEWS = `
  -- Counts by minute and group; currencies and intents stand in views of their own.
  CREATE VIEW minutes AS
  SELECT agent_id, room_id, group_kind, product_id, date_trunc('minute', window_start, 'UTC') AS minute,
    sum(events)::bigint AS events, sum(comments)::bigint AS comments, max(commenters) AS commenters_least,
    sum(likes)::bigint AS likes, sum(product_views)::bigint AS product_views, max(product_viewers) AS product_viewers_least,
    sum(cart_adds)::bigint AS cart_adds, sum(orders_created)::bigint AS orders_created, sum(orders_paid)::bigint AS orders_paid,
    sum(orders_cancelled)::bigint AS orders_cancelled, max(buyers) AS buyers_least, sum(units_paid)::bigint AS units_paid,
    sum(refunds)::bigint AS refunds, max(audience_max) AS audience_max,
    (array_agg(stock_level ORDER BY window_start DESC) FILTER (WHERE stock_level IS NOT NULL))[1] AS stock_level,
    sum(window_length_ms) / 60000.0 AS minute_share
  FROM window_rows GROUP BY 1, 2, 3, 4, 5;

  -- Comments by what they ask for or say.
  CREATE VIEW minute_intents AS
  SELECT w.agent_id, w.room_id, w.group_kind, w.product_id, date_trunc('minute', w.window_start, 'UTC') AS minute,
    i.key AS intent, sum((i.value ->> 'comments')::bigint)::bigint AS comments, max((i.value ->> 'viewers')::bigint) AS viewers_least
  FROM window_rows AS w CROSS JOIN LATERAL jsonb_each(w.counts -> 'intents') AS i
  GROUP BY 1, 2, 3, 4, 5, 6;

  -- Paid and refunded money in minor units of each currency.
  CREATE VIEW minute_money AS
  SELECT w.agent_id, w.room_id, w.group_kind, w.product_id, date_trunc('minute', w.window_start, 'UTC') AS minute,
    m.currency, sum(m.paid)::bigint AS paid_minor, sum(m.refunded)::bigint AS refunded_minor
  FROM window_rows AS w CROSS JOIN LATERAL (
    SELECT key AS currency, value::bigint AS paid, 0::bigint AS refunded FROM jsonb_each_text(w.counts -> 'revenueMinor')
    UNION ALL SELECT key, 0, value::bigint FROM jsonb_each_text(w.counts -> 'refundMinor')) AS m
  GROUP BY 1, 2, 3, 4, 5, 6;

  -- Attention to a product as each signal was made.
  CREATE VIEW minute_interest AS
  SELECT agent_id, room_id, product_id, date_trunc('minute', window_start, 'UTC') AS minute,
    interest_level, interest_expected, surprise, power(10, -surprise) AS chance
  FROM signal_rows WHERE interest_level IS NOT NULL;

  -- Units that were expected, and what was sold by the windows that have come; complete once the span is over.
  CREATE VIEW forecast_against_fact AS
  SELECT f.agent_id, f.room_id, f.product_id, f.said_at, f.minutes, f.mean, f.lo80, f.hi80, s.units,
    s.units >= f.lo80 AND s.units <= f.hi80 AS inside,
    f.until <= (SELECT max(w.window_start + w.window_length_ms * interval '1 millisecond') FROM window_rows AS w
      WHERE w.agent_id = f.agent_id AND w.room_id = f.room_id AND w.window_start >= f.said_at) AS complete
  FROM (SELECT t.agent_id, t.room_id, t.product_id, t.window_start + t.window_length_ms * interval '1 millisecond' AS said_at,
      (a.value ->> 'minutes')::double precision AS minutes, (a.value ->> 'mean')::double precision AS mean,
      (a.value ->> 'lo80')::double precision AS lo80, (a.value ->> 'hi80')::double precision AS hi80,
      t.window_start + t.window_length_ms * interval '1 millisecond' + (a.value ->> 'minutes')::double precision * interval '1 minute' AS until
    FROM signal_rows AS t CROSS JOIN LATERAL jsonb_array_elements(t.ahead) AS a) AS f
  CROSS JOIN LATERAL (SELECT coalesce(sum(w.units_paid), 0)::bigint AS units FROM window_rows AS w
    WHERE w.agent_id = f.agent_id AND w.room_id = f.room_id AND w.group_kind = 'product' AND w.product_id = f.product_id
      AND w.window_start >= f.said_at AND w.window_start < f.until) AS s;

  -- Cards by rule and what became of them.
  CREATE VIEW prompt_outcomes AS
  SELECT agent_id, room_id, date_trunc('day', raised_at, 'UTC') AS day, rule, priority, count(*) AS raised,
    count(*) FILTER (WHERE outcome = 'done') AS done, count(*) FILTER (WHERE outcome = 'withdrawn') AS withdrawn,
    count(*) FILTER (WHERE outcome = 'expired') AS expired,
    count(*) FILTER (WHERE outcome IN ('snoozed', 'muted', 'vetoed')) AS refused,
    count(*) FILTER (WHERE outcome IS NULL) AS open,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - raised_at)) FILTER (WHERE outcome = 'done') AS median_seconds_to_done
  FROM prompt_rows GROUP BY 1, 2, 3, 4, 5;

  -- Shown against held back, each weighted by how likely it was (Hajek 1971), with the 95 % interval of its linearised variance.
  CREATE VIEW uplift AS
  WITH arms AS (
    SELECT agent_id, rule, held, count(*) AS n, sum(1 / propensity) AS weight, sum(orders / propensity) / sum(1 / propensity) AS orders,
      sum(answered / propensity) / sum(1 / propensity) AS answered
    FROM decision_rows WHERE orders IS NOT NULL GROUP BY 1, 2, 3),
  spread AS (
    SELECT a.agent_id, a.rule, a.held, a.n, a.orders, a.answered,
      sum(power((d.orders - a.orders) / d.propensity, 2)) / power(a.weight, 2) AS orders_variance,
      sum(power((d.answered - a.answered) / d.propensity, 2)) / power(a.weight, 2) AS answered_variance
    FROM arms AS a JOIN decision_rows AS d ON d.agent_id = a.agent_id AND d.rule = a.rule AND d.held = a.held AND d.orders IS NOT NULL
    GROUP BY a.agent_id, a.rule, a.held, a.n, a.weight, a.orders, a.answered)
  SELECT s.agent_id, s.rule, s.n AS shown, h.n AS held_back, s.orders - h.orders AS orders_uplift,
    s.orders - h.orders - 1.96 * sqrt(s.orders_variance + h.orders_variance) AS orders_low,
    s.orders - h.orders + 1.96 * sqrt(s.orders_variance + h.orders_variance) AS orders_high,
    s.answered - h.answered AS answered_uplift,
    s.answered - h.answered - 1.96 * sqrt(s.answered_variance + h.answered_variance) AS answered_low,
    s.answered - h.answered + 1.96 * sqrt(s.answered_variance + h.answered_variance) AS answered_high
  FROM spread AS s JOIN spread AS h ON h.agent_id = s.agent_id AND h.rule = s.rule AND h.held AND NOT s.held
  WHERE s.n >= 2 AND h.n >= 2;

  -- Share of each minute in which the feed ran, and what came but was not counted.
  CREATE VIEW minute_coverage AS
  SELECT agent_id, room_id, date_trunc('minute', window_start, 'UTC') AS minute,
    greatest(0, 1 - sum(gap_ms)::double precision / sum(window_length_ms)) AS coverage,
    sum(refused)::bigint AS refused, sum(dropped)::bigint AS dropped, sum(lost_upstream)::bigint AS lost_upstream
  FROM coverage_rows GROUP BY 1, 2, 3;

  -- How late windows came, by hour of their arrival, and which agents have been silent for how long.
  CREATE VIEW lag AS
  SELECT agent_id, date_trunc('hour', received_at, 'UTC') AS hour, count(*) AS windows,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM received_at - window_start) - window_length_ms / 1000.0) AS median_seconds,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM received_at - window_start) - window_length_ms / 1000.0) AS p95_seconds
  FROM window_rows GROUP BY 1, 2;
  CREATE VIEW agents AS
  SELECT agent_id, epoch, contiguous AS records, jsonb_array_length(ranges) AS holes, updated_at AS last_received_at
  FROM agent_streams WHERE epoch > 0;
`;

/** One row a device: figures of its last report, and desired against reported configuration. */
export const DEVICES_VIEW = `
  CREATE VIEW devices AS
  SELECT agent_id, coalesce(online, true) AS online, heartbeat_at, heartbeat ->> 'version' AS version, heartbeat ->> 'mode' AS mode,
    (heartbeat ->> 'feedAgeMs')::bigint AS feed_age_ms, (heartbeat ->> 'eventsPerSecond')::double precision AS events_per_second,
    (heartbeat ->> 'commentsPerSecond')::double precision AS comments_per_second,
    (heartbeat ->> 'modelP95Ms')::double precision AS model_p95_ms, (heartbeat ->> 'cpuShare')::double precision AS cpu_share,
    (heartbeat ->> 'rssBytes')::bigint AS rss_bytes, (heartbeat ->> 'freeDiskBytes')::bigint AS free_disk_bytes,
    (heartbeat ->> 'queued')::bigint AS queued, (heartbeat ->> 'outbox')::bigint AS outbox,
    (heartbeat #>> '{clock,offsetMs}')::double precision AS clock_offset_ms, heartbeat ->> 'modelVersion' AS model_version,
    nullif(desired_version, 0) AS desired_version, (reported ->> 'inForce')::bigint AS in_force, reported ->> 'state' AS config_state,
    reported ->> 'reason' AS config_reason, reported -> 'drift' AS drift, reported ->> 'hash' AS config_hash, reported_at,
    nullif(desired_version, 0) IS DISTINCT FROM (reported ->> 'inForce')::bigint AS differs
  FROM device_rows WHERE heartbeat IS NOT NULL;
`;
