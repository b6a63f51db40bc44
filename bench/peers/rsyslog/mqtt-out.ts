/**
 * The program that rsyslog hands its messages to (omprog with confirmMessages): rsyslog has no MQTT of its own. A
 * line is confirmed when the broker has acknowledged it; otherwise rsyslog keeps it and gives it again.
 */
import { createInterface } from 'node:readline';
import { connect } from 'mqtt';

const TOPIC = 'peers/rsyslog/windows';
const WAIT_MS = 5_000;

const client = connect(`mqtt://127.0.0.1:${process.argv[2]}`, {
  clientId: `rsyslog-${process.pid}`,
  reconnectPeriod: 1_000,
  keepalive: 5,
  queueQoSZero: false,
});
client.on('error', (error) => process.stderr.write(`mqtt-out: ${error.message}\n`));

interface Statistics {
  readonly id: string;
  readonly statistics: { readonly name: string; readonly values?: Record<string, number> };
}

/** The bucket of seconds is what the subscriber counts; the others travel as they are. */
function payloadOf(line: string): string {
  const { id, statistics } = JSON.parse(line) as Statistics;
  const values = statistics.values ?? {};
  return JSON.stringify(
    statistics.name === 'seconds' ? { id, seconds: values } : { id, seconds: {}, products: values },
  );
}

async function publish(line: string): Promise<string> {
  if (!client.connected) return 'not connected';
  const late = new Promise<string>((resolve) => setTimeout(resolve, WAIT_MS, `not acknowledged in ${WAIT_MS} ms`));
  const sent = client.publishAsync(TOPIC, payloadOf(line), { qos: 1 }).then(
    () => 'OK',
    (error: Error) => error.message,
  );
  return Promise.race([sent, late]);
}

process.stdout.write('OK\n');
for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${await publish(line)}\n`);
await client.endAsync(true);
