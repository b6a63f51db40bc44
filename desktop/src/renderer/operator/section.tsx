import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { TriangleAlert } from 'lucide-react';

/** A titled part of the desk, always in its place. */
export function Section({
  name,
  title,
  aside,
  reachable = false,
  children,
}: {
  name: string;
  title: string;
  aside?: ReactNode;
  /** Scrolls without anything in it to go to by keyboard: the body itself is gone to. */
  reachable?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={`section ${name}`} aria-labelledby={id}>
      <div className="section-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      <div className="section-body" {...(reachable ? { tabIndex: 0, role: 'group', 'aria-labelledby': id } : {})}>
        {children}
      </div>
    </section>
  );
}

/** How many entries of a section are wrong: said in its head, so that none is out of sight below the edge. */
export function WrongCount({ n }: { n: number }) {
  const { t } = useTranslation();
  if (n === 0) return null;
  return (
    <span className="small wrong-text wrong-count">
      <TriangleAlert size={12} aria-hidden="true" /> {t('wrongCount', { n })}
    </span>
  );
}
