import { describe, expect, test } from 'vitest';
import type { Notice } from '../../../contract/index.ts';
import type { Shown } from '../../stores/index.ts';
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
/** A community and its node, with what is named. */
const shown = (
  notices: Notice[] = [],
  {
    phraseConfirmed = true,
    verdict = 'direct',
  }: { phraseConfirmed?: boolean; verdict?: 'direct' | 'offline' } = {},
) =>
  ({
    node: { me: { did: 'did:key:z6Mk', phraseConfirmed }, notices },
    community: { phase: 'ready', reachability: { verdict, testedAt: null }, notices: [] as Notice[] },
  }) as unknown as Shown;

describe('what needs someone', () => {
  test('information needs no one; attention and danger do', () => {
    const notices = [notice('info'), notice('attention'), notice('danger')];
    expect(dutiesOf(shown(notices))).toBe(2);
  });

  test('an unconfirmed phrase needs the person, counted once', () => {
    expect(asksForPhrase(shown([], { phraseConfirmed: false }))).toBe(true);
    const asked = notice('attention', 'phrase-unconfirmed', 'settings.phrase');
    expect(asksForPhrase(shown([asked], { phraseConfirmed: false }))).toBe(false);
  });

  test('a notice about the passphrase of the keys does not replace the one about the recovery phrase', () => {
    expect(asksForPhrase(shown([notice('info', 'passphrase-beside-keys')], { phraseConfirmed: false }))).toBe(
      true,
    );
  });
});

describe('the sentence of the overview', () => {
  test('says that all is well only if nothing waits', () => {
    expect(verdictOf(shown())).toEqual({ words: 'All well.', tone: 'green' });
    expect(verdictOf(shown([], { phraseConfirmed: false }))).toEqual({
      words: 'One thing needs you.',
      tone: 'amber',
    });
  });

  test('danger and a lost network come before everything else', () => {
    expect(verdictOf(shown([notice('danger')])).tone).toBe('red');
    expect(verdictOf(shown([], { phraseConfirmed: false, verdict: 'offline' })).words).toBe(
      'Off the network.',
    );
    expect(verdictOf(shown([], { verdict: 'offline' }), true).words).toBe('Archived.');
  });
});
