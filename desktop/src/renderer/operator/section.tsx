import { useId, type ReactNode } from 'react';

/** A titled part of the desk, always in its place. */
export function Section({
  name,
  title,
  aside,
  children,
}: {
  name: string;
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={`section ${name}`} aria-labelledby={id}>
      <div className="section-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      <div className="section-body">{children}</div>
    </section>
  );
}
