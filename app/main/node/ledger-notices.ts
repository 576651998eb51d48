import type { ProblemFields } from '../kernel/errors.ts';
import type { Chain, EvidenceBook, Ordering } from '../ledger/index.ts';
import type { DiagnosticsStore } from '../feature/index.ts';
import { problem } from './problems.ts';

/** Why the ledger stands still, for the sysop; null while it does not. */
export function standstill(
  chain: Chain,
  ordering: Ordering | null,
  diagnostics: DiagnosticsStore | undefined,
): ProblemFields | null {
  const { halt, outdated, protocol, base } = chain;
  if (halt) {
    const { code, height } = halt;
    const path = diagnostics?.pathOf(diagnosticsOf(halt));
    if (code === 'quorum-conflict') {
      return path === undefined
        ? problem.fields('quorum-conflict', { height })
        : problem.fields('quorum-conflict-kept', { height, path });
    }
    return path === undefined
      ? problem.fields('ledger-halted', { height, reason: code })
      : problem.fields('ledger-halted-kept', { height, reason: code, path });
  }
  if (outdated) {
    const { version, known } = protocol;
    return problem.fields('needs-update', { version, known, height: base.height });
  }
  if (ordering?.silent) return problem.fields('validator-silent');
  const halted = ordering?.halted ?? null;
  if (halted === null || halted === 'stopped') return null;
  return problem.fields('ordering-halted', { reason: halted });
}

/** [PV6] The version that is scheduled and that this release does not know, for the sysop; null if there is none. */
export function updateScheduled({ protocol: { next, known } }: Chain): ProblemFields | null {
  if (next === null || next.version <= known) return null;
  const { version, height } = next;
  return problem.fields('update-scheduled', { version, height, known });
}

/** The name of the file with the diagnostics of a halt. */
export function diagnosticsOf({ height, code }: { height: number; code: string }): string {
  return `halt-${height}-${code}.cbor`;
}

/** Who broke the rules, for the sysop; null if nobody is known to have done so. */
export function brokenRules(book: EvidenceBook, nameOf: (key: Uint8Array) => string): ProblemFields | null {
  const count = book.count();
  if (count === 0) return null;
  const names = new Set(book.list(100).map(({ validator }) => nameOf(validator.key)));
  return problem.fields('validator-broke-rules', { names: [...names].join(', '), count });
}
