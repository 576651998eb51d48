import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { LiveRegion, Loading, Notice, ProblemNotice } from './says.tsx';
import { Meter, ProgressBar } from './measures.tsx';
import { Panel } from './Panel.tsx';
import { Tabs } from './Tabs.tsx';

/** The first element with its attributes, as a screen reader finds it. */
const opening = (node: ReactNode) => /<[^>]+>/.exec(renderToStaticMarkup(node))![0];
/** All values of an attribute, in order. */
const values = (node: ReactNode, name: string) =>
  [...renderToStaticMarkup(node).matchAll(new RegExp(` ${name}="([^"]*)"`, 'g'))].map(([, value]) => value);

test('a line that changes is announced politely', () => {
  const drawn = opening(<LiveRegion>3 posts were marked</LiveRegion>);
  expect(drawn).toContain(' role="status"');
  expect(drawn).toContain(' aria-live="polite"');
  expect(renderToStaticMarkup(<LiveRegion>{''}</LiveRegion>)).toContain(' role="status"');
});

test('what loads says so', () => {
  expect(opening(<Loading what="The threads are loading" />)).toContain(' role="status"');
});

test('a notice that appears interrupts only if something failed; one that was there is silent', () => {
  expect(opening(<Notice title="Saved" live />)).toContain(' role="status"');
  expect(opening(<Notice title="Full" severity="danger" live />)).toContain(' role="alert"');
  expect(values(<Notice title="Full" severity="danger" />, 'role')).toEqual([]);
  const problem = { code: 'disk-full', message: 'The disk is full.', remedy: 'Free some space.' };
  const drawn = renderToStaticMarkup(<ProblemNotice problem={problem} />);
  expect(opening(<ProblemNotice problem={problem} />)).toContain(' role="alert"');
  expect(drawn).toContain('The disk is full.');
  expect(drawn).toContain('Free some space.');
  expect(drawn).toMatch(/<span[^>]* aria-hidden="true">×<\/span>/);
});

test('a measure tells its value and its figure', () => {
  const meter = (
    <Meter label="Disk" share={0.9} words="90 GB of 100 GB" warnFrom={0.8} warning="nearly full" />
  );
  expect(opening(meter)).toContain(' role="meter"');
  expect(values(meter, 'aria-valuenow')).toEqual(['90']);
  expect(values(meter, 'aria-valuetext')[0]).toMatch(/90 GB of 100 GB.*nearly full/);
});

test('progress tells how far it is, or that this is not known', () => {
  const known = (
    <ProgressBar label="Import" progress={{ done: 25, total: 100, perSecond: 5, etaSeconds: 15 }} />
  );
  expect(opening(known)).toContain(' role="progressbar"');
  expect(values(known, 'aria-valuenow')).toEqual(['25']);
  const unknown = (
    <ProgressBar label="Import" progress={{ done: 25, total: null, perSecond: 5, etaSeconds: null }} />
  );
  expect(values(unknown, 'aria-valuenow')).toEqual([]);
  const [words] = values(unknown, 'aria-describedby');
  expect(renderToStaticMarkup(unknown)).toMatch(new RegExp(`id="${words}">25`));
});

test('a panel is named by its title', () => {
  const panel = <Panel title="Boards">text</Panel>;
  const [id] = values(panel, 'aria-labelledby');
  expect(opening(panel)).toMatch(/^<section/);
  expect(renderToStaticMarkup(panel)).toMatch(new RegExp(`id="${id}"[^>]*>Boards`));
});

test('the current tab is told', () => {
  const tabs = (
    <Tabs
      label="Ledger"
      current="blocks"
      tabs={[
        { id: 'blocks', label: 'Blocks', href: '#/a' },
        { id: 'validators', label: 'Validators', href: '#/b' },
      ]}
    />
  );
  expect(opening(tabs)).toContain(' aria-label="Ledger"');
  expect(values(tabs, 'aria-current')).toEqual(['true']);
});
