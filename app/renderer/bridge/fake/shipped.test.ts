import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../../../resources/models/manifest.json' with { type: 'json' };
import { federation } from '../../messages/federation.ts';
import { sampleFederation, sampleModeration } from './node.ts';
import { SampleNetwork } from './network.ts';

const sourcesIn = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('test'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');

test('the sample node has models of a node', () => {
  const shipped = manifest.files.map(({ title, sizeBytes, licence }) => ({
    name: title,
    sizeBytes,
    licence,
  }));
  for (const { name, sizeBytes, licence } of sampleModeration(false).models)
    expect(shipped).toContainEqual({ name, sizeBytes, licence });
});

test('every problem of the sample node has a code that a node uses', () => {
  const node = sourcesIn(join(import.meta.dirname, '../../../main'));
  const used = [...sourcesIn(import.meta.dirname).matchAll(/code: '([a-z-]+)'/g)].map(([, code]) => code);
  expect(used.length).toBeGreaterThan(3);
  expect(used.filter((code) => code !== 'sample-only' && !node.includes(`'${code}'`))).toEqual([]);
});

test('the sample node reports on its reach in the sentences of a node', () => {
  const node = sourcesIn(join(import.meta.dirname, '../../../main/federation'));
  const said = ['direct', 'relayed', 'closed', 'local', 'setup'].flatMap((kind) => {
    const network = new SampleNetwork(kind);
    const { summary, checks } = network.doctor(0);
    const reports = (['machine', 'network', 'internet'] as const).map((reach) => network.report(reach));
    return [
      summary,
      ...checks.flatMap(({ finding, remedy }) => (remedy === null ? [finding] : [finding, remedy])),
      ...reports.flatMap(({ finding, steps }) => [finding, ...steps]),
    ];
  });
  // Sentences with a figure in them have a place for it in the catalogue.
  const plain = said.filter((sentence) => !/\d/.test(sentence));
  expect(new Set(plain.filter((sentence) => !node.includes(sentence)))).toEqual(new Set());
});

test('the console has words for every refusal of the sample node', () => {
  for (const { code } of sampleFederation(0, 0, new SampleNetwork('1')).refusals)
    expect(federation.traffic.reasons).toHaveProperty(code);
});
