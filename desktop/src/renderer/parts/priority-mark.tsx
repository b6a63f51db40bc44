import { useTranslation } from 'react-i18next';
import type { Priority } from '@livecue/shared/prompt';
import { Info, Lightbulb, Zap } from 'lucide-react';

const ICONS = { 'act-now': Zap, advice: Lightbulb, info: Info } as const;

/** Icon and word of a priority; never the colour alone. */
export function PriorityMark({ priority }: { priority: Priority }) {
  const { t } = useTranslation();
  const Icon = ICONS[priority];
  return (
    <span className={`priority ${priority}`}>
      <Icon aria-hidden="true" className="icon" strokeWidth={2.5} />
      {t(`priority.${priority}`)}
    </span>
  );
}
