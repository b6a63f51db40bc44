import { PassThrough } from 'node:stream';
import type { Command } from '../command.ts';

/** A command's exit code and what it said. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command with no environment and no one to stop it. */
export async function runCommand(command: Command, args: string[]): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = [textOf(stdout), textOf(stderr)] as const;
  const code = await command(args, { stdout, stderr, env: {}, signal: new AbortController().signal });
  stdout.end();
  stderr.end();
  return { code, stdout: await said[0], stderr: await said[1] };
}

async function textOf(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
