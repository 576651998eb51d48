import type { ValidatorCard } from '../../contract/index.ts';
import { each, latest, type Api } from '../api/index.ts';
import type { Ledger } from './service.ts';

/**
 * The contract's `ledger` procedures. `ledger` throws a Problem while there is no community; the `card` of a
 * node exists before that.
 */
export function ledgerApi(api: Api['ledger'], ledger: () => Ledger, card: () => ValidatorCard) {
  return {
    status: api.status.handler(() => ledger().status()),
    genesis: api.genesis.handler(() => ledger().genesis()),
    blocks: api.blocks.handler(({ input }) => ledger().blocks(input)),
    block: api.block.handler(({ input }) => ledger().block(input)),
    transactions: api.transactions.handler(({ input }) => ledger().transactions(input)),
    transaction: api.transaction.handler(({ input }) => ledger().transaction(input)),
    submit: api.submit.handler(({ input }) => ledger().submit(input)),
    validators: api.validators.handler(() => ledger().validators()),
    card: api.card.handler(card),
    changeValidators: api.changeValidators.handler(({ input }) => ledger().changeValidators(input)),
    signatures: api.signatures.handler(({ signal }) => latest(ledger().watchSignatures, signal)),
    proof: api.proof.handler(({ input }) => ledger().proof(input)),
    inclusion: api.inclusion.handler(({ input }) => ledger().inclusion(input)),
    consistency: api.consistency.handler(({ input }) => ledger().consistency(input)),
    snapshot: api.snapshot.handler(({ input }) => ledger().snapshot(input)),
    evidence: api.evidence.handler(({ input }) => ledger().evidence(input)),
    evidenceFile: api.evidenceFile.handler(() => ledger().evidenceFile()),
    recover: api.recover.handler(() => ledger().recover()),
    changes: api.changes.handler(({ signal }) => each(ledger().onFinal, signal)),
  };
}
