import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NodeConnector } from './node-connector.ts';
import { linesOf } from './io.ts';
import { pngOf } from '../platform/images/test-images.ts';
import { run } from './test-cli.ts';

// Every test loads the models in its own threads.
vi.setConfig({ testTimeout: 120_000 });

const SHIPPED = join(import.meta.dirname, '../../../resources/models');
const refuse = () => Promise.reject(new Error('no node is needed for this'));
const connector: NodeConnector = { openNode: refuse, startNode: refuse, simulate: refuse };

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'impulse-moderate-'));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

/** Runs a command with that standard input, in chunks; its output has one item per call of `out`. */
async function impulse(args: readonly string[], input: readonly string[] = []) {
  const out: string[] = [];
  const { code, err } = await run(args, connector, {
    out: (text) => out.push(text),
    input: () => Promise.resolve(input.join('')),
    lines: (maxLength) => linesOf(Readable.from(input), maxLength),
  });
  return { code, out, err };
}

test('moderate prints one object per line, in order, with the fields that programs rely on', async () => {
  const rows = [
    { id: 1, text: 'FREE entry! Win a £1000 cash prize now, text WIN to claim your reward' },
    { id: 'two', text: 'Shall we meet at the harbour on Saturday? I can bring the maps.' },
    { id: 3, text: 'you are a stupid b!tch and a f.u.c.k.i.n.g idiot' },
  ];
  const { code, out, err } = await impulse(
    ['moderate', '--jsonl'],
    // Chunks of standard input end anywhere, not at line ends.
    [
      `${JSON.stringify(rows[0])}\n{"id":"two","te`,
      `xt":${JSON.stringify(rows[1]!.text)}}\r\n\n`,
      JSON.stringify(rows[2]),
    ],
  );
  const answers = out.map((line) => JSON.parse(line));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(answers.map(({ id }) => id)).toEqual([1, 'two', 3]);
  expect(answers.map(({ decision }) => decision)).toEqual(['quarantine', 'publish', 'quarantine']);
  for (const answer of answers) {
    expect(Object.keys(answer)).toEqual([
      'id',
      'spam_score',
      'toxicity_score',
      'nsfw_score',
      'labels',
      'language',
      'decision',
      'confidence',
      'flagged_terms',
      'stage',
      'latency_ms',
    ]);
  }
  expect(answers[2].flagged_terms).toEqual(expect.arrayContaining(['fucking', 'bitch']));
});

test('moderate queues lines it cannot judge, names them, and continues', async () => {
  const { code, out, err } = await impulse(
    ['moderate', '--jsonl'],
    [
      'no json\n[1]\n{"id":3}\n{"id":4,"text":7}\n',
      `{"id":5,"text":"${'x'.repeat(5 * 1024 * 1024)}"}\n`,
      `{"id":6,"text":""}\n{"id":7,"text":"\\ud800\\u0000 ${'a'.repeat(1_000_000)}"}\n{"id":8,"image":"x.png"}\n`,
    ],
  );
  const answers = out.map((line) => JSON.parse(line));
  expect(code).toBe(0);
  expect(answers.map(({ decision }) => decision)).toEqual([
    'queue',
    'queue',
    'queue',
    'queue',
    'queue',
    'publish',
    'queue',
    'queue',
  ]);
  expect(err).toContain('Line 1: it is not JSON.');
  expect(err).toContain('Line 5: it is longer than the limit.');
});

test('moderate without models prints a warning and judges by word lists', async () => {
  const { out, err } = await impulse(
    ['moderate', '--jsonl', '--models', scratch],
    ['{"id":1,"text":"hello there"}\n{"id":2,"text":"f u c k this"}\n'],
  );
  expect(err).toContain('Without it, word lists judge.');
  expect(out.map((line) => JSON.parse(line)).map(({ stage, decision }) => [stage, decision])).toEqual([
    ['rules', 'publish'],
    ['rules', 'queue'],
  ]);
});

test('moderate holds back words and domains of a list, disguised or not', async () => {
  const list = join(scratch, 'list.txt');
  await writeFile(list, '# mine\ncasino\n||evil.example^\nnot a word\n');
  const { out, err } = await impulse(
    ['moderate', '--jsonl', '--list', list],
    [
      '{"id":1,"text":"The old c.a.s.i.n.0 by the sea is a museum today."}\n',
      '{"id":2,"text":"I read it on www.evil.example yesterday."}\n',
      '{"id":3,"text":"The lighthouse by the sea is a museum today."}\n',
    ],
  );
  expect(out.map((line) => JSON.parse(line).decision)).toEqual(['queue', 'queue', 'publish']);
  expect(err).toContain('in line 4');
});

test('models verify exits with 4 when a model does not match its hash', async () => {
  expect(await impulse(['models', 'verify'])).toMatchObject({ code: 0, out: ['All models are valid.'] });
  await cp(SHIPPED, scratch, { recursive: true });
  await writeFile(join(scratch, 'calibration.json'), '{}');
  const { code, out } = await impulse(['models', 'verify', '--models', scratch]);
  expect(code).toBe(4);
  expect(out.join('\n')).toContain('calibration.json has 2 bytes');
  const listed = await impulse(['models', 'list', '--models', scratch]);
  expect(listed.out.join('\n')).toMatch(/calibration\.json +broken/);
});

test('models eval measures labelled texts, gzipped or not', async () => {
  const rows = [
    { text: 'FREE entry! Win a £1000 cash prize now, text WIN to claim your reward', label: 'spam' },
    { text: 'Are you coming home for dinner tonight?', label: 'ham' },
  ];
  const path = join(scratch, 'few.jsonl.gz');
  await writeFile(path, gzipSync(rows.map((row) => JSON.stringify(row)).join('\n')));
  const { code, out } = await impulse(['models', 'eval', path, '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(out.join('\n'))).toMatchObject([
    { head: 'spam', rows: 2, positives: 1, area: { value: 1 }, accuracy: { value: 1 } },
  ]);
  await writeFile(join(scratch, 'bad.jsonl'), '{"text":1}');
  expect(await impulse(['models', 'eval', join(scratch, 'bad.jsonl')])).toMatchObject({ code: 1 });
});

test('moderate judges images by their path, in order, beside texts, and queues files that are not images', async () => {
  const [picture, lie] = [join(scratch, 'picture.png'), join(scratch, 'lie.jpg')];
  await writeFile(picture, pngOf(60, 40));
  await writeFile(lie, 'this is no picture');
  const rows = [
    { id: 1, image: picture },
    { id: 2, image: lie },
    { id: 3, image: join(scratch, 'missing.png') },
    { id: 4, text: 'FREE entry! Win a £1000 cash prize now, text WIN to claim your reward', image: picture },
    { id: 5, image: scratch },
  ];
  const { code, out, err } = await impulse(
    ['moderate', '--jsonl'],
    rows.map((row) => `${JSON.stringify(row)}\n`),
  );
  const answers = out.map((line) => JSON.parse(line));
  expect(code).toBe(0);
  expect(answers.map(({ id, decision, stage }) => [id, decision, stage])).toEqual([
    [1, 'publish', 'image'],
    [2, 'queue', 'none'],
    [3, 'queue', 'none'],
    [4, 'quarantine', expect.stringMatching(/first|second/)],
    [5, 'queue', 'none'],
  ]);
  expect(answers[0]).toMatchObject({ spam_score: null, toxicity_score: null });
  expect(answers[0].nsfw_score).toBeLessThan(0.5);
  expect(answers[3].nsfw_score).toBeGreaterThan(0);
  expect(err).toContain('Line 2: The file is not a JPEG, PNG, GIF or WebP image.');
  expect(err).toContain('Line 5: the image is not a file.');
});
