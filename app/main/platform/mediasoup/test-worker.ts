import { homedir } from 'node:os';
import { spawnSync } from 'node:child_process';
import { findWorker } from './index.ts';

/** The worker for tests, or null with a notice in the test report's remarks. */
export const testWorker = (() => {
  const found = findWorker({
    env: process.env,
    platform: process.platform,
    arch: process.arch,
    home: homedir(),
    resources: null,
  });
  // Without its environment a worker exits with 41.
  if (found !== null && spawnSync(found, { env: {}, stdio: 'ignore' }).status === 41) return found;
  console.log(
    '*** Tests of the media process were skipped: there is no mediasoup-worker; run “npm run worker”. ***',
  );
  return null;
})();
