import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommentFilter, ProductState } from '@livecue/shared/contract';
import { CommentMark } from '@livecue/shared/contract';
import { Search, X } from 'lucide-react';
import type { Intent } from '@livecue/shared/insight';
import { useUnits } from '../../words/units.ts';
import { ALL_COMMENTS } from './comment-feed.ts';
import { CHOICES } from './label-keys.ts';

export function isFiltered(filter: CommentFilter): boolean {
  return filter.intent !== null || filter.productId !== null || filter.mark !== null || filter.text !== '';
}

const orNull = <T extends string>(value: string): T | null => (value === '' ? null : (value as T));

/** Intent, product, mark and words to look for; all of them must hold. */
export function CommentFilters(props: {
  filter: CommentFilter;
  products: readonly ProductState[];
  search: RefObject<HTMLInputElement | null>;
  onFilter: (filter: CommentFilter) => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const { filter, onFilter } = props;
  return (
    <div className="comment-filters" role="search" aria-label={t('comments.filter')}>
      <select
        aria-label={t('comments.byIntent')}
        value={filter.intent ?? ''}
        onChange={({ target }) => onFilter({ ...filter, intent: orNull<Intent>(target.value) })}
      >
        <option value="">{t('comments.anyIntent')}</option>
        {CHOICES.map((intent) => (
          <option key={intent} value={intent}>
            {t(`intent.${intent}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={t('comments.byProduct')}
        value={filter.productId ?? ''}
        onChange={({ target }) => onFilter({ ...filter, productId: orNull(target.value) })}
      >
        <option value="">{t('comments.anyProduct')}</option>
        {props.products.map(({ productId, linkNumber, name }) => (
          <option key={productId} value={productId}>
            {linkNumber ?? '–'} {units.words(name)}
          </option>
        ))}
      </select>
      <select
        aria-label={t('comments.byMark')}
        value={filter.mark ?? ''}
        onChange={({ target }) => onFilter({ ...filter, mark: orNull<CommentMark>(target.value) })}
      >
        <option value="">{t('comments.anyMark')}</option>
        {CommentMark.options.map((mark) => (
          <option key={mark} value={mark}>
            {t(`comments.mark.${mark}`)}
          </option>
        ))}
      </select>
      <label className="comment-search">
        <Search size={14} aria-hidden="true" />
        <input
          ref={props.search}
          type="search"
          maxLength={100}
          aria-label={t('comments.search')}
          placeholder={t('comments.search')}
          value={filter.text}
          onChange={({ target }) => onFilter({ ...filter, text: target.value })}
        />
      </label>
      {isFiltered(filter) ? (
        <button type="button" className="button small" onClick={() => onFilter(ALL_COMMENTS)}>
          <X size={12} aria-hidden="true" /> {t('comments.clear')}
        </button>
      ) : null}
    </div>
  );
}
