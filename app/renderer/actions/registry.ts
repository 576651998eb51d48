import { useEffect, useId, useRef } from 'react';
import { create } from 'zustand';

/** The group of an action in the menu, the palette and the list of keys. */
export type ActionSection = 'go' | 'view' | 'community' | 'node' | 'help';

/** A user action, as data: it feeds menu, shortcut, palette, bottom line and accessible name. */
export interface Action {
  readonly id: string;
  readonly label: string;
  readonly section: ActionSection;
  /** One key (`n`, `1`, `?`) or a chord (`ctrl+k`). Single keys are ignored while a person types. */
  readonly shortcut?: string;
  /** Whether the action is available; if omitted, always. */
  readonly when?: () => boolean;
  readonly run: () => void;
  /** The spoken command, if the label does not serve. */
  readonly speech?: string;
  /** Shown in the bottom line. */
  readonly line?: boolean;
}

/** The scope of global actions: always the outermost, whenever it was opened. */
export const everywhere = 'everywhere';

interface ActionsState {
  /** Scopes in the order they were opened; a later scope wins a shared key. */
  scopes: readonly { readonly name: string; readonly actions: readonly Action[] }[];
  open: (name: string, actions: readonly Action[]) => void;
  close: (name: string) => void;
}

export const useActionsStore = create<ActionsState>((set) => ({
  scopes: [],
  open: (name, actions) =>
    set(({ scopes }) =>
      scopes.some((scope) => scope.name === name)
        ? { scopes: scopes.map((scope) => (scope.name === name ? { name, actions } : scope)) }
        : { scopes: name === everywhere ? [{ name, actions }, ...scopes] : [...scopes, { name, actions }] },
    ),
  close: (name) => set(({ scopes }) => ({ scopes: scopes.filter((scope) => scope.name !== name) })),
}));

/**
 * Offers actions while the component is mounted. The list may be written inline: it is registered again only
 * when an id, label, shortcut or availability changes, and runs the latest closures.
 */
export function useActions(actions: readonly Action[], scope?: string): void {
  const own = useId();
  const name = scope ?? own;
  const latest = useRef(actions);
  const shape = JSON.stringify(
    actions.map((action) => [action.id, action.label, action.shortcut, action.line, action.when?.() ?? true]),
  );
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const find = (id: string) => latest.current.find((action) => action.id === id);
    const registered = latest.current.map((action): Action => ({
      ...action,
      when: () => find(action.id)?.when?.() ?? true,
      run: () => find(action.id)?.run(),
    }));
    useActionsStore.getState().open(name, registered);
  }, [name, shape]);
  useEffect(() => () => useActionsStore.getState().close(name), [name]);
}

/** All available actions, the innermost scope first; an outer action whose key is taken loses the key. */
export function available(state: Pick<ActionsState, 'scopes'> = useActionsStore.getState()): Action[] {
  const taken = new Set<string>();
  const seen = new Set<string>();
  const result: Action[] = [];
  for (const scope of state.scopes.toReversed()) {
    for (const action of scope.actions) {
      if (seen.has(action.id) || !(action.when?.() ?? true)) continue;
      seen.add(action.id);
      const key = action.shortcut?.toLowerCase();
      if (key === undefined || !taken.has(key)) {
        result.push(action);
        if (key !== undefined) taken.add(key);
      } else {
        const { shortcut: _lost, ...rest } = action;
        result.push(rest);
      }
    }
  }
  return result;
}

/** Shortcuts that two actions of one scope share, as “key: first, second”. */
export function clashes(actions: readonly Action[]): string[] {
  const byKey = Map.groupBy(
    actions.filter((action) => action.shortcut !== undefined),
    (action) => (action.shortcut ?? '').toLowerCase(),
  );
  return [...byKey]
    .filter(([, group]) => group.length > 1)
    .map(([key, group]) => `${key}: ${group.map((action) => action.id).join(', ')}`);
}
