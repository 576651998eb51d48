import { expect, test } from 'vitest';
import { Problem } from '../kernel/errors.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import { signerOf } from '../platform/memory/test-community.ts';
import { requestMembership } from './join.ts';

const code = (value: string) => expect.objectContaining({ code: value }) as unknown;

/** An attempt to join by an invite with these addresses, dialled as told. */
function joining(dial: (address: string, signal: AbortSignal) => Promise<string>) {
  const clock = new VirtualClock(1_000_000);
  const cancel = new AbortController();
  const signals: AbortSignal[] = [];
  const transport = {
    self: 'newcomer',
    dial: (address: string, signal: AbortSignal) => (signals.push(signal), dial(address, signal)),
    open: () => Promise.reject(new Problem('opened', 'opened')),
  };
  const invite = {
    community: new Uint8Array(32),
    name: 'The Harbour',
    addresses: ['/a', '/b'],
    id: new Uint8Array(16),
    secret: new Uint8Array(32),
    expiresAt: 2_000_000,
  };
  const joined = requestMembership({
    transport: transport as never,
    clock,
    invite,
    handle: 'Juno',
    signer: signerOf('juno'),
    nodeName: 'Attic',
    protocol: 1,
    signal: cancel.signal,
  });
  joined.catch(() => {});
  return { clock, cancel, signals, joined };
}
const never = () => new Promise<string>(() => {});
const refused = (address: string) => Promise.reject(new Problem('refused', `${address} refuses.`));

test('[FJ2] the first address that answers is used, and the other dials end', async () => {
  const { joined, signals } = joining((address) => (address === '/b' ? Promise.resolve('host') : never()));
  await expect(joined).rejects.toEqual(code('opened'));
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});

test('[FJ2] if no address answers, the community is named with the reason', async () => {
  await expect(joining(refused).joined).rejects.toMatchObject({
    code: 'host-unreachable',
    params: { community: 'The Harbour', reason: '/a refuses.' },
  });
});

test('[FJ2] dials without an answer end after ten seconds, also for a transport that does not hear of it', async () => {
  const { clock, joined, signals } = joining(never);
  let over = false;
  joined.catch(() => (over = true));
  await clock.pass(9999);
  expect(over).toBe(false);
  await clock.pass(1);
  await expect(joined).rejects.toMatchObject({
    code: 'host-unreachable',
    params: { reason: expect.stringMatching(/\w/) as string },
  });
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
});

test('[FJ2] a person who cancels while the host is dialled hears just that', async () => {
  const { cancel, joined, signals } = joining(never);
  cancel.abort();
  await expect(joined).rejects.toEqual(code('cancelled'));
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
});
