import type { ProblemFields } from '../kernel/errors.ts';
import type { Chain, EvidenceBook, Ordering } from '../ledger/index.ts';
import type { DiagnosticsStore } from '../feature/index.ts';
import { problem } from './problems.ts';

/** Why the ledger stands still, for the sysop; null while it does not. */
export function standstill(
  { halt }: Chain,
  ordering: Ordering | null,
  diagnostics: DiagnosticsStore | undefined,
): ProblemFields | null {
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
  if (ordering?.silent) return problem.fields('validator-silent');
  const halted = ordering?.halted ?? null;
  if (halted === null || halted === 'stopped') return null;
  return problem.fields('ordering-halted', { reason: halted });
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
