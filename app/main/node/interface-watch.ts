import { networkInterfaces } from 'node:os';
import { every, type Clock } from '../kernel/clock.ts';

/** How often the interfaces are polled: Node has no event for changes. One poll takes 0.04 ms. */
const LOOK_MS = 1000;
/** A poll that is this much overdue shows that the machine slept. */
const SLEPT_MS = 8000;

export interface InterfaceWatchInit {
  readonly clock: Clock;
  readonly onChange: () => void;
  readonly onWake: () => void;
  /** The addresses of the machine's interfaces; for tests. */
  readonly addresses?: () => string[];
}

/** Calls back when this machine's addresses changed, or it slept. Returns how to stop. */
export function watchInterfaces({
  clock,
  onChange,
  onWake,
  addresses = addressesOf,
}: InterfaceWatchInit): () => void {
  let known = addresses().join(' ');
  let lookedAt = clock.now();
  return every(clock, LOOK_MS, () => {
    const now = clock.now();
    const slept = now - lookedAt > LOOK_MS + SLEPT_MS;
    lookedAt = now;
    const found = addresses().join(' ');
    const changed = found !== known;
    known = found;
    if (changed) onChange();
    else if (slept) onWake();
  });
}

/** Without temporary link-local IPv6 addresses, which come and go with a link. */
function addressesOf(): string[] {
  return Object.entries(networkInterfaces())
    .flatMap(([name, list]) => (list ?? []).map(({ cidr }) => `${name} ${cidr}`))
    .filter((text) => !text.includes(' fe80:'))
    .toSorted();
}
