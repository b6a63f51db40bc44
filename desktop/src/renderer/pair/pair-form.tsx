import { useEffect, useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { PairOutcome } from '../client/panel-client.ts';
import { usePanel } from '../live/use-live.tsx';
import { chooseLanguage } from '../words/i18n.ts';
import { useUnits } from '../words/units.ts';

/** What a screen sees that is not paired: a place for the code, and where to get one. */
export function PairForm({ firstCode }: { firstCode: string | null }) {
  const { t } = useTranslation();
  const { client } = usePanel();
  const units = useUnits();
  const [code, setCode] = useState(firstCode ?? '');
  const [outcome, setOutcome] = useState<PairOutcome | 'busy' | null>(null);
  const tried = useRef(false);

  const pair = (offered: string) => {
    setOutcome('busy');
    void client.pair(offered).then((result) => {
      setOutcome(result);
      if (!result.ok && result.reason === 'wrong-code') setCode('');
    });
  };
  useEffect(() => {
    if (firstCode === null || tried.current) return;
    tried.current = true;
    pair(firstCode);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    pair(code);
  };
  const busy = outcome === 'busy';
  const refused = outcome === null || outcome === 'busy' || outcome.ok ? null : outcome;
  return (
    <main className="pair">
      <form onSubmit={submit}>
        <div className="pair-head">
          <span className="brand">LiveCue</span>
          <button
            type="button"
            className="button small"
            onClick={() => chooseLanguage(units.language === 'zh' ? 'en' : 'zh')}
          >
            {t('top.language')}
          </button>
        </div>
        <h1>{t('pair.title')}</h1>
        <p className="dim" id="pair-lead">
          {t('pair.lead')}
        </p>
        <label htmlFor="code">{t('pair.label')}</label>
        <input
          id="code"
          className="code-input"
          value={code}
          onChange={(event) => setCode(event.target.value.replace(/\D/g, '').slice(0, 8))}
          inputMode="numeric"
          autoComplete="one-time-code"
          placeholder="0000 0000"
          aria-describedby="pair-lead pair-problem"
          aria-invalid={refused !== null}
          autoFocus
        />
        <p className="remedy pair-problem" id="pair-problem" role="alert">
          {refused === null
            ? null
            : t(`pair.${refused.reason}`, {
                age: units.age(refused.reason === 'locked' ? Math.ceil(refused.retryAfterMs / 10_000) * 10_000 : 0),
              })}
        </p>
        <button type="submit" className="button main" disabled={busy || code.length !== 8}>
          {t(busy ? 'pair.busy' : 'pair.go')}
        </button>
      </form>
    </main>
  );
}
