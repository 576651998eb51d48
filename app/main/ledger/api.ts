import { each, latest, type Api, type ServiceIn } from '../api/index.ts';
import type { Ledger } from './service.ts';

/** The contract's `ledger` procedures. */
export function ledgerApi(api: Api['ledger'], ledger: ServiceIn<Ledger>) {
  return {
    status: api.status.handler(({ context }) => ledger(context).status()),
    genesis: api.genesis.handler(({ context }) => ledger(context).genesis()),
    blocks: api.blocks.handler(({ input, context }) => ledger(context).blocks(input)),
    block: api.block.handler(({ input, context }) => ledger(context).block(input)),
    transactions: api.transactions.handler(({ input, context }) => ledger(context).transactions(input)),
    transaction: api.transaction.handler(({ input, context }) => ledger(context).transaction(input)),
    submit: api.submit.handler(({ input, context }) => ledger(context).submit(input)),
    validators: api.validators.handler(({ context }) => ledger(context).validators()),
    changeValidators: api.changeValidators.handler(({ input, context }) =>
      ledger(context).changeValidators(input),
    ),
    scheduleVersion: api.scheduleVersion.handler(({ input, context }) =>
      ledger(context).scheduleVersion(input),
    ),
    signatures: api.signatures.handler(({ context }) =>
      latest(ledger(context).watchSignatures, context.signal),
    ),
    proof: api.proof.handler(({ input, context }) => ledger(context).proof(input)),
    entryProof: api.entryProof.handler(({ input, context }) => ledger(context).entryProof(input)),
    inclusion: api.inclusion.handler(({ input, context }) => ledger(context).inclusion(input)),
    consistency: api.consistency.handler(({ input, context }) => ledger(context).consistency(input)),
    snapshot: api.snapshot.handler(({ input, context }) => ledger(context).snapshot(input)),
    evidence: api.evidence.handler(({ input, context }) => ledger(context).evidence(input)),
    evidenceFile: api.evidenceFile.handler(({ context }) => ledger(context).evidenceFile()),
    recover: api.recover.handler(({ context }) => ledger(context).recover()),
    changes: api.changes.handler(({ context }) => each(ledger(context).onFinal, context.signal)),
  };
}
