import type { ReactNode } from 'react';

/** A name and what stands behind it. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="why-fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
