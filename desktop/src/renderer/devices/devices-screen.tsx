import { useTranslation } from 'react-i18next';
import { ModelSection } from '../models/model-section.tsx';
import { TroubleText } from '../parts/trouble-text.tsx';
import { useUnits } from '../words/units.ts';
import { DeviceTable, type Device } from './device-table.tsx';
import { RemoteSection } from './remote-section.tsx';
import { useDevices, type Devices } from './use-devices.ts';

/** This device first, the others as told: what they said has aged since by as much as the telling has. */
function rowsOf({ agentId, own, config, others, toldMs }: Devices): Device[] {
  const offsetMs = own.clock?.offsetMs ?? 0;
  const mine: Device = { agentId, own: true, online: true, report: own, config, desired: null, ageMs: null };
  return [
    mine,
    ...others.map(({ receivedMs, ...row }): Device => {
      const ageMs = Math.max(0, own.sentMs - (receivedMs + offsetMs));
      const { feedAgeMs } = row.report;
      const online = row.online && toldMs !== null && ageMs < 60_000 + (own.sentMs - toldMs);
      return { ...row, own: false, online, ageMs, report: { ...row.report, feedAgeMs: feedAgeMs === null ? null : feedAgeMs + ageMs } }; // prettier-ignore
    }),
  ];
}

/** The devices of the studio, and where the configuration from the cloud side stands on this one. */
export function DevicesScreen() {
  const { t } = useTranslation();
  const units = useUnits();
  const { devices, problem, begun, act } = useDevices();
  return (
    <main className="devices">
      <div className="sent-head">
        <h1>{t('devices.title')}</h1>
        <p className="dim">
          {t('devices.lead')}{' '}
          {devices === null ? null : devices.toldMs === null ? t('devices.notTold') : t('devices.told', { age: units.age(devices.own.sentMs - devices.toldMs) })}
        </p>
        {problem === null ? null : <p className="remedy" role="alert">{t('devices.failed', { why: problem })}</p>}
        {devices?.problem == null ? null : <TroubleText trouble={devices.trouble} problem={devices.problem} />}
      </div>
      {devices === null ? null : (
        <>
          <DeviceTable devices={rowsOf(devices)} nowMs={devices.own.sentMs} />
          <RemoteSection config={devices.config} nowMs={devices.own.sentMs} begun={begun} onAct={act} />
          <ModelSection nowMs={devices.own.sentMs} />
        </>
      )}
    </main>
  );
} // prettier-ignore
