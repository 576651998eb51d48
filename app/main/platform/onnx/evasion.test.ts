import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { decide, DEFAULT_THRESHOLDS } from '../../moderation/decision.ts';
import { Classifier } from '../../moderation/classifier.ts';
import { disguises } from '../../moderation/test-disguises.ts';
import { loadModels } from './models.ts';

/** Texts that are caught unchanged, and the words in them that an evader would disguise. */
const caught = [
  ['shut up you stupid bitch, nobody wants you here', ['stupid', 'bitch']],
  ['you are a fucking retarded asshole and everybody knows it', ['fucking', 'retarded', 'asshole']],
  ['go back to your country you dirty faggots', ['faggots']],
  ['what a dumb cunt, I hope you die', ['dumb', 'cunt', 'die']],
  [
    'cheap viagra and cialis without prescription, click here, free shipping',
    ['viagra', 'cialis', 'free', 'click'],
  ],
  [
    'claim your free casino bonus now and win cash, click the link',
    ['free', 'casino', 'bonus', 'cash', 'click'],
  ],
  ['halt die fresse du dummes arschloch, verpiss dich', ['dummes', 'arschloch', 'verpiss']],
  ['cala a boca seu viado do caralho, filho da puta', ['viado', 'caralho', 'puta']],
] as const;

let classifier: Classifier;
beforeAll(async () => {
  classifier = new Classifier(await loadModels(join(import.meta.dirname, '../../../../resources/models')));
});

const decisionOf = async (text: string) =>
  decide((await classifier.judge([text]))[0]!, DEFAULT_THRESHOLDS).decision;

test.each(caught)('“%s” is held back unchanged', async (text) => {
  expect(await decisionOf(text)).not.toBe('publish');
});

test('[J2] a text that is held back stays held back however its words are disguised', async () => {
  const names = Object.keys(disguises);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...caught),
      fc.array(fc.constantFrom(...names), { minLength: 5, maxLength: 5 }),
      fc.nat(1000),
      async ([text, words], chosen, seed) => {
        const hidden = words.reduce<string>(
          (rest, word, at) => rest.replace(word, disguises[chosen[at]!]!(word, seed)),
          text,
        );
        expect(await decisionOf(hidden), hidden).not.toBe('publish');
      },
    ),
    { numRuns: 400 },
  );
}, 60_000);
