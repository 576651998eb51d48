import * as z from 'zod';
import { equalBytes } from '../../kernel/bytes.ts';
import { HANDLE_SCRIPTS, SPACING_MARKS, WITHOUT_MARKS } from './handle-scripts.ts';
import type { StateDraft, StateView } from '../types/state.ts';
import { problem } from '../problems.ts';

/** [A8] The version since which letters of a handle take marks. */
export const MARKS_SINCE = 2;

/** [A6] [A8] Letters, digits and separators of a handle at most, and all characters with the marks. */
const MAX_LETTERS = 32;
const MAX_CHARACTERS = 64;

/** [A8] Nonspacing marks after one letter at most, by UTS #39, section 5.4; as many of the others. */
const MAX_MARKS = 4;

/**
 * [A6] Letters and digits of scripts that have long been in Unicode, so that nodes whose runtimes have
 * different Unicode versions decide alike; between them blanks, dots, hyphens and underscores.
 */
const LETTERS =
  '0-9A-Za-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u024f\\u0386-\\u03ce\\u0400-\\u0481\\u048a-\\u0513\\u0531-\\u0556\\u0561-\\u0587\\u05d0-\\u05ea\\u0621-\\u064a\\u0660-\\u0669\\u0904-\\u0939\\u0966-\\u096f\\u0e01-\\u0e30\\u10d0-\\u10f0\\u1e00-\\u1e9b\\u1ea0-\\u1ef9\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fa5\\uac00-\\ud7a3';
const LETTER = `[${LETTERS}]`;
const HANDLE = new RegExp(`^${LETTER}(?:(?:${LETTER}|[ ._-]){0,30}${LETTER})?$`, 'u');

const SEPARATOR = /^[ ._-]$/;
const SPACING = new RegExp(`[${SPACING_MARKS}]`, 'gu');
const ALL_MARKS = HANDLE_SCRIPTS.map(({ marks }) => marks).join('');
/** A character with the marks that follow it. */
const CLUSTER = new RegExp(`[^${ALL_MARKS}][${ALL_MARKS}]*`, 'gu');
const ALONE = new RegExp(
  `^[${LETTERS}${WITHOUT_MARKS}${HANDLE_SCRIPTS.map(({ letters }) => letters).join('')}]$`,
  'u',
);
const MARKED = HANDLE_SCRIPTS.map(
  ({ letters, marks }) => new RegExp(`^[${letters}](?<marks>[${marks}]+)$`, 'u'),
);
/** A mark that stands twice in a row, or a dot above a letter that has one: nobody sees it (UTS #39, section 5.4). */
const UNSEEN = new RegExp(`([${ALL_MARKS}])\\1|^[ij\u0456\u0458]\u0307`, 'u');

/** [A6] A handle of version 1. */
export const PlainHandle = z.string().min(2).max(MAX_LETTERS).regex(HANDLE);

/** [A6] [A8] A handle of the newest version. */
export const LedgerHandle = z
  .string()
  .max(MAX_CHARACTERS)
  .refine((handle) => isHandle(handle, MARKS_SINCE));

/** [A6] [A8] Whether a text can be a handle in a version of the protocol. */
export function isHandle(handle: string, version: number): boolean {
  return PlainHandle.safeParse(handle).success || (version >= MARKS_SINCE && isMarkedHandle(handle));
}

/** [A8] */
function isMarkedHandle(handle: string): boolean {
  if (handle.length > MAX_CHARACTERS || handle.normalize('NFC') !== handle) return false;
  const clusters = handle.match(CLUSTER) ?? [];
  // A mark at the beginning belongs to no cluster.
  if (clusters.join('') !== handle || clusters.length < 2 || clusters.length > MAX_LETTERS) return false;
  return clusters.every((cluster, place) => {
    if (SEPARATOR.test(cluster)) return place > 0 && place < clusters.length - 1;
    return ALONE.test(cluster) || isMarkedLetter(cluster);
  });
}

/** [A8] A letter with marks of its script, as many as a person can tell apart. */
function isMarkedLetter(cluster: string): boolean {
  if (UNSEEN.test(cluster)) return false;
  return MARKED.some((pattern) => {
    const marks = pattern.exec(cluster)?.groups?.['marks'];
    if (marks === undefined) return false;
    const spacing = marks.match(SPACING)?.length ?? 0;
    return spacing <= MAX_MARKS && marks.length - spacing <= MAX_MARKS;
  });
}

/** [A7] Handles are compared regardless of case and width. */
export function foldHandle(handle: string): string {
  return handle.normalize('NFKC').toLowerCase();
}

function handleEntry(handle: string): string {
  return `handle/${foldHandle(handle)}`;
}

/** The key of the account that holds a handle. */
export function holderOf(state: StateView, handle: string): Uint8Array | null {
  return state.get(handleEntry(handle));
}

/** [A7] Gives a handle to an account; refuses with `handle-taken` if another account holds it. */
export function takeHandle(state: StateDraft, handle: string, key: Uint8Array): void {
  const holder = holderOf(state, handle);
  if (holder && !equalBytes(holder, key)) {
    throw problem('handle-taken', { handle });
  }
  state.set(handleEntry(handle), key);
}

export function freeHandle(state: StateDraft, handle: string): void {
  state.set(handleEntry(handle), null);
}
