import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharedFile, verifiedFiles } from './files.ts';
import { dataOf, runtime, sessionOf } from './runtime.ts';
import { tensorsOf } from './tensors.ts';

const FOLDER = join(import.meta.dirname, '../../../../resources/models');
const FILE = join(FOLDER, 'first-stage.onnx');

test('a row of the table equals the runtime’s result', async () => {
  const bytes = await readFile(FILE);
  const kept = tensorsOf(bytes);
  const table = kept.get('table')!;
  const [rows = 0, columns = 0] = table.dims;
  expect(table.bytes.length).toBe(rows * columns);
  const [scales, bias] = ['scale', 'shift'].map(
    (name) => new Float32Array(Uint8Array.from(kept.get(name)!.bytes).buffer),
  );
  const onnx = await runtime();
  const session = await sessionOf(onnx, bytes);
  for (const id of [0, 1, 4711, rows - 1]) {
    const input = new onnx.Tensor('int32', Int32Array.of(id), [1]);
    const answer = dataOf((await session.run({ ids: input }, ['logits']))['logits']);
    const row = new Int8Array(table.bytes.buffer, table.bytes.byteOffset + id * columns, columns);
    const own = Array.from(row, (weight, column) => weight * scales![column]! + bias![column]!);
    for (const [column, logit] of own.entries()) expect(answer[column]).toBeCloseTo(logit, 5);
  }
  await session.release();
});

test('a file in shared memory is verified there, and read again if it is not sound', async () => {
  const shared = await sharedFile(FOLDER, 'first');
  const [sound] = await verifiedFiles(FOLDER, ['first'], shared);
  expect(sound!.bytes!.buffer).toBe(shared.first);
  new Uint8Array(shared.first!)[100]! ^= 1;
  const [again] = await verifiedFiles(FOLDER, ['first'], shared);
  expect(again!.status.state).toBe('ok');
  expect(again!.bytes!.buffer).not.toBe(shared.first);
  expect(await sharedFile(join(FOLDER, 'nowhere'), 'first')).toEqual({});
});

test('bytes that are not a model are refused or yield no tensors, and nothing is read beyond their end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      try {
        for (const { bytes: part } of tensorsOf(bytes).values())
          expect(part.length).toBeLessThan(bytes.length);
      } catch (error) {
        expect((error as Error).message).toMatch(/^a (field|number) of the model/);
      }
    }),
    { numRuns: 2000 },
  );
});
