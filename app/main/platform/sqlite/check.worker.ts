/** Runs SQLite's integrity check on its own thread, since it takes seconds on a large file. */
import { parentPort, workerData } from 'node:worker_threads';
import { runInBackground } from '../threads/background.ts';
import type { CheckStart } from './check.ts';
import { checkDatabase } from './database.ts';

runInBackground();
const { path, unwanted } = workerData as CheckStart;
const isWanted = Atomics.load(new Int32Array(unwanted), 0) === 0;
parentPort?.postMessage(isWanted ? checkDatabase(path) : null);
