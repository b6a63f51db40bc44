import type { Catalogue } from '@livecue/shared/contract';
import { createAudience } from './audience.ts';
import { simulatedProducts } from './catalogue.ts';
import { createChat } from './chat.ts';
import type { SimulatedProduct } from './demo-products.ts';
import { createHost, type SimulatedHost } from './host.ts';
import { createCrowd } from './host-crowd.ts';
import type { HostConfig } from './host-effects.ts';
import { createNeeds } from './host-needs.ts';
import { createHostedShow } from './host-show.ts';
import { scheduleInjections } from './injections.ts';
import type { Profile } from './profiles.ts';
import { createSales } from './sales.ts';
import { createShelf } from './shelf.ts';
import { createShow } from './show.ts';
import type { TruthItem } from './truth.ts';
import { createWorld, type SimulatedEvent } from './world.ts';

export interface SimulatedRoomConfig {
  readonly seed: number;
  /** Event time of the first event, Unix ms, whole. */
  readonly startMs: number;
  /** Length of the show in ms; null: it never ends. */
  readonly durationMs: number | null;
  readonly profile: Profile;
  /** Sources are `live/simulator/<roomId>` and `shop/simulator/<roomId>`. */
  readonly roomId: string;
  /** What is sold; absent: as many simulated products as the profile says. */
  readonly products?: readonly SimulatedProduct[];
  /** A host who can be told something. Absent: one who goes his own way, and chance that is not synchronised. */
  readonly host?: HostConfig;
}

/** A seeded live commerce room that is made as far as it is asked for. The same configuration gives the same events. */
export interface SimulatedRoom {
  readonly catalogue: Catalogue;
  /** The show is over and all of it has been handed out. */
  readonly ended: boolean;
  /** Events with event time before `untilMs` that have not been handed out, in event-time order. */
  next(untilMs: number): SimulatedEvent[];
  /** What has come true and was not handed out yet; things end, and are told, in the order of their end. */
  truth(): TruthItem[];
  /** Null where no host was asked for. */
  readonly host: SimulatedHost | null;
}

export function createSimulatedRoom(config: SimulatedRoomConfig): SimulatedRoom {
  const { profile, startMs, roomId } = config;
  const products = config.products ?? simulatedProducts(profile.products);
  const { world, output } = createWorld({
    seed: config.seed,
    startMs,
    roomId,
    synchronised: config.host !== undefined,
  });
  world.agenda.at(startMs, () => world.emit('live.room.started', { startTime: new Date(startMs).toISOString() }));
  const people = createAudience(world, profile);
  const shelf = createShelf(world, products);
  const crowd = config.host === undefined ? null : createCrowd(world, people);
  const audience = crowd?.audience ?? people;
  const hosted =
    crowd === null || config.host === undefined ? null : createHostedShow(world, shelf, crowd, config.host.effects);
  const show = hosted ?? createShow(world, shelf, profile.opening);
  const sales = createSales(world, { audience, shelf, show }, profile.joinsPerS);
  const chat = createChat(world, { audience, shelf, show }, profile);
  scheduleInjections({ world, audience, shelf, show, sales, chat, profile });
  let host: SimulatedHost | null = null;
  if (config.host !== undefined && crowd !== null && hosted !== null) {
    const needs = createNeeds(world, { crowd, shelf, show: hosted, sales }, config.host.effects);
    host = createHost(world, { crowd, shelf, show: hosted, needs }, config.host);
  }

  let ended = false;
  if (config.durationMs !== null) {
    const endMs = startMs + config.durationMs;
    world.agenda.at(endMs, () => {
      ended = true;
      show.end();
      world.emit('live.room.ended', { endTime: new Date(endMs).toISOString() });
      world.end();
    });
  }
  return {
    catalogue: { version: 1, products: products.map(({ product }) => product) },
    get ended() {
      return ended;
    },
    next(untilMs) {
      world.agenda.runUntil(untilMs);
      return output.events();
    },
    truth: output.truth,
    host,
  };
}
