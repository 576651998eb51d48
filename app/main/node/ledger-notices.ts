import type { Notice } from '../../contract/index.ts';
import type { Chain, EvidenceBook, Ordering } from '../ledger/index.ts';
import type { DiagnosticsStore } from '../feature/index.ts';

type LiveRegion = Pick<Notice, 'code' | 'message' | 'remedy'>;

/** Why the ledger does not go on, for the sysop; null while it does. */
export function standstill(
  { halt }: Chain,
  ordering: Ordering | null,
  bundles: DiagnosticsStore | undefined,
): LiveRegion | null {
  if (halt) {
    const kept = bundles
      ? `What shows it is kept in ${bundles.pathOf(bundleOf(halt))}.`
      : 'What shows it is kept.';
    if (halt.code === 'quorum-conflict') {
      return {
        code: 'quorum-conflict',
        message: `Two quorums of validators made different blocks final below block ${halt.height}. This node orders and executes nothing.`,
        remedy: `More validators broke the rules than the community can bear. ${kept} Talk to the others before you do anything, and look at “impulse ledger evidence”.`,
      };
    }
    return {
      code: 'ledger-halted',
      message: `The validators certified block ${halt.height}, and this node comes to something else (${halt.code}). It orders and executes nothing.`,
      remedy: `Check the disk and the release that the others run, then run “impulse ledger recover”. ${kept}`,
    };
  }
  if (ordering?.silent) {
    return {
      code: 'validator-silent',
      message: 'This validator does not know how far it voted, so it votes on nothing until others told it.',
      remedy:
        'Wait until the node reaches other validators. If you are the only one and this key signs nowhere else, run “impulse ledger recover”.',
    };
  }
  const halted = ordering?.halted ?? null;
  if (halted === null || halted === 'stopped') return null;
  return {
    code: 'ordering-halted',
    message: `This node stopped ordering transactions: ${halted}.`,
    remedy:
      'See the log of the node, remove the cause, then run “impulse ledger recover” or start the node again.',
  };
}

/** The file that shows why a ledger halted. */
export function bundleOf({ height, code }: { height: number; code: string }): string {
  return `halt-${height}-${code}.cbor`;
}

/** Who broke the rules, for the sysop; null while nobody is known to have. */
export function brokenRules(book: EvidenceBook, nameOf: (key: Uint8Array) => string): LiveRegion | null {
  const count = book.count();
  if (count === 0) return null;
  const names = new Set(book.list(100).map(({ validator }) => nameOf(validator.key)));
  return {
    code: 'validator-broke-rules',
    message: `Validators signed votes that contradict each other: ${[...names].join(', ')}, ${count} ${count === 1 ? 'time' : 'times'}.`,
    remedy:
      'Ask them whether two nodes run with one key. “impulse ledger evidence --out FILE” writes what proves it; if it goes on, remove them from the validators.',
  };
}
