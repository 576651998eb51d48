import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hideAddresses } from './hide-addresses.ts';
import { personName, senderName } from './sender-name.ts';

test.each([
  ['Ada Vik <ada@mole.example>', 'Ada Vik'],
  ['ada@mole.example', 'ada'],
  ['<ada@mole.example>', 'ada'],
  ['ada@mole.example (Ada Vik)', 'Ada Vik'],
  ['ada at mole.example (Ada Vik)', 'Ada Vik'],
  ['Ada Vik <ada at mole.example>', 'Ada Vik'],
  ['ada at mole.example', 'ada'],
  ['ada AT mole DOT example', 'ada'],
  ['ada [at] mole [dot] example', 'ada'],
  ['ada(at)mole.example', 'ada'],
  ['ada%40mole.example', 'ada'],
  ['Ada Vik <ada(a)mole.example>', 'Ada Vik'],
  ['ada_at_mole.example', 'ada'],
  ['Ada Vik [mailto:ada@mole.example]', 'Ada Vik'],
  ['"Ada Vik (ada@mole.example)" <list@mole.example>', 'Ada Vik'],
  ['"ada@mole.example" <ada@mole.example>', 'ada'],
  ['ada@mole.example <ada@mole.example>', 'ada'],
  ['"Vik, Ada" <ada@mole.example>', 'Vik, Ada'],
  ['Vik, Ada <ada@mole.example>', 'Vik, Ada'],
  ['Ada Vik <ada@mole.example>, Bo Ek <bo@mole.example>', 'Ada Vik'],
  ['"\'Ada Vik\' via Dock" <dock@mole.example>', 'Ada Vik via Dock'],
  ['ada <ada> via <x@y.example>', 'ada'],
  ['a...@mole.example (Ada Vik)', 'Ada Vik'],
  ['a...@mole.example', 'a'],
  ['Ada Vik ADA -at- MOLE.example', 'Ada Vik'],
  ['Ada.Vik@f1.n2.z3.fidonet.example (Ada Vik)', 'Ada Vik'],
  ['Support at Mole', 'Support at Mole'],
  ['Ada Vik - ada@mole.example', 'Ada Vik'],
  ['ada ＠ mole.example (Ada Vik)', 'Ada Vik'],
  ['ada @ mole.example', 'ada'],
  ["O'Neil <o@x.example>", "O'Neil"],
  ['"\u202eevil" <x@y.example>', 'evil'],
  ['', 'unknown'],
  ['<>', 'unknown'],
  [' , ;', 'unknown'],
])('[AR15] the sender %j is shown as %j', (raw, name) => {
  expect(senderName(raw)).toBe(name);
});

test('[AR15] encoded words are decoded after the header is taken apart', () => {
  const decode = (text: string) => text.replaceAll('=2C_', ', ');
  expect(senderName('Vik=2C_Ada <ada@mole.example>', decode)).toBe('Vik, Ada');
});

test('[AR15] a person is shown by a whole name, brackets included', () => {
  expect(personName("Reza B'Far (eBuilt)")).toBe("Reza B'Far (eBuilt)");
  expect(personName('Ada <ada@mole.example>')).toBe('Ada');
  expect(personName('ada@mole.example')).toBe('ada');
});

test('[AR15] no form of a header brings an address into a name', () => {
  const word = fc.constantFrom(
    'Ada',
    'Vik',
    'ada@mole.example',
    '<',
    '>',
    '(',
    ')',
    '"',
    ',',
    ' ',
    ' at ',
    '[',
    ']',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 14 }), (words) => {
      const name = senderName(words.join(''));
      expect(name).not.toMatch(/@|^$/);
    }),
    { numRuns: 2000 },
  );
});

test('[AR15] quoted headers and lines before quotes lose their addresses, words of the writer do not', () => {
  const text = [
    'Write to me: ada@mole.example is best.',
    '',
    '-----Original Message-----',
    'From: Bo Ek [mailto:bo@mole.example]',
    'To: Ada Vik <ada@mole.example>, list@mole.example',
    '> From: bo at mole.example (Bo Ek)',
    'On Tue, Bo Ek <bo@mole.example> wrote:',
    '> hello',
    'On Wed, 5 Mar 2003, Cai Moe <cai@mole.example>',
    'wrote:',
    '> bye',
    'bo@mole.example schrieb:',
  ].join('\n');
  expect(hideAddresses(text)).toBe(
    [
      'Write to me: ada@mole.example is best.',
      '',
      '-----Original Message-----',
      'From: Bo Ek',
      'To: Ada Vik, list',
      '> From: Bo Ek',
      'On Tue, Bo Ek wrote:',
      '> hello',
      'On Wed, 5 Mar 2003, Cai Moe',
      'wrote:',
      '> bye',
      'bo schrieb:',
    ].join('\n'),
  );
});
