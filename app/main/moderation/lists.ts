import type { Decision, Finding } from './decision.ts';
import type { Normalised } from './normalise.ts';

/** Words and domains that a community blocks, and the decision on a message that contains one. */
export interface BlockList {
  readonly words: ReadonlySet<string>;
  /** Lower case, without `www.`; a domain includes all its subdomains. */
  readonly domains: ReadonlySet<string>;
  readonly decision: Exclude<Decision, 'publish'>;
}

/** The contents of a list's text. */
export interface ImportedList {
  readonly words: readonly string[];
  readonly domains: readonly string[];
  /** Numbers of lines that are neither. */
  readonly refused: readonly number[];
}

const MAX_ENTRIES = 200_000;
const MAX_LINE = 300;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}$/;
const WORD = /^[\p{L}\p{N}]{2,40}$/u;
const HOSTS_LINE = /^(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+/;
const ADBLOCK_LINE = /^\|\|([^^/$]+)\^?/;
const MAX_LOOKED_AT = 64_000;
/** Names with more labels exist, but an unbounded search would cost the square of a long chain of dots. */
const HOST_IN_TEXT = /(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z][a-z0-9-]{1,62}/gi;

/**
 * Reads a list: one word or domain per line; `#` and `!` begin comments. Lines of hosts files (`0.0.0.0
 * domain`) and of ad blockers (`||domain^`) are accepted as well.
 */
export function importList(text: string): ImportedList {
  const words = new Set<string>();
  const domains = new Set<string>();
  const refused: number[] = [];
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const comment = raw.search(/(?:^|\s)[#!]/);
    const line = (comment < 0 ? raw : raw.slice(0, comment)).trim().toLowerCase();
    if (line === '') continue;
    const entry = ADBLOCK_LINE.exec(line)?.[1] ?? line.replace(HOSTS_LINE, '');
    const full = words.size + domains.size >= MAX_ENTRIES;
    if (full || line.length > MAX_LINE) refused.push(at + 1);
    else if (DOMAIN.test(entry)) domains.add(withoutWww(entry));
    else if (WORD.test(entry)) words.add(entry);
    else refused.push(at + 1);
  }
  return { words: [...words], domains: [...domains], refused };
}

/** The hosts that a text names, lower case, without `www.`, each once. */
export function hostsIn(text: string): string[] {
  return [
    ...new Set(
      [...text.slice(0, MAX_LOOKED_AT).matchAll(HOST_IN_TEXT)].map(([host]) =>
        withoutWww(host.toLowerCase()),
      ),
    ),
  ];
}

/** The findings of a list for a message; words are matched after normalisation, with disguises undone. */
export function findListed(list: BlockList, text: string, { readings }: Normalised): Finding[] {
  const words = new Set(readings.flatMap((reading) => reading.words).filter((word) => list.words.has(word)));
  const domains = hostsIn(text).filter((host) => isListed(list.domains, host));
  const finding = (code: string, detail: string): Finding => ({
    decision: list.decision,
    reason: { code, detail },
  });
  return [
    ...[...words].map((word) => finding('word', word)),
    ...domains.map((host) => finding('domain', host)),
  ];
}

function isListed(domains: ReadonlySet<string>, host: string): boolean {
  for (let rest = host; rest.includes('.'); rest = rest.slice(rest.indexOf('.') + 1)) {
    if (domains.has(rest)) return true;
  }
  return false;
}

const withoutWww = (host: string) => host.replace(/^www\./, '');
