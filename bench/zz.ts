import { withMembers } from './lib/fleet.ts';
import { everybodyPosts, meet, timesUntilLast } from './lib/meeting.ts';
import { percentile } from './lib/numbers.ts';
import { withScratch } from './lib/scratch.ts';
process.env.NODE_OPTIONS = '--cpu-prof --cpu-prof-dir=/tmp/prof --cpu-prof-interval 500';
await withScratch((scratch) =>
  withMembers(10, async (members) => {
    await meet(members, scratch);
    const t = timesUntilLast(await everybodyPosts(members, 10, 20, 5000));
    console.log(percentile(t, 0.5), percentile(t, 0.99));
  }),
);
