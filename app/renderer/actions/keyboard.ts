import { available } from './registry.ts';

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** A key press as a shortcut is written: `n`, `?`, `ctrl+k`. The command key counts as Control. */
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

/** Whether single letters belong to what has the focus and not to the console. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(`${typingIn}, ${ownKeys}`) !== null;
}

/** From anywhere in a view, j and k lead to the current row of its first list; the list takes over from there. */
function enterList(event: KeyboardEvent): void {
  const row = document.querySelector<HTMLElement>('main [role="grid"] [role="row"][tabindex="0"]');
  if (row === null || row.contains(document.activeElement)) return;
  event.preventDefault();
  row.focus();
}

/** Runs the action whose shortcut is pressed. Returns what takes the listener off again. */
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
    action.run();
  };
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}
