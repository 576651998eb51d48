import { done, each, type Api } from '../api/index.ts';
import type { Review } from './service.ts';

/** The contract's `review` procedures. `review` throws a Problem while there is no community. */
export function reviewApi(api: Api['review'], review: () => Review) {
  return {
    list: api.list.handler(({ input }) => review().list(input)),
    counts: api.counts.handler(() => review().counts()),
    item: api.item.handler(({ input }) => review().item(input)),
    author: api.author.handler(({ input }) => review().author(input)),
    claim: api.claim.handler(({ input }) => review().claim(input)),
    release: api.release.handler(({ input }) => review().release(input)),
    rule: api.rule.handler(({ input }) => review().rule(input)),
    undo: api.undo.handler(({ input }) => review().undo(input)),
    escalate: api.escalate.handler(({ input }) => review().escalate(input)),
    report: api.report.handler(({ input }) => done(review().report(input))),
    appeal: api.appeal.handler(({ input }) => done(review().appeal(input))),
    mine: api.mine.handler(({ input }) => review().mine(input)),
    filters: api.filters.handler(() => review().filters()),
    saveFilter: api.saveFilter.handler(({ input }) => review().saveFilter(input)),
    removeFilter: api.removeFilter.handler(({ input }) => done(review().removeFilter(input))),
    audit: api.audit.handler(({ input }) => review().audit(input)),
    moderators: api.moderators.handler(() => review().moderators()),
    follow: api.follow.handler(({ input }) => done(review().follow(input))),
    override: api.override.handler(({ input }) => done(review().override(input))),
    purge: api.purge.handler(({ input }) => review().purge(input)),
    answerPurge: api.answerPurge.handler(({ input }) => review().answerPurge(input)),
    purges: api.purges.handler(({ input }) => review().purges(input)),
    changes: api.changes.handler(({ signal }) => each(review().onChange, signal)),
  };
}
