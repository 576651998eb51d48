import { findTurnserver } from '../app/main/platform/coturn/index.ts';
import { installByApt, isDebian } from './debian.ts';

/**
 * coturn for the tests of relays; installed by apt if it is missing, where this process may. Without it those tests are
 * skipped, with a notice.
 */
export function ensureCoturn(): boolean {
  const isHere = () => findTurnserver(process.env['PATH']) !== null;
  if (isHere()) return true;
  if (isDebian() && process.getuid?.() === 0) {
    console.log('Installing coturn, which the tests of relays need.');
    installByApt('coturn');
  }
  if (!isHere()) console.log('The tests of relays need coturn. Run: sudo apt-get install coturn');
  return isHere();
}
