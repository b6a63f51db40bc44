import net from 'node:net';

const LOCAL = new Set(['127.0.0.1', '::1', 'localhost', undefined]);

/**
 * Watches every connection that the process opens, whatever library opens it. `end` puts things back
 * and returns the hosts that are not this machine.
 */
export function watchConnections(): { end(): string[] } {
  // Called as a method below; the prototype is the only place that all libraries go through.
  const original = net.Socket.prototype.connect;
  const outside: string[] = [];
  net.Socket.prototype.connect = function connect(this: net.Socket, ...args: unknown[]) {
    const first = Array.isArray(args[0]) ? (args[0] as unknown[])[0] : args[0];
    const host = typeof first === 'object' && first !== null ? (first as { host?: string }).host : typeof args[1] === 'string' ? args[1] : undefined; // prettier-ignore
    const isPipe = typeof first === 'object' && first !== null && 'path' in first && typeof first.path === 'string';
    if (!isPipe && !LOCAL.has(host)) outside.push(String(host));
    return (original as (...all: unknown[]) => net.Socket).apply(this, args);
  } as typeof original;
  return {
    end() {
      net.Socket.prototype.connect = original;
      return outside;
    },
  };
}
