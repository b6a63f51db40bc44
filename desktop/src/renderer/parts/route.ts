import { useSyncExternalStore } from 'react';

/** Pages of the desk that stand in the list of the top bar, in this order. */
export const MORE_ROUTES = [
  'air',
  'catalogue',
  'rehearsal',
  'shows',
  'devices',
  'control',
  'settings',
  'templates',
  'log',
  'sent',
  'first-run',
] as const;
const ROUTES = ['host', 'operator', ...MORE_ROUTES] as const;
export type Route = (typeof ROUTES)[number];

/** A phone is held by the host; a desk belongs to the operator. */
const DESK_WIDTH = 760;

function read(): Route {
  const name = location.hash.replace(/^#\/?/, '').split(/[?/]/, 1)[0];
  const route = ROUTES.find((one) => one === name);
  if (route !== undefined) return route;
  return window.innerWidth < DESK_WIDTH ? 'host' : 'operator';
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, read);
}

export function go(route: Route): void {
  location.hash = `#/${route}`;
}

/** Whether the address names a page; without, a device goes where its role belongs. */
export const namesRoute = (): boolean => ROUTES.some((one) => location.hash.startsWith(`#/${one}`));

/** The code of `#/pair?code=12345678`, taken out of the address so that it is neither kept nor shown. */
export function takePairCode(): string | null {
  const match = /^#\/pair\?code=(\d{8})$/.exec(location.hash);
  if (match === null) return null;
  history.replaceState(null, '', location.pathname);
  return match[1] ?? null;
}
