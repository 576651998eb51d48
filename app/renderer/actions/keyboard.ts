import { available } from './registry.ts';

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** A key press in the notation of shortcuts: `n`, `?`, `ctrl+k`. The command key counts as Control. */
export function chordOf(event: Pressed): string {
  const parts = [
    event.ctrlKey || event.metaKey ? 'ctrl' : null,
    event.altKey ? 'alt' : null,
    event.key.toLowerCase(),
  ];
  return parts.filter((part) => part !== null).join('+');
}

const typingIn = 'input, textarea, select, [contenteditable="true"], [role="textbox"], [role="combobox"]';
const ownKeys = '[role="listbox"], [role="menu"], [role="dialog"], [role="alertdialog"]';

/** Whether single letters belong to the focused element and not to the console. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(`${typingIn}, ${ownKeys}`) !== null;
}

/**
 * Outside a list, j and k move the focus to the current row of the view’s first list; the list handles
 * further presses.
 */
function enterList(event: KeyboardEvent): void {
  const row = document.querySelector<HTMLElement>('main [role="grid"] [role="row"][tabindex="0"]');
  if (row === null || row.contains(document.activeElement)) return;
  event.preventDefault();
  row.focus();
}

/** Calls `release` when the key is let go, or when the window could no longer see that. */
function holdWhile(key: string, release: () => void): void {
  const end = new AbortController();
  const finish = () => {
    end.abort();
    release();
  };
  window.addEventListener('keyup', (event) => event.key === key && finish(), { signal: end.signal });
  window.addEventListener('blur', finish, { signal: end.signal });
}

/** Runs the action whose shortcut is pressed. Returns the function that removes the listener. */
export function installKeyboard(): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    const chord = chordOf(event);
    const single = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (single && isTyping(event.target)) return;
    const action = available().find((candidate) => candidate.shortcut?.toLowerCase() === chord);
    if (!action) {
      if (chord === 'j' || chord === 'k') enterList(event);
      return;
    }
    event.preventDefault();
    if (action.hold === undefined) action.run();
    else holdWhile(event.key, action.hold());
  };
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}
