import { available, everywhere, useActionsStore, type Action } from '../actions/registry.ts';
import { t } from '../messages/en.ts';
import { capital } from '../messages/format.ts';
import { Dialog, Key } from '../ui/index.ts';

function Group({
  title,
  actions,
}: {
  title: string;
  actions: readonly Pick<Action, 'id' | 'label' | 'shortcut'>[];
}) {
  if (actions.length === 0) return null;
  return (
    <section className="keys-group">
      <h3>{title}</h3>
      <dl>
        {actions.map((action) => (
          <div key={action.id}>
            <dt>
              <Key shortcut={action.shortcut ?? ''} />
            </dt>
            <dd>{capital(action.label)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Every available key, those of the view first. */
export function Keys({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const scopes = useActionsStore((state) => state.scopes);
  const actions = available({ scopes }).filter((action) => action.shortcut !== undefined);
  const outer = new Set(scopes.find((scope) => scope.name === everywhere)?.actions.map(({ id }) => id));
  const lists = t.shell.keys.listKeys.map(([shortcut, label]) => ({ id: shortcut, shortcut, label }));
  return (
    <Dialog title={t.shell.keys.title} isOpen={isOpen} onClose={onClose} width="wide">
      <div className="keys">
        <Group title={t.shell.keys.here} actions={actions.filter(({ id }) => !outer.has(id))} />
        <Group title={t.shell.keys.lists} actions={lists} />
        <Group title={t.shell.keys.everywhere} actions={actions.filter(({ id }) => outer.has(id))} />
      </div>
    </Dialog>
  );
}
