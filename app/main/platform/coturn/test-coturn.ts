import { spawnSync } from 'node:child_process';
import { findTurnserver } from './index.ts';

/** Whether coturn with its test client is installed; a notice in the test report's remarks if not. */
export const hasCoturn = (() => {
  const found =
    findTurnserver(process.env['PATH']) !== null &&
    spawnSync('turnutils_uclient', [], { stdio: 'ignore' }).error === undefined;
  if (!found) console.log('*** Tests of the relay were skipped: coturn is not installed. ***');
  return found;
})();
