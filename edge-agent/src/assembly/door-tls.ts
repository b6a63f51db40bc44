import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import path from 'node:path';
import type { AgentConfig, HealthItem } from '@livecue/shared/contract';
import { ConfigurationError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { makeKey, selfSigned } from '../runtime/self-signed.ts';
import { isOwnMachine, type DoorCertificate, type DoorTls } from '../runtime/tls-door.ts';
import { makeFolder, replaceFile } from '../store/durable-file.ts';

const DAY_MS = 86_400_000;
const RENEW_DAYS = 30;
const WARN_DAYS = 14;
/** A machine that is carried between networks keeps names of the last ones: each renewal is a warning on every tablet. */
const NAMES_MAX = 40;

export interface Door {
  readonly host: string;
  readonly tls: AgentConfig['panel']['tls'];
}

/** Names and addresses by which others may reach this machine, its own name first. */
function namesOfMachine(): string[] {
  const name = hostname().toLowerCase();
  const own = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(name) ? [name, ...(name.includes('.') ? [] : [`${name}.local`])] : [];
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  // Link-local addresses of IPv6 need a zone, which no certificate names.
  const addresses = all.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address));
  return [...new Set([...own, 'localhost', '127.0.0.1', '::1', ...addresses.map(({ address }) => address)])];
}

const parsed = (cert: string, key: string): DoorCertificate => ({ cert, key, certificate: new X509Certificate(cert) });
const isNamed = ({ certificate }: DoorCertificate, name: string) => (/^[\d.]+$|:/.test(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined; // prettier-ignore
const daysLeft = ({ certificate }: DoorCertificate, nowMs: number) => (certificate.validToDate.getTime() - nowMs) / DAY_MS; // prettier-ignore

/** Names of a certificate that we made, as they stand in it. */
const namesIn = ({ certificate }: DoorCertificate) => (certificate.subjectAltName ?? '').split(', ').map((name) => name.replace(/^(DNS|IP Address):/, '')); // prettier-ignore

/** The certificate that we made before, or null when there is none that can be used. */
function kept(folder: string): DoorCertificate | null {
  try {
    const found = parsed(readFileSync(path.join(folder, 'cert.pem'), 'utf8'), readFileSync(path.join(folder, 'key.pem'), 'utf8')); // prettier-ignore
    return found.certificate.checkPrivateKey(createPrivateKey(found.key)) ? found : null;
  } catch {
    // Absent, or somebody's hand in it: another one is made.
    return null;
  }
}

/**
 * A certificate of our own in `tls/` of the data folder (key of mode 600): the one from before, or another when it has
 * less than 30 days left or a name of this machine is not in it.
 */
function ownMaking(
  dataFolder: string,
  { nowMs, logger, names = namesOfMachine }: DoorPorts & { readonly names?: () => readonly string[] },
): DoorTls {
  const folder = path.join(dataFolder, 'tls');
  const take = (): DoorCertificate => {
    const present = kept(folder);
    const wanted = names();
    const left = present === null ? 0 : daysLeft(present, nowMs());
    if (present !== null && left >= RENEW_DAYS && left < 398 && wanted.every((name) => isNamed(present, name))) return present; // prettier-ignore
    const before = present === null ? [] : namesIn(present).filter((name) => !wanted.some((one) => one === name.toLowerCase() || isSame(one, name))); // prettier-ignore
    const key = present?.key ?? makeKey();
    const made = parsed(selfSigned(key, [...wanted, ...before].slice(0, NAMES_MAX), nowMs()), key);
    makeFolder(folder);
    replaceFile(path.join(folder, 'key.pem'), Buffer.from(made.key), 0o600);
    replaceFile(path.join(folder, 'cert.pem'), Buffer.from(made.cert), 0o644);
    logger.info(`made a certificate for ${namesIn(made).join(', ')}; its SHA-256 fingerprint is ${made.certificate.fingerprint256}`); // prettier-ignore
    return made;
  };
  return following(take, true, logger);
}

const isSame = (one: string, other: string) => one.includes(':') && URL.parse(`http://[${one}]`)?.host === URL.parse(`http://[${other}]`)?.host; // prettier-ignore

interface DoorPorts {
  readonly nowMs: () => number;
  readonly logger: Logger;
}

function following(take: () => DoorCertificate, isSelfSigned: boolean, logger: Logger): DoorTls {
  let current = take();
  let told = '';
  return {
    get current() {
      return current;
    },
    isSelfSigned,
    look() {
      try {
        const next = take();
        const isOther = next.cert !== current.cert || next.key !== current.key;
        current = next;
        told = '';
        if (isOther) logger.info(`another certificate is shown from now on, until ${current.certificate.validTo}`);
        return isOther;
      } catch (error) {
        // The one in force still serves; said once, not at each look.
        if (told !== (error as Error).message) logger.warn(`${(error as Error).message} The certificate from before stays.`); // prettier-ignore
        told = (error as Error).message;
        return false;
      }
    },
  };
}

/** The certificate and key of two files. Throws `ConfigurationError` with what is wrong with which file, and what to do. */
function ofFiles(key: string, { certFile, keyFile }: Door['tls'], nowMs: number): DoorCertificate {
  const wrong = (doing: string, remedy: string) => new ConfigurationError(`${doing} ${remedy}, or set ${key}.mode to self-signed.`); // prettier-ignore
  const read = (name: 'certFile' | 'keyFile', file: string | null): string => {
    try {
      return readFileSync(file ?? '', 'utf8');
    } catch (error) {
      throw wrong(`Reading ${key}.${name}: ${(error as Error).message}.`, 'Give the path of a PEM file that this user can read'); // prettier-ignore
    }
  };
  const attempt = <T>(what: string, remedy: string, make: () => T): T => {
    try {
      return make();
    } catch (error) {
      throw wrong(`Reading ${what}: ${(error as Error).message}.`, remedy);
    }
  };
  const [cert, pem] = [read('certFile', certFile), read('keyFile', keyFile)];
  const found = attempt(`${key}.certFile ${certFile}`, 'Give a certificate in PEM (-----BEGIN CERTIFICATE-----)', () => parsed(cert, pem)); // prettier-ignore
  const privateKey = attempt(`${key}.keyFile ${keyFile}`, 'Give its key in PEM, without a passphrase', () => createPrivateKey(pem)); // prettier-ignore
  if (!found.certificate.checkPrivateKey(privateKey)) throw wrong(`${key}: the key in ${keyFile} is not that of the certificate in ${certFile}.`, 'Give the two that belong together'); // prettier-ignore
  if (daysLeft(found, nowMs) <= 0) throw wrong(`${key}: the certificate in ${certFile} ended on ${found.certificate.validTo}.`, 'Put a new one there'); // prettier-ignore
  if (found.certificate.validFromDate.getTime() > nowMs) throw wrong(`${key}: the certificate in ${certFile} holds from ${found.certificate.validFrom} only.`, "Set this machine's clock, put another certificate there"); // prettier-ignore
  return found;
}

/**
 * The certificate of a door, null for one that needs none: closed to other machines, or `off`. `section` names the door
 * in errors, `panel` or `ingest`. Throws `ConfigurationError`.
 */
export function openDoorTls(
  section: string,
  { host, tls }: Door,
  dataFolder: string,
  ports: DoorPorts & { readonly names?: () => readonly string[] },
): DoorTls | null {
  if (isOwnMachine(host) || tls.mode === 'off') return null;
  if (tls.mode === 'self-signed') return ownMaking(dataFolder, ports);
  return following(() => ofFiles(`${section}.tls`, tls, ports.nowMs()), false, ports.logger);
}

/** The panel's settings for its server. */
export function withTls(panel: AgentConfig['panel'], dataFolder: string, ports: DoorPorts) {
  return { ...panel, tls: openDoorTls('panel', panel, dataFolder, ports) ?? undefined };
}

/** What a door's certificate is like; null: other machines cannot come in. */
function doorItem(section: 'panel' | 'ingest', { host, tls: { mode } }: Door, shown: DoorCertificate | null, nowMs: number): HealthItem | null {
  if (isOwnMachine(host)) return null;
  const name = section === 'panel' ? 'certificate' : 'ingress TLS';
  const title = section === 'panel' ? { zh: '面板加密', en: 'Panel encryption' } : { zh: '接收加密', en: 'Ingress encryption' };
  if (mode === 'off') {
    const text = { zh: '其他机器用明文连接：同一网络的人能看到配对码和内容', en: 'Other machines come in the clear: whoever listens on the network reads tokens and all that is shown' };
    return { name, level: 'warn', title, text, remedy: { zh: `在设置里把 ${section}.tls.mode 改为 self-signed。`, en: `Set ${section}.tls.mode to self-signed in the settings.` } };
  }
  if (shown === null) return { name, level: 'ok', title, text: { zh: '启动时自动生成证书', en: 'A certificate is made at the start' }, remedy: null };
  const [days, end] = [Math.floor(daysLeft(shown, nowMs)), shown.certificate.validToDate.toISOString().slice(0, 10)];
  const level = days < 0 ? 'wrong' : days < WARN_DAYS ? 'warn' : 'ok';
  const text = days < 0 ? { zh: `证书已于 ${end} 到期：平板打不开面板`, en: `The certificate ended on ${end}: browsers refuse it` } : { zh: `证书有效至 ${end}（还有 ${days} 天）`, en: `Certificate until ${end}, ${days} days` };
  const remedy = mode === 'own' ? { zh: '把新的证书和私钥放到原来的文件里，几分钟内自动生效。', en: 'Put a new certificate and key into the same files; they are taken up within minutes.' } : { zh: '重新启动主机程序，会生成新的证书。', en: 'Start the agent again: it makes a new one.' };
  return { name, level, title, text, remedy: level === 'ok' ? null : remedy };
} // prettier-ignore

/** Of a door that may not be open yet: its files are read, nothing is made. */
function doorItemOfFiles(section: 'panel' | 'ingest', door: Door, dataFolder: string, nowMs: number): HealthItem | null {
  if (isOwnMachine(door.host) || door.tls.mode === 'off') return doorItem(section, door, null, nowMs);
  if (door.tls.mode === 'self-signed') return doorItem(section, door, existsSync(path.join(dataFolder, 'tls')) ? kept(path.join(dataFolder, 'tls')) : null, nowMs);
  try {
    return doorItem(section, door, ofFiles(`${section}.tls`, door.tls, nowMs), nowMs);
  } catch (error) {
    const { message } = error as Error;
    return { ...doorItem(section, door, null, nowMs)!, level: 'wrong', text: { zh: message, en: message }, remedy: null };
  }
} // prettier-ignore

/** Doors that other machines may come in by, with how and until when, as "before air" and `livecue doctor` tell it. */
export function doorItems({ panel, ingest }: Pick<AgentConfig, 'panel' | 'ingest'>, dataFolder: string, nowMs: number): HealthItem[] {
  const items = [doorItemOfFiles('panel', panel, dataFolder, nowMs), doorItemOfFiles('ingest', ingest, dataFolder, nowMs)];
  return items.filter((item) => item !== null);
} // prettier-ignore
