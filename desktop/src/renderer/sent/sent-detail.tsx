import { useTranslation } from 'react-i18next';
import type { SentMessage } from '@livecue/shared/contract';
import { Copy } from 'lucide-react';
import { useCopy } from '../parts/use-copy.ts';
import { useUnits } from '../words/units.ts';

/** One message as it is on the wire: nothing is indented, shortened or put in order. */
export function SentDetail({ message }: { message: SentMessage }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { last, copy } = useCopy();
  const shownBytes = new TextEncoder().encode(message.payload).length;
  return (
    <>
      <h2>{t('sent.topic')}</h2>
      <p className="mono wire">{message.topic}</p>
      <h2>{t('sent.properties')}</h2>
      <table className="properties">
        <tbody>
          {Object.entries(message.properties).map(([name, value]) => (
            <tr key={name}>
              <th scope="row" className="mono">
                {name}
              </th>
              <td className="mono wire">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="row-line">
        <h2>{t('sent.payload', { bytes: `${units.count(shownBytes)} B` })}</h2>
        <button type="button" className="button small row-end" onClick={() => copy(message.payload)}>
          <Copy size={12} aria-hidden="true" />{' '}
          {t(last?.text === message.payload && last.done ? 'sent.copied' : 'sent.copy')}
        </button>
      </div>
      {shownBytes === message.bytes ? null : (
        <p className="remedy">
          {t('sent.mismatch', { shown: units.count(shownBytes), bytes: units.count(message.bytes) })}
        </p>
      )}
      <pre className="payload wire" tabIndex={0}>
        {message.payload}
      </pre>
    </>
  );
}
