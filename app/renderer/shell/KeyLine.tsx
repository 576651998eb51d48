import { available, useActionsStore } from '../actions/registry.ts';
import { t } from '../messages/en.ts';
import { Key } from '../ui/index.ts';

/** The bottom line: the keys of the view, each also a button. */
export function KeyLine({ version }: { version: string | null }) {
  const scopes = useActionsStore((state) => state.scopes);
  const shown = available({ scopes }).filter(
    (action) => action.line === true && action.shortcut !== undefined,
  );
  return (
    <footer className="keyline">
      <ul aria-label={t.shell.keysHere}>
        {shown.map((action) => (
          <li key={action.id}>
            <button type="button" onClick={action.run}>
              <Key shortcut={action.shortcut ?? ''} /> {action.label}
            </button>
          </li>
        ))}
      </ul>
      {version !== null && <span className="mono keyline-version">{version}</span>}
    </footer>
  );
}
