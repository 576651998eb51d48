import { done, each, type Api, type ServiceIn } from '../api/index.ts';
import type { Review } from './service.ts';

/** The contract's `review` procedures. */
export function reviewApi(api: Api['review'], review: ServiceIn<Review>) {
  return {
    list: api.list.handler(({ input, context }) => review(context).list(input)),
    counts: api.counts.handler(({ context }) => review(context).counts()),
    item: api.item.handler(({ input, context }) => review(context).item(input)),
    author: api.author.handler(({ input, context }) => review(context).author(input)),
    claim: api.claim.handler(({ input, context }) => review(context).claim(input)),
    release: api.release.handler(({ input, context }) => review(context).release(input)),
    rule: api.rule.handler(({ input, context }) => review(context).rule(input)),
    undo: api.undo.handler(({ input, context }) => review(context).undo(input)),
    escalate: api.escalate.handler(({ input, context }) => review(context).escalate(input)),
    report: api.report.handler(({ input, context }) => done(review(context).report(input))),
    appeal: api.appeal.handler(({ input, context }) => done(review(context).appeal(input))),
    mine: api.mine.handler(({ input, context }) => review(context).mine(input)),
    filters: api.filters.handler(({ context }) => review(context).filters()),
    saveFilter: api.saveFilter.handler(({ input, context }) => review(context).saveFilter(input)),
    removeFilter: api.removeFilter.handler(({ input, context }) => done(review(context).removeFilter(input))),
    audit: api.audit.handler(({ input, context }) => review(context).audit(input)),
    moderators: api.moderators.handler(({ context }) => review(context).moderators()),
    follow: api.follow.handler(({ input, context }) => done(review(context).follow(input))),
    override: api.override.handler(({ input, context }) => done(review(context).override(input))),
    purge: api.purge.handler(({ input, context }) => review(context).purge(input)),
    answerPurge: api.answerPurge.handler(({ input, context }) => review(context).answerPurge(input)),
    purges: api.purges.handler(({ input, context }) => review(context).purges(input)),
    changes: api.changes.handler(({ context }) => each(review(context).onChange, context.signal)),
  };
}
