import { generateKeyPairSync, randomBytes, sign, createPrivateKey, createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import * as x509 from '@peculiar/asn1-x509';

const DAY_MS = 86_400_000;
/** Browsers take no longer ones than 398 days; the day before now is for tablets whose clock is behind. */
const DAYS = { before: 1, after: 396 };
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/** A new EC P-256 key as PKCS #8 in PEM. */
export function makeKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/**
 * A certificate in PEM (RFC 5280) that `keyPem` signs for itself: of a server, not of an authority, for `names` (host
 * names and addresses), valid from a day before `nowMs` for 397 days.
 */
export function selfSigned(keyPem: string, names: readonly string[], nowMs: number): string {
  const key = createPrivateKey(keyPem);
  const algorithm = new x509.AlgorithmIdentifier({ algorithm: ECDSA_SHA256 });
  // Who has to trust it by hand should see whose it is.
  const name = new x509.Name([[new x509.AttributeTypeAndValue({ type: COMMON_NAME, value: new x509.AttributeValue({ utf8String: `LiveCue ${names[0] ?? ''}`.trim().slice(0, 64) }) })]].map((parts) => new x509.RelativeDistinguishedName(parts))); // prettier-ignore
  const tbsCertificate = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: serial(),
    signature: algorithm,
    issuer: name,
    subject: name,
    validity: new x509.Validity({ notBefore: new Date(nowMs - DAYS.before * DAY_MS), notAfter: new Date(nowMs + DAYS.after * DAY_MS) }),
    subjectPublicKeyInfo: AsnConvert.parse(createPublicKey(key).export({ type: 'spki', format: 'der' }), x509.SubjectPublicKeyInfo),
    extensions: new x509.Extensions([
      extension(x509.id_ce_basicConstraints, true, new x509.BasicConstraints({ cA: false })),
      extension(x509.id_ce_keyUsage, true, new x509.KeyUsage(x509.KeyUsageFlags.digitalSignature)),
      extension(x509.id_ce_extKeyUsage, false, new x509.ExtendedKeyUsage([SERVER_AUTH])),
      extension(x509.id_ce_subjectAltName, false, new x509.GeneralNames(names.map((each) => new x509.GeneralName(isIP(each) === 0 ? { dNSName: each } : { iPAddress: each })))),
    ]),
  }); // prettier-ignore
  const signatureValue = sign('sha256', new Uint8Array(AsnConvert.serialize(tbsCertificate)), key);
  const whole = AsnConvert.serialize(
    new x509.Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue: bufferOf(signatureValue) }),
  );
  const lines = Buffer.from(whole).toString('base64').match(/.{1,64}/g)!; // prettier-ignore
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Positive and of full length (RFC 5280, 4.1.2.2). */
function serial(): ArrayBuffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bufferOf(bytes);
}

function extension(extnID: string, critical: boolean, value: object): x509.Extension {
  return new x509.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
