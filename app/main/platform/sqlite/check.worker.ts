/** Runs SQLite's own check of a file on a thread of its own: on a large file it takes seconds. */
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckStart } from './check.ts';
import { checkDatabase } from './database.ts';

const { path, unwanted } = workerData as CheckStart;
const isWanted = Atomics.load(new Int32Array(unwanted), 0) === 0;
parentPort?.postMessage(isWanted ? checkDatabase(path) : null);
