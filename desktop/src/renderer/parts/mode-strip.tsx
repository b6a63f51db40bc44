import { useTranslation } from 'react-i18next';
import type { PanelState } from '@livecue/shared/contract';
import { FlaskConical } from 'lucide-react';

/** On every screen whenever this is not the real room. */
export function ModeStrip({ mode }: { mode: PanelState['mode'] }) {
  const { i18n } = useTranslation();
  if (mode === 'live') return null;
  // Both languages, whatever the panel speaks: everybody who looks must understand this one.
  const words = ['zh', 'en'].map((lng) => i18n.getFixedT(lng)(`mode.${mode}`));
  return (
    <div className="mode-strip" role="note">
      <FlaskConical aria-hidden="true" size={14} />
      <span>{words.join(' · ')}</span>
    </div>
  );
}
