import { useTranslation } from 'react-i18next';
import type { FieldChange } from '@livecue/shared/contract';
import type { en } from '../words/en.ts';

type FieldKey = keyof (typeof en)['catalogue']['field'];

/** The words for a thing that a product has. A point in a key of words would mean a level. */
export function useFieldName(): (field: FieldChange['field']) => string {
  const { t } = useTranslation();
  return (field) => t(`catalogue.field.${field.replace('.', '_') as FieldKey}`);
}
