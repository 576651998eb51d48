import { useState } from 'react';
import { useClient } from '../../bridge/index.ts';
import { count } from '../../messages/format.ts';
import { review } from '../../messages/review.ts';
import { reviewPages } from '../../messages/reviewPages.ts';
import {
  Badge,
  Button,
  EmptyState,
  Loading,
  Panel,
  PersonName,
  ProblemNotice,
  LiveRegion,
  Switch,
} from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { useCall } from '../useCall.ts';

const words = reviewPages.moderators;

/** Whose decisions this node follows, what that means, and how often one agrees with them. */
export function Moderators() {
  const client = useClient();
  const asked = useCall(() => client.review.moderators({}));
  const act = useAct();
  const [said, setSaid] = useState('');
  const follow = (did: string, handle: string, following: boolean) =>
    void act
      .run(() => client.review.follow({ did, following }))
      .then((done) => {
        if (!done) return;
        setSaid(following ? words.sureOn(handle) : words.sureOff(handle));
        asked.reload();
      });
  return (
    <Panel title={words.title} level={1} className="review-page">
      <p className="measure soft">{words.why}</p>
      {asked.problem && (
        <ProblemNotice
          problem={asked.problem}
          action={<Button onPress={asked.reload}>{review.again}</Button>}
        />
      )}
      {asked.data === null && !asked.problem && <Loading what={words.loading} />}
      {asked.data?.length === 0 && <EmptyState title={words.empty}>{words.emptyHint}</EmptyState>}
      {asked.data !== null && asked.data.length > 0 && (
        <div className="review-wide">
          <table className="table" aria-label={words.table}>
            <thead>
              <tr>
                <th scope="col">{words.columns.who}</th>
                <th scope="col" className="right">
                  {words.columns.rulings}
                </th>
                <th scope="col" className="right">
                  {words.columns.undone}
                </th>
                <th scope="col">{words.columns.agreement}</th>
                <th scope="col">{words.columns.follow}</th>
              </tr>
            </thead>
            <tbody>
              {asked.data.map(({ person, isMe, following, rulings, undone, agreement }) => (
                <tr key={person.did}>
                  <td>
                    <PersonName person={person} /> {isMe && <Badge tone="cyan">{words.you}</Badge>}
                  </td>
                  <td className="mono right">{count(rulings)}</td>
                  <td className="mono right">{count(undone)}</td>
                  <td className="soft">
                    {isMe ? '–' : agreement === null ? words.noAgreement : words.agreement(agreement)}
                  </td>
                  <td>
                    {isMe ? (
                      '–'
                    ) : (
                      <Switch
                        bare
                        label={words.follow(person.handle)}
                        value={following}
                        on={words.on}
                        off={words.off}
                        isDisabled={act.busy}
                        onChange={(next) => follow(person.did, person.handle, next)}
                      />
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <LiveRegion>{said}</LiveRegion>
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Panel>
  );
}
