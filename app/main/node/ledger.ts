import type { Notice } from '../../contract/index.ts';
import type { Genesis } from '../community/index.ts';
import { every } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import { anchoredLog, baseKinds, Chain, createLedger, Ordering, type LogEnds } from '../ledger/index.ts';
import type { CommunityPorts } from './community.ts';

const NOTICE = 'ledger-halted';
const WAITING = 'ledger-waits';
/** What waits longer than this makes the node say what it waits for, in milliseconds. */
const PATIENCE_MS = 5000;
const LOOK_EVERY_MS = 2000;

/** Puts the ledger of a community together. Nothing is ordered before `start`. */
export function openLedger(ports: CommunityPorts, genesis: Genesis, log: LogEnds) {
  const { ballotBox, validator, notices, logger, signer, clock } = ports;
  const chain = Chain.open({
    ...ports,
    origin: genesis,
    kinds: baseKinds,
    log: anchoredLog(log),
    halted: ({ code, height }) => {
      logger.error('ledger-diverged', { code, height });
      look();
    },
    accuse: ({ first }) => logger.warn('validator-broke-rules', { slot: first.slot, voter: first.voter }),
  });
  const ordering = ballotBox && new Ordering({ ...ports, chain, signer: validator.bls, box: ballotBox });

  /** Says what keeps the ledger from going on, while something does. */
  const look = () => {
    const notice = standstill(chain, ordering);
    if (notice) notices.put({ id: NOTICE, severity: 'danger', action: 'go.ledger', ...notice });
    else notices.remove(NOTICE);
  };
  /** Says whose signatures are missing, while transactions wait for long. */
  const lookForAbsent = () => {
    const absent = ordering?.absent(PATIENCE_MS) ?? null;
    if (!absent) return notices.remove(WAITING);
    const { validators } = chain.set;
    const named = absent.map((place) => ledger.nameOf(validators[place]!.key)).join(', ');
    notices.put({
      id: WAITING,
      code: 'validators-missing',
      severity: 'attention',
      action: 'go.ledger',
      message: `Transactions wait: ${chain.set.quorum} of ${validators.length} validators must sign, and nothing comes from ${named}.`,
      remedy: 'Nothing is lost. It goes on by itself as soon as enough of them are back.',
    });
  };
  let known = '';
  let stopWaiting = () => {};
  const stopLooking = ordering?.onChange(() => {
    const before = known;
    known = `${ordering.halted} ${ordering.silent}`;
    if (known !== before) look();
  });
  const ledger = createLedger({
    chain,
    clock,
    genesis: genesis.bytes,
    signer,
    alone: ports.alone,
    standstill: () => standstill(chain, ordering)?.message ?? null,
    validator,
    consensus: ordering,
    event(id) {
      const sealed = log.store.sealed(id);
      return sealed && { sealed, block: log.store.anchors.find(id)?.height ?? null };
    },
    spread: (sealed) => ordering?.spread(sealed),
  });

  return {
    ...ledger,
    ordering,

    start(): void {
      look();
      if (ordering) stopWaiting = every(clock, LOOK_EVERY_MS, lookForAbsent);
      ordering?.start().catch((error: unknown) => {
        logger.error('ordering-not-started', { message: problemOf(error).message });
      });
    },

    async stop(): Promise<void> {
      stopLooking?.();
      stopWaiting();
      await ordering?.stop();
    },
  };
}

function standstill(
  { halt }: Chain,
  ordering: Ordering | null,
): Pick<Notice, 'code' | 'message' | 'remedy'> | null {
  if (halt) {
    return {
      code: 'ledger-halted',
      message: `The validators certified block ${halt.height}, and this node comes to something else (${halt.code}). It orders and executes nothing.`,
      remedy:
        'Check the disk and the release that the others run, then run “impulse ledger recover”. What differs is kept.',
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
