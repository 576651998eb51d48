import { count } from '../messages/format.ts';
import './tabs.css';

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly href: string;
  /** How much is behind it; left out, nothing is said. */
  readonly count?: number | null;
  /** Whether what is behind it needs someone. */
  readonly calls?: boolean;
}

/** The parts of a room as links, the current one marked by weight and a bar. */
export function Tabs({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) {
  return (
    <nav aria-label={label} className="tabs">
      {tabs.map((tab) => (
        <a key={tab.id} href={tab.href} aria-current={tab.id === current ? 'true' : undefined}>
          {tab.label}
          {tab.count !== undefined && tab.count !== null && (
            <span className={`tabs-count mono ${tab.calls && tab.count > 0 ? 'amber' : ''}`}>
              {count(tab.count)}
            </span>
          )}
        </a>
      ))}
    </nav>
  );
}
