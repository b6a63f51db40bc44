import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ChevronDown } from 'lucide-react';
import { MORE_ROUTES, type Route } from '../parts/route.ts';

/** Desk and host screen at hand; all other pages in one list that opens. */
export function PageLinks({ route }: { route: Route }) {
  const { t } = useTranslation();
  const list = useRef<HTMLDetailsElement>(null);
  const more = MORE_ROUTES.find((one) => one === route);
  useEffect(() => {
    const shut = (event: Event) => {
      const { current } = list;
      const isAway = !(event.target instanceof Node) || current?.contains(event.target) !== true;
      const isEscape = event instanceof KeyboardEvent && event.key === 'Escape';
      if (current?.open === true && (isEscape || (event.type !== 'keydown' && isAway))) current.open = false;
    };
    const kinds = ['pointerdown', 'focusin', 'keydown'] as const;
    for (const kind of kinds) document.addEventListener(kind, shut);
    return () => kinds.forEach((kind) => document.removeEventListener(kind, shut));
  }, []);
  const link = (name: Route) => (
    <a key={name} href={`#/${name}`} aria-current={name === route ? 'page' : undefined} onClick={() => list.current?.removeAttribute('open')}>
      {t(`view.${name}`)}
    </a>
  );
  return (
    <nav aria-label={t('view.switch')} title={t('view.key')}>
      {(['operator', 'host'] as const).map(link)}
      <details className="pages" ref={list}>
        <summary className={more === undefined ? '' : 'here'}>
          {t(more === undefined ? 'view.more' : `view.${more}`)} <ChevronDown size={14} aria-hidden="true" />
        </summary>
        <div className="pages-list">{MORE_ROUTES.map(link)}</div>
      </details>
    </nav>
  );
} // prettier-ignore
