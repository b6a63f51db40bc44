import { useCallback, useEffect, useMemo, useState } from 'react';
import type { PanelArgs, PanelResult, PanelVerb, SettingsDone } from '@livecue/shared/contract';
import { useLive, usePanel } from '../live/use-live.tsx';
import { isSame, type JsonObject } from '../parts/json-document.ts';
import { wordsOf } from '../parts/error-words.ts';

export type Settings = PanelResult<'settings.read'>;
export type SettingsForms = PanelResult<'settings.form'>;
export type Secrets = PanelResult<'settings.secrets'>;
export type Previewed = PanelResult<'settings.preview'>;

/** While something is on its way, how it stands is asked again so often. */
const LOOK_MS = 1_000;
/** What was typed is checked once so long nothing more came. */
const CHECK_AFTER_MS = 250;

/** Settings in force, read again when the agent is back and while a change is on its way. */
export function useSettings() {
  const { client } = usePanel();
  const open = useLive().connection.kind === 'open';
  const [facts, setFacts] = useState<Settings | null>(null);
  const [forms, setForms] = useState<SettingsForms | null>(null);
  const [secrets, setSecrets] = useState<Secrets | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((n) => n + 1), []);
  useEffect(() => {
    if (!open) return undefined;
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      const [settings, form, secret] = await Promise.all([client.call('settings.read', {}), client.call('settings.form', {}), client.call('settings.secrets', {})]); // prettier-ignore
      if (gone) return;
      setFacts(settings);
      setForms((before) => (isSame(before, form) ? before : form));
      setSecrets(secret);
    };
    read().then(
      () => (gone ? undefined : setTrouble(null)),
      (error: unknown) => {
        if (gone) return;
        setTrouble(wordsOf(error));
        timer = setTimeout(again, LOOK_MS);
      },
    );
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [client, open, round, again]);
  const moves = facts?.trial != null || facts?.waiting != null;
  useEffect(() => {
    if (!moves) return undefined;
    const timer = setInterval(again, LOOK_MS);
    return () => clearInterval(timer);
  }, [moves, again]);
  return { facts, forms, secrets, trouble, setTrouble, again };
}

/** The settings as they are being written, checked by the agent a moment after each change. */
export function useDraft(facts: Settings | null) {
  const { client } = usePanel();
  const [draft, setDraft] = useState<JsonObject | null>(null);
  const [previewed, setPreviewed] = useState<{ readonly of: JsonObject; readonly preview: Previewed } | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (draft === null) return undefined;
    let gone = false;
    const check = () => {
      client.call('settings.preview', { settings: draft }).then(
        (preview) => (gone ? undefined : setPreviewed({ of: draft, preview })),
        // The agent starts again, or is busy: it is asked once more.
        () => (gone ? undefined : (timer = setTimeout(check, LOOK_MS))),
      );
    };
    let timer = setTimeout(check, CHECK_AFTER_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [client, draft, round, facts?.basis]);
  const settings = draft ?? facts?.settings ?? null;
  const isChanged = draft !== null && facts !== null && !isSame(draft, facts.settings);
  return {
    settings,
    isChanged,
    setDraft,
    /** Of the draft as it is now; null: not checked yet. */
    preview: previewed !== null && previewed.of === draft ? previewed.preview : null,
    /** Of the draft as it was checked last, so that problems do not flicker while somebody types. */
    problems: useMemo(() => (isChanged ? (previewed?.preview.problems ?? []) : []), [isChanged, previewed]),
    checkAgain: useCallback(() => setRound((n) => n + 1), []),
  };
}

type DoneVerb = { [V in PanelVerb]: PanelResult<V> extends SettingsDone ? V : never }[PanelVerb] & `set${string}`;

/** Calls that change settings, with what came of the last. */
export function useChange(again: () => void) {
  const { client } = usePanel();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<SettingsDone | { readonly failed: string } | null>(null);
  const change = useCallback(
    async <V extends DoneVerb>(verb: V, args: PanelArgs<V>): Promise<boolean> => {
      setBusy(true);
      setDone(null);
      try {
        const result = (await client.call(verb, args)) as SettingsDone;
        setDone(result);
        return result.reason === null;
      } catch (error) {
        setDone({ failed: wordsOf(error) });
        return false;
      } finally {
        setBusy(false);
        again();
      }
    },
    [client, again],
  );
  return { change, busy, done, forget: useCallback(() => setDone(null), []) };
}
