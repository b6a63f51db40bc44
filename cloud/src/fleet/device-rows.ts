import { ConfigReport, DeviceReport, type DeviceRow } from '@livecue/shared/contract';
import type { Query, Row } from '../receiver/database.ts';

/** What has come of one agent since the last write; a key that is absent stays as it is in the database. */
export interface DeviceNews {
  heartbeat?: DeviceReport;
  /** When it came, ms of our clock. */
  heartbeatMs?: number;
  reported?: ConfigReport;
  /** 0: nothing stands there any more. */
  desiredVersion?: number;
  online?: boolean;
}

const UPSERT = `
  INSERT INTO device_rows AS t
  SELECT r.agent_id, r.online, r.heartbeat, to_timestamp(r.heartbeat_ms::double precision / 1000), r.reported,
    CASE WHEN r.reported IS NULL THEN NULL ELSE to_timestamp($2::double precision / 1000) END, r.desired_version
  FROM jsonb_to_recordset($1::jsonb) AS r (agent_id text, online boolean, heartbeat jsonb, heartbeat_ms bigint, reported jsonb, desired_version bigint)
  ORDER BY 1
  ON CONFLICT (agent_id) DO UPDATE SET
    online = coalesce(excluded.online, t.online),
    heartbeat = CASE WHEN excluded.heartbeat_at >= coalesce(t.heartbeat_at, '-infinity') THEN excluded.heartbeat ELSE t.heartbeat END,
    heartbeat_at = greatest(t.heartbeat_at, excluded.heartbeat_at),
    reported = coalesce(excluded.reported, t.reported),
    reported_at = CASE WHEN excluded.reported IS NULL OR excluded.reported = t.reported THEN t.reported_at ELSE excluded.reported_at END,
    desired_version = coalesce(excluded.desired_version, t.desired_version)`;

const SELECT = `
  SELECT agent_id, online, heartbeat, (extract(epoch FROM heartbeat_at) * 1000)::bigint AS heartbeat_ms, reported, desired_version
  FROM device_rows WHERE heartbeat IS NOT NULL AND ($1::jsonb IS NULL OR agent_id = ANY (SELECT jsonb_array_elements_text($1::jsonb)))
  ORDER BY agent_id LIMIT 10000`;

/** A device that has told nothing for so long is not here, whatever its presence says. */
const SILENT_MS = 60_000;

export async function writeDevices(query: Query, news: ReadonlyMap<string, DeviceNews>, nowMs: number): Promise<void> {
  const rows = [...news].map(([agentId, { online, heartbeat, heartbeatMs, reported, desiredVersion }]) => ({ agent_id: agentId, online, heartbeat, heartbeat_ms: heartbeatMs, reported, desired_version: desiredVersion })); // prettier-ignore
  await query(UPSERT, [JSON.stringify(rows), nowMs]);
}

/** Devices that have told how they are, of these agents or, without, of all. */
export async function readDevices(
  query: Query,
  agentIds: readonly string[] | null,
  nowMs: number,
): Promise<DeviceRow[]> {
  // prettier-ignore
  const rows = await query(SELECT, [agentIds === null ? null : JSON.stringify(agentIds)]);
  return rows.map((row) => deviceRow(row, nowMs));
}

function deviceRow(row: Row, nowMs: number): DeviceRow {
  const receivedMs = Number(row['heartbeat_ms']);
  const desired = Number(row['desired_version'] ?? 0);
  return {
    agentId: String(row['agent_id']),
    online: row['online'] !== false && nowMs - receivedMs < SILENT_MS,
    receivedMs,
    report: DeviceReport.parse(row['heartbeat']),
    config: row['reported'] === null ? null : ConfigReport.parse(row['reported']),
    desired: desired === 0 ? null : desired,
  };
}
