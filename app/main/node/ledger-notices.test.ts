import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { TestLedger } from '../ledger/test-ledger.ts';
import { growTo, releases, scheduleOf, scheduleSoon } from '../ledger/test-versions.ts';
import { diskDiagnostics } from './diagnostics-store.ts';
import { diagnosticsOf, standstill, updateScheduled } from './ledger-notices.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impulse-halt-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('[E7] the notice of a halt names the file with the diagnostics, and is removed after recovery', async () => {
  const ledger = new TestLedger();
  const chain = ledger.replica();
  const diagnostics = diskDiagnostics(join(folder, 'evidence'));
  expect(standstill(chain, null, diagnostics)).toBeNull();
  await ledger.block([], true);
  chain.diverged((await ledger.chain.run(1))!, 'wrong-state-root');
  const notice = standstill(chain, null, diagnostics)!;
  const path = diagnostics.pathOf(diagnosticsOf(chain.halt!));
  expect(notice.code).toBe('ledger-halted');
  expect(notice.remedy).toContain(path);
  await diagnostics.write(diagnosticsOf(chain.halt!), chain.halt!.evidence);
  expect(toHex(await readFile(path))).toBe(toHex(chain.halt!.evidence));
  expect((await stat(path)).mode & 0o077).toBe(0);
  chain.replay();
  expect(standstill(chain, null, diagnostics)).toBeNull();
  await chain.finalise((await ledger.chain.run(1))!);
  expect(chain.base.height).toBe(1);
});

test('[V10] a conflict of two quorums has a notice of its own, since its remedy differs', async () => {
  const ledger = new TestLedger();
  const chain = ledger.replica();
  await ledger.block([], true);
  chain.diverged((await ledger.chain.run(1))!, 'quorum-conflict');
  const notice = standstill(chain, null, diskDiagnostics(folder))!;
  expect(notice).toMatchObject({ code: 'quorum-conflict' });
  expect(notice.remedy).toContain('Talk to the others before you do anything');
});

test('[PV6] a release that will be too old is announced while the version is scheduled, and explained afterwards', async () => {
  const ledger = new TestLedger({ chain: releases.new });
  const chain = ledger.replica(releases.old);
  expect([updateScheduled(chain), standstill(chain, null, undefined)]).toEqual([null, null]);
  const height = await scheduleSoon(ledger, [chain]);
  expect(updateScheduled(chain)).toMatchObject({ code: 'update-scheduled' });
  expect(updateScheduled(chain)!.message).toContain(`version 2 of the protocol begins with block ${height}`);
  expect(updateScheduled(ledger.chain)).toBeNull();
  await growTo(ledger, height - 1, [chain]);
  expect(updateScheduled(chain)).toBeNull();
  const notice = standstill(chain, null, undefined)!;
  expect(notice.code).toBe('needs-update');
  expect(notice.message).toContain(`The node stopped at block ${height - 1}.`);
  expect(notice.remedy).toContain('Install the release');
  expect(standstill(ledger.chain, null, undefined)).toBeNull();
});

test('[PV4] the announcement ends when the schedule is cancelled', async () => {
  const ledger = new TestLedger({ chain: releases.new });
  const chain = ledger.replica(releases.old);
  await scheduleSoon(ledger, [chain]);
  await ledger.submit(ledger.sign(ledger.founder, 'protocol.schedule', scheduleOf(ledger, null)));
  await ledger.block([chain]);
  expect(updateScheduled(chain)).toBeNull();
});
