import { useTranslation } from 'react-i18next';
import { Copy } from 'lucide-react';
import { useCopy } from '../parts/use-copy.ts';

/** A text that goes into another program, with the key that copies it. */
export function CopyLine({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation();
  const { last, copy } = useCopy();
  const said = last?.text === text ? (last.done ? t('surfaces.copied') : t('surfaces.notCopied')) : '';
  return (
    <div className="copy-line">
      {label === undefined ? null : <span className="dim small copy-label">{label}</span>}
      <code className="mono">{text}</code>
      <button type="button" className="button small" onClick={() => copy(text)}>
        <Copy size={12} aria-hidden="true" /> {t('surfaces.copy')}
      </button>
      <span className="dim small" role="status">
        {said}
      </span>
    </div>
  );
}
