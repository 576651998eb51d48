import { defineFeature, type FeaturePorts } from '../feature/index.ts';
import { every } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import {
  anchoredLog,
  baseKinds,
  Chain,
  createLedger,
  EvidenceBook,
  ledgerApi,
  ledgerMigrations,
  Ordering,
} from '../ledger/index.ts';
import { brokenRules, diagnosticsOf, standstill, updateScheduled } from './ledger-notices.ts';
import { problem } from './problems.ts';

const NOTICE = 'ledger-halted';
const WAITING = 'ledger-waits';
const UPDATE = 'ledger-update';
const BROKEN = 'validator-broke-rules';
/** When transactions wait longer than this, the node says what they wait for, in milliseconds. */
const PATIENCE_MS = 5000;
const LOOK_EVERY_MS = 2000;

export const ledgerFeature = defineFeature({
  name: 'ledger',
  needs: [],
  migrations: ledgerMigrations,
  tables: {
    // The ledger is kept beside the log: a community of one validator has its blocks nowhere else.
    kept: [
      'ledger_entry',
      'ledger_page',
      'ledger_block',
      'ledger_transaction',
      'ledger_epoch',
      'ledger_signature',
      'ledger_snapshot',
      'ledger_chunk',
      'ledger_meta',
      'ledger_anchor',
      'ledger_join_part',
      'ledger_evidence',
    ],
  },
  ledgerKinds: baseKinds,
  create: openLedger,
  api: ledgerApi,
});

/** Builds the ledger of a community. Nothing is ordered before `start`. */
function openLedger(ports: FeaturePorts) {
  const { voteJournal, validator, notices, logger, signer, clock, diagnostics, genesis, store } = ports;
  const wanted = new Set<() => void>();
  const ask = () => {
    for (const listener of wanted) listener();
  };
  const chain = Chain.open({
    ...ports,
    origin: genesis,
    kinds: ports.ledgerKinds,
    projections: ports.ledgerProjections,
    log: anchoredLog(store, ask),
    halted: ({ code, height }) => {
      logger.error('ledger-diverged', { code, height });
      look();
    },
    accuse: (found) => evidence?.found(found),
  });
  const evidence =
    voteJournal &&
    new EvidenceBook({ ...ports, origin: genesis, store: chain.store, kept: () => lookForBroken() });
  const ordering =
    voteJournal && new Ordering({ ...ports, chain, signer: validator.bls, journal: voteJournal });

  /** Shows why the ledger stands still, while it does. */
  const look = () => {
    const notice = standstill(chain, ordering, diagnostics);
    const { halt } = chain;
    if (halt) {
      diagnostics?.write(diagnosticsOf(halt), halt.evidence).catch((error: unknown) => {
        logger.error('evidence-not-written', { message: problemOf(error).message });
      });
    }
    const severity = halt || !chain.outdated ? 'danger' : 'attention';
    if (notice) notices.put({ id: NOTICE, severity, action: 'go.ledger', ...notice });
    else notices.remove(NOTICE);
  };
  /** [PV6] Shows that a version is scheduled that this release does not know. */
  const lookForUpdate = () => {
    const notice = updateScheduled(chain);
    if (notice?.message === shownUpdate) return;
    shownUpdate = notice?.message;
    if (notice) notices.put({ id: UPDATE, severity: 'attention', action: 'go.ledger', ...notice });
    else notices.remove(UPDATE);
  };
  let shownUpdate: string | undefined;
  const stopLookingForUpdate = chain.onFinal(lookForUpdate);
  /** Shows who provably broke the rules. */
  const lookForBroken = () => {
    const notice = evidence && brokenRules(evidence, ledger.nameOf);
    if (notice) notices.put({ id: BROKEN, severity: 'attention', action: 'go.ledger', ...notice });
  };
  /** Shows whose signatures are missing while transactions wait. */
  const lookForAbsent = () => {
    const absent = ordering?.absent(PATIENCE_MS) ?? null;
    if (!absent) return notices.remove(WAITING);
    const { validators } = chain.set;
    const names = absent.map((place) => ledger.nameOf(validators[place]!.key)).join(', ');
    notices.put({
      id: WAITING,
      severity: 'attention',
      action: 'go.ledger',
      ...problem.fields('validators-missing', {
        quorum: chain.set.quorum,
        size: validators.length,
        names,
      }),
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
    standstill: () => standstill(chain, ordering, diagnostics)?.message ?? null,
    validator,
    consensus: ordering,
    evidence,
    event(id) {
      const sealed = store.sealed(id);
      return sealed && { sealed, block: store.anchors.find(id)?.height ?? null };
    },
    spread: (sealed) => ordering?.spread(sealed),
  });

  return {
    ...ledger,
    ordering,

    /** Calls back when blocks list events that are not here, so that they can be fetched. */
    onWanted: (listener: () => void): void => void wanted.add(listener),

    start(): void {
      look();
      lookForUpdate();
      lookForBroken();
      evidence?.start();
      if (ordering) stopWaiting = every(clock, LOOK_EVERY_MS, lookForAbsent);
      ordering?.start().catch((error: unknown) => {
        logger.error('ordering-not-started', { message: problemOf(error).message });
      });
    },

    async stop(): Promise<void> {
      stopLooking?.();
      stopLookingForUpdate();
      stopWaiting();
      evidence?.stop();
      await ordering?.stop();
    },
  };
}
