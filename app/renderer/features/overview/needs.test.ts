import { describe, expect, test } from 'vitest';
import type { Notice } from '../../../contract/index.ts';
import { asksForPhrase, dutiesOf, verdictOf } from './needs.ts';

const notice = (severity: Notice['severity'], code = 'disk', action: string | null = null): Notice => ({
  id: code,
  code,
  severity,
  message: 'The disk is 86% full.',
  remedy: null,
  action,
  since: 0,
});
const me = (phraseConfirmed: boolean) => ({
  did: 'did:key:z6Mk',
  handle: 'Mara',
  role: 'sysop',
  phraseConfirmed,
});
const calm = {
  phase: 'ready',
  reachability: { verdict: 'direct', testedAt: 0 },
  notices: [] as Notice[],
  me: me(true),
} as const;

describe('what needs someone', () => {
  test('information is no duty, attention and danger are', () => {
    const notices = [notice('info'), notice('attention'), notice('danger')];
    expect(dutiesOf({ notices, me: me(true) })).toBe(2);
  });

  test('a phrase nobody wrote down is a duty, asked for once', () => {
    expect(asksForPhrase({ notices: [], me: me(false) })).toBe(true);
    const asked = notice('attention', 'phrase-unconfirmed', 'settings.phrase');
    expect(asksForPhrase({ notices: [asked], me: me(false) })).toBe(false);
  });

  test('a word about the passphrase of the keys does not stand in for the recovery phrase', () => {
    expect(asksForPhrase({ notices: [notice('info', 'passphrase-beside-keys')], me: me(false) })).toBe(true);
  });
});

describe('the sentence of the board', () => {
  test('says that all is well only when nothing waits', () => {
    expect(verdictOf(calm)).toEqual({ words: 'All well.', tone: 'green' });
    expect(verdictOf({ ...calm, me: me(false) })).toEqual({ words: 'One thing needs you.', tone: 'amber' });
  });

  test('danger and a lost network come before duties', () => {
    expect(verdictOf({ ...calm, notices: [notice('danger')] }).tone).toBe('red');
    const reachability = { verdict: 'offline', testedAt: null } as const;
    expect(verdictOf({ ...calm, reachability, me: me(false) }).words).toBe('Off the network.');
  });
});
