import { useTranslation } from 'react-i18next';
import type { ProductInterest } from '@livecue/shared/contract';
import { Minus, TrendingDown, TrendingUp } from 'lucide-react';

const ICONS = { rising: TrendingUp, steady: Minus, fading: TrendingDown } as const;

/** Where interest goes, as an arrow with its word for those who do not see it. */
export function Direction({ direction }: { direction: ProductInterest['direction'] }) {
  const { t } = useTranslation();
  const Icon = ICONS[direction];
  const word = t(`detail.direction.${direction}`);
  return (
    <span className={`direction ${direction}`} title={word} role="img" aria-label={word}>
      <Icon size={14} aria-hidden="true" />
    </span>
  );
}
