import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

test.runIf(process.platform === 'linux')(
  'a thread that gives way is the only one of its process that does',
  async () => {
    const before = getPriority();
    const module = JSON.stringify(new URL('./give-way.ts', import.meta.url).href);
    const worker = new Worker(
      `import(${module}).then(({ giveWay }) => {
         giveWay();
         require('node:worker_threads').parentPort.postMessage(require('node:os').getPriority());
       });`,
      { eval: true },
    );
    const [own] = (await once(worker, 'message')) as [number];
    await worker.terminate();
    expect(own).toBe(Math.min(19, before + 5));
    expect(getPriority()).toBe(before);
  },
);
