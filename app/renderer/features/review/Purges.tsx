import { shown } from '../../../contract/foreign-text.ts';
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import type { PurgeReceipt } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { review } from '../../messages/review.ts';
import { reviewPages } from '../../messages/reviewPages.ts';
import { itemAt, PagedList, useCommunity, useReviewNews } from '../../stores/index.ts';
import { Badge, Button, Message, ProblemNotice, RelativeTime, Foreign } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { ReviewPage } from './ReviewPage.tsx';

const PAGE = 50;
const words = reviewPages.purges;
const tones = { gone: 'green', refused: 'red', silent: 'amber' } as const;

/** Every purge and the answers of the members’ nodes. */
export function Purges() {
  const client = useClient();
  const list = useMemo(
    () => new PagedList<PurgeReceipt>((cursor) => client.review.purges({ cursor, limit: PAGE })),
    [client],
  );
  const state = useStore(list.store);
  useEffect(() => void list.refresh(), [list]);
  useReviewNews(() => void list.refresh());
  const receipts = Array.from({ length: state.count }, (_, n) => itemAt(state, n)).filter(
    (one) => one !== null,
  );
  return (
    <ReviewPage
      words={words}
      state={state}
      onAgain={() => void list.refresh()}
      above={<p className="measure soft">{words.why}</p>}
    >
      <ul className="review-receipts">
        {receipts.map((receipt) => (
          <li key={receipt.id}>
            <Receipt receipt={receipt} onAnswered={() => void list.refresh()} />
          </li>
        ))}
      </ul>
      {state.more && <Button onPress={() => void list.more()}>{review.keys.page}</Button>}
    </ReviewPage>
  );
}

function Receipt({ receipt, onAnswered }: { receipt: PurgeReceipt; onAnswered: () => void }) {
  const client = useClient();
  const act = useAct();
  const me = useCommunity().value?.me?.did;
  const { answers, here } = receipt;
  const tally = (answer: PurgeReceipt['answers'][number]['answer']) =>
    answers.filter((one) => one.answer === answer).length;
  const decided = here !== null || answers.some((one) => one.who.did === me && one.answer === 'refused');
  const answer = (given: 'gone' | 'refused') =>
    void act
      .run(() => client.review.answerPurge({ id: receipt.id, answer: given }))
      .then((done) => done && onAnswered());
  return (
    <article className="review-receipt" aria-label={words.receipt(receipt.reason)}>
      <p className="strong" dir="auto">
        {shown(receipt.reason)}
      </p>
      <p className="soft small">
        <Message
          text={words.asked}
          who={receipt.by.handle}
          when={<RelativeTime at={receipt.at} past focusable />}
          item={<span className="mono record-long">{receipt.item}</span>}
        />
      </p>
      <p>{here === null ? words.notHere : words.here(here.bytes, here.files)}</p>
      <p>
        {answers.length === 0 ? words.none : words.tally(tally('gone'), tally('refused'), tally('silent'))}
      </p>
      {answers.length > 0 && (
        <ul className="review-answers" aria-label={words.answersOf}>
          {answers.map((one) => (
            <li key={one.who.did}>
              <span>
                <Foreign text={one.who.handle} />
              </span>{' '}
              <Badge tone={tones[one.answer]}>{words.answers[one.answer]}</Badge>{' '}
              {one.at !== null && (
                <span className="soft small">
                  <RelativeTime at={one.at} short past />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {!decided && (
        <div className="review-line">
          <Button onPress={() => answer('gone')} isDisabled={act.busy}>
            {words.doIt}
          </Button>
          <Button onPress={() => answer('refused')} isDisabled={act.busy}>
            {words.refuse}
          </Button>
        </div>
      )}
      {act.problem && <ProblemNotice problem={act.problem} />}
    </article>
  );
}
