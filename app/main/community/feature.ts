import type { StoredBase } from '../feature/index.ts';
import { defineFeature, type FeaturePorts } from '../feature/index.ts';
import type { Log } from '../log/log.ts';
import { CommunityProfile, communityUpdate } from './profile.ts';

/** Authority events read in one step. */
const PAGE = 1000;

export const communityFeature = defineFeature({
  name: 'community',
  needs: ['log'],
  kinds: [communityUpdate],
  stored: ({ genesis, store }: StoredBase) => {
    const profile = new CommunityProfile(genesis);
    for (const batch of store.batches(PAGE, 'authority')) {
      for (const { event } of batch) if (event.kind === communityUpdate.name) profile.apply(event);
    }
    return { projections: [profile], profile };
  },
  create: ({ signer }: Pick<FeaturePorts, 'signer'>, { log }: { log: Log }, { profile }) => ({
    /** The current name and description. */
    profile: () => profile.current(),
    update(changes: { name?: string | undefined; description?: string | undefined }): void {
      const body = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      log.append(signer, communityUpdate.name, body);
    },
  }),
  acts: [
    {
      name: 'name',
      weight: 1,
      act: ({ community }, rng) => community.update({ description: `Some words ${rng.between(0, 1e6)}` }),
    },
  ],
});
