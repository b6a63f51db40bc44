import type { ReactNode } from 'react';

/** A page with one thing to say: connecting, not matching, no agent. */
export function Notice({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  return (
    <main className="notice">
      <div className="brand">LiveCue</div>
      <h1>{title}</h1>
      {text === undefined ? null : <p>{text}</p>}
      {children}
    </main>
  );
}
