import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Plus, X } from 'lucide-react';
import { isSame, parseJson, type JsonObject } from './json-document.ts';

interface Common {
  readonly id: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: boolean;
}

/** Some texts, one a line. */
export function ListField({ value, onChange, ...common }: Common & { value: readonly string[]; onChange: (value: unknown) => void }) {
  const { t } = useTranslation();
  const take = (text: string) => onChange(text === '' ? [] : text.split('\n'));
  return <textarea {...common} rows={Math.max(2, value.length)} spellCheck={false} placeholder={t('form.lines')} value={value.join('\n')} onChange={(event) => take(event.target.value)} />;
} // prettier-ignore

/** Names and their texts. `secret`: what is typed is not shown. */
export function TableField({ value, onChange, secret = false, ...common }: Common & { value: JsonObject; onChange: (value: unknown) => void; secret?: boolean }) {
  const { t } = useTranslation();
  // Rows while they are typed: two may have the same name for a moment.
  const [rows, setRows] = useState<readonly (readonly [string, string])[]>(() => Object.entries(value).map(([key, one]) => [key, String(one)]));
  const change = (next: readonly (readonly [string, string])[]) => {
    setRows(next);
    onChange(Object.fromEntries(next.filter(([key]) => key !== '')));
  };
  return (
    <div className="schema-table" id={common.id} role="group" aria-describedby={common['aria-describedby']}>
      {rows.map(([key, text], i) => (
        <div key={i} className="schema-table-row">
          <input type="text" aria-label={t('form.name')} spellCheck={false} value={key} onChange={(event) => change(rows.map((row, j) => (i === j ? [event.target.value, text] : row)))} />
          <input type={secret ? 'password' : 'text'} autoComplete="off" aria-label={`${key}: ${t('form.value')}`} value={text} onChange={(event) => change(rows.map((row, j) => (i === j ? [key, event.target.value] : row)))} />
          <button type="button" className="icon-button" aria-label={t('form.removeRow', { name: key })} onClick={() => change(rows.filter((_row, j) => i !== j))}>
            <X size={14} aria-hidden="true" />
          </button>
        </div>
      ))}
      <button type="button" className="button small" onClick={() => change([...rows, ['', '']])}>
        <Plus size={12} aria-hidden="true" /> {t('form.addRow')}
      </button>
    </div>
  );
} // prettier-ignore

/** Rows of texts, a column each. */
export function RowsField({ columns, value, onChange, ...common }: Common & { columns: readonly string[]; value: readonly JsonObject[]; onChange: (value: unknown) => void }) {
  const { t } = useTranslation();
  const put = (i: number, column: string, text: string) => onChange(value.map((row, j) => (i === j ? { ...row, [column]: text } : row)));
  return (
    <div className="schema-table" id={common.id} role="group" aria-describedby={common['aria-describedby']}>
      {value.map((row, i) => (
        <div key={i} className="schema-rows-row" style={{ gridTemplateColumns: `repeat(${columns.length}, minmax(0, 1fr)) auto` }}>
          {columns.map((column) => (
            <input key={column} type="text" aria-label={`${i + 1}: ${column}`} placeholder={column} value={String(row[column] ?? '')} onChange={(event) => put(i, column, event.target.value)} />
          ))}
          <button type="button" className="icon-button" aria-label={t('form.removeRow', { name: String(row[columns[0] ?? ''] ?? i + 1) })} onClick={() => onChange(value.filter((_row, j) => i !== j))}>
            <X size={14} aria-hidden="true" />
          </button>
        </div>
      ))}
      <button type="button" className="button small" onClick={() => onChange([...value, Object.fromEntries(columns.map((column) => [column, '']))])}>
        <Plus size={12} aria-hidden="true" /> {t('form.addRow')}
      </button>
    </div>
  );
} // prettier-ignore

/** Anything else, as JSON; what is none yet is said and not taken. */
export function TextAreaField({ value, onChange, ...common }: Common & { value: unknown; onChange: (value: unknown) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? (value === undefined ? '' : JSON.stringify(value, null, 2));
  const parsed = text.trim() === '' ? { value: undefined } : parseJson(text);
  const change = (next: string) => {
    setTyped(next);
    const read = next.trim() === '' ? { value: undefined } : parseJson(next);
    if ('value' in read && !isSame(read.value, value)) onChange(read.value);
  };
  return (
    <div className="schema-json">
      <textarea {...common} className="mono" rows={Math.min(14, text.split('\n').length + 1)} spellCheck={false} value={text} onChange={(event) => change(event.target.value)} />
      {'value' in parsed ? null : <p className="wrong-text" role="alert">{t('form.noJson', { line: parsed.line, why: parsed.why })}</p>}
    </div>
  );
} // prettier-ignore
