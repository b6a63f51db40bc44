import { AgentConfig, overlay, type PANEL_VERBS, type PanelVerb, type SettingsPreview } from '@livecue/shared/contract';
import type * as z from 'zod';
import type { PanelCaller } from '../ports.ts';
import type { CatalogueBook } from './catalogue-book.ts';
import type { FleetControl } from './fleet-part.ts';
import type { SecretBook } from './secret-book.ts';
import type { SettingsBook } from './settings-book.ts';
import type { SetupKeeper } from './setup-keeper.ts';
import type { Uploads } from './uploads.ts';

export type SettingsVerb = Extract<PanelVerb, `settings.${string}` | `setup.${string}` | `backup.${string}`>;
export type SettingsArgs<V extends SettingsVerb> = z.output<(typeof PANEL_VERBS)[V]['args']>;
export type SettingsResult<V extends SettingsVerb> = z.output<(typeof PANEL_VERBS)[V]['result']>;

export interface SettingsDeskPorts {
  readonly book: SettingsBook;
  readonly secrets: SecretBook;
  readonly keeper: SetupKeeper;
  readonly catalogue: CatalogueBook;
  readonly uploads: Uploads;
  /** Of the agent that runs. */
  readonly control: Pick<FleetControl, 'again' | 'showRuns' | 'remote'>;
  readonly nowMs: () => number;
}

/** Who made a change, for the list of versions. */
export const nameOf = ({ role, name, device }: PanelCaller): string => `${role} · ${name === '' ? device : name}`;

export async function previewed(
  { book, control }: Pick<SettingsDeskPorts, 'book' | 'control'>,
  settings: unknown,
): Promise<SettingsPreview> {
  const preview = await book.preview(settings);
  const { data: config } = AgentConfig.safeParse(settings);
  const falls = config !== undefined && preview.problems.length === 0 && !overlay(config, control.remote.over).ok;
  const warnings = falls ? [...preview.warnings, 'cloud-falls-away' as const] : preview.warnings;
  return { ...preview, warnings, showRuns: control.showRuns() };
}
