import type { Api, ServiceIn } from '../api/index.ts';
import type { JudgementsOfOthers } from './service.ts';

/** The contract's `judgements` procedures. */
export function judgementsApi(api: Api['judgements'], judgements: ServiceIn<JudgementsOfOthers>) {
  return {
    judges: api.judges.handler(({ context }) => judgements(context).judges()),
    choose: api.choose.handler(({ input, context }) => judgements(context).choose(input)),
  };
}
