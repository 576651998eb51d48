import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { common } from '../messages/common.ts';
import { Byline } from './marks.tsx';

/** The text that a screen reader reads. */
const spoken = (sourceName: string | null) =>
  renderToStaticMarkup(<Byline author="eve" sourceName={sourceName} />).replaceAll(/<[^>]*>/g, '');

test('[B12] a claimed name is never shown or spoken without the importer', () => {
  expect(spoken('mara')).toBe('mara, imported by eve');
  expect(spoken('')).toBe('no name, imported by eve');
  expect(spoken(null)).toBe('eve');
});

test('[B12] a long claimed name is cut in labels, so that the importer is read', () => {
  expect(common.byline('eve', 'mara')).toBe('mara, imported by eve');
  expect(common.byline('eve', 'm'.repeat(200))).toBe(`${'m'.repeat(60)}…, imported by eve`);
  expect(common.byline('eve', null)).toBe('eve');
});

test('[B12] a claimed name that is written from right to left does not turn the importer around', () => {
  expect(renderToStaticMarkup(<Byline author="eve" sourceName="מרה" />)).toContain('>מרה</bdi>');
});
