import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConfigReport, DeviceReport } from '@livecue/shared/contract';
import { LevelIcon } from '../operator/level-icon.tsx';
import { useUnits, type Units } from '../words/units.ts';
import { CONFIG_LEVELS } from './remote-section.tsx';

export interface Device {
  readonly agentId: string;
  readonly own: boolean;
  readonly online: boolean;
  readonly report: DeviceReport;
  readonly config: ConfigReport | null;
  readonly desired: number | null;
  /** How old what stands here is, ms; null: as of now. */
  readonly ageMs: number | null;
}

/** Beyond these a figure is marked: each is what an operator would look into before a show. */
const LIMITS = { feedMs: 15_000, cpu: 1.5, freeDisk: 5e9, queued: 5_000, outbox: 1_000, clockMs: 1_000, syncMs: 120_000 }; // prettier-ignore

/** A figure, marked by shape and colour when it is out of bounds. */
function Figure({ bad, title, children }: { bad: boolean; title?: string; children: ReactNode }) {
  return (
    <td className={`number ${bad ? 'wrong-text' : ''}`} title={title}>
      {bad ? <LevelIcon level="wrong" size={12} /> : null} {children}
    </td>
  );
}

const gigabytes = (n: number) => `${(n / 1e9).toFixed(n < 1e10 ? 1 : 0)} GB`;
/** +4 ms · −4.2 s */
function offset(ms: number, units: Units): string {
  const sign = ms < 0 ? '−' : '+';
  return Math.abs(ms) < 1_000 ? `${sign}${Math.round(Math.abs(ms))} ms` : `${sign}${units.age(Math.abs(ms))}`;
}

/** Streaming software; a device without one says so by a dash. */
function Obs({ state, online }: { state: DeviceReport['obs']; online: boolean }) {
  const { t } = useTranslation();
  if (state === undefined) return <td className="dim">–</td>;
  const level = state === 'open' ? 'ok' : state === 'failed' ? 'wrong' : state === 'idle' ? 'off' : 'warn';
  return (
    <td>
      <span className="device-config">
        {online ? <LevelIcon level={level} size={14} /> : null} {t(`sources.state.${state}`)}
      </span>
    </td>
  );
}

function Config({ config, desired }: Pick<Device, 'config' | 'desired'>) {
  const { t } = useTranslation();
  if (config === null) return <td className="dim">–</td>;
  const { state, version, inForce } = config;
  const elsewhere = desired !== null && desired !== inForce && (state === 'applied' || state === 'none');
  return (
    <td>
      <span className="device-config">
        <LevelIcon level={elsewhere ? 'warn' : CONFIG_LEVELS[state]} size={14} /> {t(`remote.state.${state}`, { version })}
        {elsewhere ? <span className="dim">{t('remote.desired', { version: desired })}</span> : null}
        {config.drift.length === 0 ? null : <span className="dim" title={config.drift.join(', ')}>≠ {config.drift.length}</span>}
      </span>
    </td>
  );
} // prettier-ignore

function Row({ device, nowMs }: { device: Device; nowMs: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { agentId, own, online, report, config, desired, ageMs } = device;
  const { feedAgeMs, modelP95Ms, freeDiskBytes, clock, lastSyncMs } = report;
  const age = ageMs ?? 0;
  const syncMs = lastSyncMs === null ? null : nowMs - lastSyncMs;
  return (
    <tr className={online ? '' : 'dim'} data-device={agentId}>
      <th scope="row">
        {agentId} {own ? <span className="tag">{t('devices.own')}</span> : null}
      </th>
      <Figure bad={online && feedAgeMs !== null && feedAgeMs > LIMITS.feedMs}>{feedAgeMs === null ? t('devices.noFeed') : units.age(feedAgeMs)}</Figure>
      <Figure bad={false}>{units.rate(report.eventsPerSecond)}</Figure>
      <Figure bad={false}>{units.rate(report.commentsPerSecond)}</Figure>
      <Figure bad={false}>{modelP95Ms === null ? '–' : `${units.rate(modelP95Ms)} ms`}</Figure>
      <Figure bad={online && report.cpuShare > LIMITS.cpu} title={t('devices.cpuTitle')}>{Math.round(report.cpuShare * 100)} %</Figure>
      <Figure bad={false}>{units.bytes(report.rssBytes)}</Figure>
      <Figure bad={online && freeDiskBytes !== null && freeDiskBytes < LIMITS.freeDisk}>{freeDiskBytes === null ? '–' : gigabytes(freeDiskBytes)}</Figure>
      <Figure bad={online && report.queued > LIMITS.queued}>{units.count(report.queued)}</Figure>
      <Figure bad={online && report.outbox > LIMITS.outbox}>{units.count(report.outbox)}</Figure>
      <Figure bad={online && clock !== null && Math.abs(clock.offsetMs) > LIMITS.clockMs} title={clock === null ? undefined : t('devices.clockTitle', { n: Math.ceil(clock.delayMs / 2) })}>
        {clock === null ? '–' : offset(clock.offsetMs, units)}
      </Figure>
      <Figure bad={online && syncMs !== null && syncMs > LIMITS.syncMs}>{syncMs === null ? '–' : t('devices.ago', { age: units.age(syncMs) })}</Figure>
      <Obs state={report.obs} online={online} />
      <td title={t('remote.model', { version: report.modelVersion })}>{report.version}</td>
      <Config config={config} desired={desired} />
      <td className="number">{ageMs === null ? t('devices.now') : t(online ? 'devices.ago' : 'devices.offline', { age: units.age(age) })}</td>
    </tr>
  );
} // prettier-ignore

const COLUMNS = ['feed', 'events', 'comments', 'model', 'cpu', 'memory', 'disk', 'queue', 'outbox', 'clock', 'sync'] as const; // prettier-ignore

/** One row a device. */
export function DeviceTable({ devices, nowMs }: { devices: readonly Device[]; nowMs: number }) {
  const { t } = useTranslation();
  return (
    <section className="section device-list" tabIndex={0} aria-label={t('devices.table')}>
      <table className="device-table">
        <thead>
          <tr>
            <th scope="col">{t('devices.device')}</th>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" className="number">
                {t(`devices.${column}`)}
              </th>
            ))}
            <th scope="col">OBS</th>
            <th scope="col">{t('devices.version')}</th>
            <th scope="col">{t('devices.config')}</th>
            <th scope="col" className="number">
              {t('devices.seen')}
            </th>
          </tr>
        </thead>
        <tbody>
          {devices.map((device) => (
            <Row key={device.agentId} device={device} nowMs={nowMs} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
