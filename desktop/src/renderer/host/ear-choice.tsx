import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TriangleAlert } from 'lucide-react';
import { usePanel } from '../live/use-live.tsx';
import { OWN_OUTPUT, type EarOutput, type Outputs } from './ear-cue.ts';
import { browserPorts, readOutputs } from './ear-sound.ts';
import type { Ear } from './use-ear-cue.ts';

const NOT_READ: Outputs = { known: false, why: 'none' };

/** The outputs of now, read again when one comes or goes; `again` reads them at once. */
function useOutputs(): { outputs: Outputs | null; again: () => void } {
  const [outputs, set] = useState<Outputs | null>(null);
  const [round, setRound] = useState(0);
  const again = () => setRound((n) => n + 1);
  useEffect(() => {
    const ports = browserPorts();
    let gone = false;
    const read = () =>
      void readOutputs(ports).then(
        (found) => (gone ? undefined : set(found)),
        () => (gone ? undefined : set(NOT_READ)),
      );
    read();
    ports.devices?.addEventListener('devicechange', read);
    return () => {
      gone = true;
      ports.devices?.removeEventListener('devicechange', read);
    };
  }, [round]);
  return { outputs, again };
}

/** Why no output can be chosen, and the way to it where there is one. */
function WhyNone({ why, again }: { why: (Outputs & { known: false })['why']; again: () => void }) {
  const { t } = useTranslation();
  const { client } = usePanel();
  const [refused, setRefused] = useState(false);
  async function askForNames(): Promise<void> {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      for (const track of stream.getTracks()) track.stop();
      again();
    } catch {
      setRefused(true);
    }
  }
  // The desktop gives nobody the microphone.
  const mayAsk = why === 'unnamed' && client.kind === 'browser';
  return (
    <>
      <p className="ear-note">{t(`ear.why.${refused ? 'refused' : why}`)}</p>
      {mayAsk ? (
        <button type="button" className="button" onClick={() => void askForNames()}>
          {t('ear.name')}
        </button>
      ) : null}
    </>
  );
}

interface Props {
  readonly chosen: EarOutput | null;
  readonly ear: Ear;
  readonly onChoose: (output: EarOutput | null) => void;
}

/** Off, or one of the outputs; the device's own one only where there is no list, with what that means. */
export function EarChoice({ chosen, ear, onChoose }: Props) {
  const { t } = useTranslation();
  const { outputs, again } = useOutputs();
  const list = outputs?.known === true ? outputs.list : [];
  const isOwn = chosen?.id === OWN_OUTPUT;
  const isAway = chosen !== null && !isOwn && !list.some(({ id }) => id === chosen.id);
  const offered: [EarOutput | null, string][] = [
    [null, t('ear.off')],
    ...list.map((output): [EarOutput, string] => [output, output.label]),
    ...(isAway && outputs !== null ? [[chosen, t('ear.away', { name: chosen.label })] satisfies [EarOutput, string]] : []),
    ...(isOwn || outputs?.known === false ? [[{ id: OWN_OUTPUT, label: '' }, t('ear.own')] satisfies [EarOutput, string]] : []),
  ]; // prettier-ignore
  return (
    <fieldset className="ear-choice">
      <legend>{t('ear.title')}</legend>
      <p className="ear-note">{t('ear.about')}</p>
      <div className="choices">
        {offered.map(([output, words]) => (
          <label key={output?.id ?? ''}>
            <input type="radio" name="ear" checked={output?.id === chosen?.id} onChange={() => onChoose(output)} />
            <span>{words}</span>
          </label>
        ))}
        <button type="button" className="button" disabled={chosen === null} onClick={ear.playOnce}>
          {t('ear.playOnce')}
        </button>
      </div>
      {outputs?.known === false ? <WhyNone why={outputs.why} again={again} /> : null}
      {isOwn ? (
        <p className="ear-note warn-text">
          <TriangleAlert aria-hidden="true" size={16} /> {t('ear.onAir')}
        </p>
      ) : null}
      <p className="ear-note" role="status">
        {ear.state === 'gone' ? t('ear.goneDo') : ear.state === 'asleep' ? t('ear.asleepDo') : null}
      </p>
    </fieldset>
  );
}
