import { equalBytes } from '../../kernel/bytes.ts';
import { encodeCanonical } from '../../kernel/canonical.ts';
import type { Database } from '../../kernel/database.ts';
import { setOf } from '../state/accounts.ts';
import { openHeader } from '../types/block.ts';
import { openCertificate } from '../types/certificate.ts';
import { ChainStore } from './chain-store.ts';
import { writeGenesisState, type ChainOrigin } from '../state/genesis.ts';
import { JoinStore } from './join-store.ts';
import { mustBeKnown, openPart, type Snapshot } from './snapshot.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { StateOverlay } from '../types/state.ts';
import { Overlay, rootOf, StateStore } from '../state/state-store.ts';
import { problem } from '../problems.ts';

/** Starts a chain from the genesis document, on an empty state and inside the caller's transaction. */
export function startFromGenesis(state: StateStore, origin: ChainOrigin): void {
  const draft = new StateOverlay(state);
  writeGenesisState(draft, origin);
  state.commit(new Overlay(state, draft.changes));
}

/**
 * [Q6] Starts a chain from a checked snapshot in place of the blocks before it. All or nothing. Throws a
 * Problem `bad-part`, `wrong-part`, `wrong-state-root`, `chain-exists` or `snapshot-too-new`.
 *
 * @param parts the encoded parts, in order.
 * @param known the newest version of the protocol that the release knows.
 * @param then further writes in the same transaction.
 */
export function startFromSnapshot(
  db: Database,
  snapshot: Snapshot,
  parts: readonly Uint8Array[],
  known: number,
  then: (state: StateStore) => void = () => {},
): void {
  const { header, seal, links, cut } = snapshot;
  const state = new StateStore(db);
  const store = new ChainStore(db);
  const tip = store.tip();
  if (tip && tip.height >= header.height) {
    throw problem('chain-exists');
  }
  const entries = cut.slots.flatMap((_, part) => openPart(parts[part] ?? new Uint8Array(0), part, cut));
  mustBeKnown(entries, known);
  try {
    db.transaction(() => {
      state.clear();
      const overlay = new Overlay(state, new Map(entries));
      if (!equalBytes(rootOf(overlay), header.stateRoot)) {
        throw problem('wrong-state-root');
      }
      state.commit(overlay);
      const headers = seal.h.map(openHeader);
      // A certificate on a block further up the chain comes with that block.
      const isOwn = headers.every(({ height }) => height === header.height);
      store.putBlock(header, [], seal.c && isOwn ? { headers, certificate: openCertificate(seal.c) } : null);
      if (tip) store.setGap(header.height);
      for (const [index, link] of links.entries()) {
        store.putEpoch(index + 1, openHeader(link.b).height, encodeCanonical(link));
      }
      const { epoch } = setOf(state);
      if (epoch > header.epoch) store.putEpoch(epoch, header.height, null);
      new SnapshotStore(db, state).take(header);
      new JoinStore(db).clear();
      then(state);
    });
  } catch (error) {
    state.forget();
    throw error;
  }
}
