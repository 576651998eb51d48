import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { TestLedger } from '../ledger/test-ledger.ts';
import { diskDiagnostics } from './diagnostics-store.ts';
import { diagnosticsOf, standstill } from './ledger-notices.ts';

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
