const PREFIX = 'impulse.draft.';
const MAX_DRAFTS = 40;

export interface PostDraft {
  readonly text: string;
  readonly subject: string;
}

/** The draft stored under this key, or null. */
export function readDraft(storage: Storage, key: string): PostDraft | null {
  try {
    const held: unknown = JSON.parse(storage.getItem(PREFIX + key) ?? 'null');
    if (typeof held !== 'object' || held === null || !('text' in held) || !('subject' in held)) return null;
    return typeof held.text === 'string' && typeof held.subject === 'string'
      ? { text: held.text, subject: held.subject }
      : null;
  } catch {
    return null;
  }
}

/**
 * Stores a draft, or deletes it if it is empty. If storage is full, the draft is lost, but the window stays
 * open.
 */
export function keepDraft(storage: Storage, key: string, draft: PostDraft): void {
  if (draft.text.trim() === '' && draft.subject.trim() === '') return storage.removeItem(PREFIX + key);
  const mine = Object.keys(storage).filter((name) => name.startsWith(PREFIX));
  if (mine.length > MAX_DRAFTS && mine[0] !== undefined) storage.removeItem(mine[0]);
  try {
    storage.setItem(PREFIX + key, JSON.stringify(draft));
  } catch {
    // Storage failed; the text is still in the field.
  }
}
