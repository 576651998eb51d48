/** Runs SQLite's own check of a file on a thread of its own: on a large file it takes seconds. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkDatabase } from './database.ts';

parentPort?.postMessage(checkDatabase(workerData as string));
