import { useEffect, useRef } from 'react';
import { calls as words } from '../../messages/calls.ts';
import type { CallSession } from './session.ts';

/** A few reactions in a row: arrows move, Enter sends, Escape closes. */
export function Reactions({ session, onClose }: { session: CallSession; onClose: () => void }) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => row.current?.querySelector('button')?.focus(), []);
  const move = (step: number) => {
    const all = [...(row.current?.querySelectorAll('button') ?? [])];
    const at = all.findIndex((button) => button === document.activeElement);
    all[(at + step + all.length) % all.length]?.focus();
  };
  return (
    <div
      ref={row}
      className="reactions"
      role="menu"
      aria-label={words.reactionsLabel}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
        else if (event.key === 'ArrowRight') move(1);
        else if (event.key === 'ArrowLeft') move(-1);
        else return;
        event.preventDefault();
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onClose();
      }}
    >
      {words.reactions.map(([emoji, name]) => (
        <button
          key={emoji}
          type="button"
          role="menuitem"
          aria-label={name}
          title={name}
          onClick={() => {
            void session.ask({ type: 'react', emoji });
            onClose();
          }}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}
