import { useEffect, useId, useRef, useState } from 'react';
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
  /** Runs in place of `run` when the key goes down; what it returns runs when the key is released. */
  readonly hold?: () => () => void;
  /** The spoken command, if the label does not serve. */
  readonly speech?: string;
  /** Shown in the bottom line. */
  readonly line?: boolean;
}

/** The scope of global actions: always the outermost, whenever it was opened. */
export const everywhere = 'everywhere';

interface Scope {
  readonly name: string;
  readonly actions: readonly Action[];
}

interface ActionsState {
  /** Scopes from the outermost to the innermost; an inner scope wins a shared key. */
  scopes: readonly (Scope & { readonly order?: number })[];
  /** `order` rises from outer to inner scopes. */
  open: (scope: Scope, order: number) => void;
  close: (name: string) => void;
}

export const useActionsStore = create<ActionsState>((set) => ({
  scopes: [],
  open: (scope, order) =>
    set(({ scopes }) => ({
      scopes: [...scopes.filter(({ name }) => name !== scope.name), { ...scope, order }].toSorted(
        (one, other) => (one.order ?? 0) - (other.order ?? 0),
      ),
    })),
  close: (name) => set(({ scopes }) => ({ scopes: scopes.filter((scope) => scope.name !== name) })),
}));

let drawn = 0;
/** Components are first drawn from the outermost to the innermost; their effects run the other way round. */
const nextOrder = (): number => (drawn += 1);

/**
 * Offers actions while the component is mounted. The list may be written inline: it is registered again only
 * when an id, label, shortcut or availability changes, and runs the latest closures.
 */
export function useActions(actions: readonly Action[], scope?: string): void {
  const own = useId();
  const name = scope ?? own;
  const [order] = useState(nextOrder);
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
      ...(action.hold === undefined ? {} : { hold: () => find(action.id)?.hold?.() ?? (() => undefined) }),
    }));
    useActionsStore.getState().open({ name, actions: registered }, name === everywhere ? 0 : order);
  }, [name, order, shape]);
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
