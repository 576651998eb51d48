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
  test('information needs no one; attention and danger do', () => {
    const notices = [notice('info'), notice('attention'), notice('danger')];
    expect(dutiesOf({ notices, me: me(true) })).toBe(2);
  });

  test('an unconfirmed phrase needs the person, counted once', () => {
    expect(asksForPhrase({ notices: [], me: me(false) })).toBe(true);
    const asked = notice('attention', 'phrase-unconfirmed', 'settings.phrase');
    expect(asksForPhrase({ notices: [asked], me: me(false) })).toBe(false);
  });

  test('a notice about the passphrase of the keys does not replace the one about the recovery phrase', () => {
    expect(asksForPhrase({ notices: [notice('info', 'passphrase-beside-keys')], me: me(false) })).toBe(true);
  });
});

describe('the sentence of the overview', () => {
  test('says that all is well only if nothing waits', () => {
    expect(verdictOf(calm)).toEqual({ words: 'All well.', tone: 'green' });
    expect(verdictOf({ ...calm, me: me(false) })).toEqual({ words: 'One thing needs you.', tone: 'amber' });
  });

  test('danger and a lost network come before everything else', () => {
    expect(verdictOf({ ...calm, notices: [notice('danger')] }).tone).toBe('red');
    const reachability = { verdict: 'offline', testedAt: null } as const;
    expect(verdictOf({ ...calm, reachability, me: me(false) }).words).toBe('Off the network.');
  });
});
