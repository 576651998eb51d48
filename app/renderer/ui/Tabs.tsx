import './tabs.css';

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly href: string;
}

/** The parts of a room as links; the current one is marked by weight and a bar. */
export function Tabs({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) {
  return (
    <nav aria-label={label} className="tabs">
      {tabs.map((tab) => (
        <a key={tab.id} href={tab.href} aria-current={tab.id === current ? 'true' : undefined}>
          {tab.label}
        </a>
      ))}
    </nav>
  );
}
