import { shown } from '../../../contract/foreign-text.ts';
import type { Outputs, ReviewItem } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { ago } from '../../messages/format.ts';
import { listedSpans } from '../../messages/reasons.ts';
import { review as words } from '../../messages/review.ts';
import { useReviewNews } from '../../stores/index.ts';
import {
  Badge,
  Byline,
  Loading,
  Notice,
  PersonName,
  ProblemNotice,
  RelativeTime,
  useNow,
  Foreign,
} from '../../ui/index.ts';
import { FlaggedText } from '../FlaggedText.tsx';
import { HeldBadge } from '../HeldNote.tsx';
import { useCall } from '../useCall.ts';
import { Acts } from './Acts.tsx';
import { Author } from './Author.tsx';
import { Media } from './Media.tsx';
import { Scores } from './Scores.tsx';
import { PlaceOf } from './PlaceOf.tsx';

const MINUTE_MS = 60_000;

interface DetailProps {
  readonly id: string;
  /** The item as the list already has it. */
  readonly known: ReviewItem | null;
  readonly revealed: boolean;
}

/** One item: its text with flagged words, why it is here, its author, and its acts. */
export function Detail({ id, known, revealed }: DetailProps) {
  const client = useClient();
  const asked = useCall(() => client.review.item({ id }), [id]);
  useReviewNews((items) => {
    if (items.length === 0 || items.includes(id)) asked.reload();
  });
  const told = asked.data?.item.id === id ? asked.data : null;
  const item = told?.item ?? known;
  if (asked.problem && told === null) return <ProblemNotice problem={asked.problem} />;
  if (item === null) return <Loading what={words.item.loading} />;
  const { verdict, text } = item;
  const spans = [...(verdict?.spans ?? []), ...listedSpans(text ?? '', verdict?.reasons ?? [])];
  return (
    <>
      <Head item={item} />
      <Raised item={item} />
      {item.text === null ? (
        <p className="soft">{words.item.gone}</p>
      ) : item.text === '' ? (
        <p className="soft">{words.item.nothing}</p>
      ) : (
        <FlaggedText text={item.text} spans={spans} className="review-text" />
      )}
      <Media media={item.media} revealed={revealed} />
      <Scores verdict={verdict} />
      {told !== null && <Context told={told} />}
      <Author did={item.author.did} item={id} />
      {told !== null && <Acts acts={told.acts} />}
    </>
  );
}

function Head({ item }: { item: ReviewItem }) {
  const minutes = useMinutesLeft(item.claim?.until ?? null);
  const standing = () => {
    if (item.ruling) return words.item.ruling(item.ruling.ruling, item.ruling.by.handle);
    if (item.claim?.mine) return words.item.claimMine(minutes);
    if (item.claim) return words.item.claim(item.claim.by.handle, minutes);
    return words.item.unclaimed;
  };
  return (
    <header className="review-head">
      {item.subject !== null && (
        <p className="review-subject" dir="auto">
          {shown(item.subject)}
        </p>
      )}
      <p className="review-who">
        {item.sourceName === null ? (
          <PersonName person={item.author} />
        ) : (
          <Byline author={item.author.handle} sourceName={item.sourceName} />
        )}
        <span className="soft">
          <PlaceOf item={item} />
        </span>
        {item.held !== null && <HeldBadge state={item.held} />}
      </p>
      <p className="soft small">
        {standing()}{' '}
        {item.override !== null && <span className="amber">{words.item.override[item.override]}</span>}
      </p>
    </header>
  );
}

function useMinutesLeft(until: number | null): number {
  const now = useNow();
  return until === null ? 0 : Math.max(1, Math.ceil((until - now) / MINUTE_MS));
}

/** Why a person raised the item: the author’s appeal, reports, or another moderator’s escalation. */
function Raised({ item }: { item: ReviewItem }) {
  const now = useNow();
  const { appeal, reports, escalated } = item;
  if (appeal === null && escalated === null && reports.length === 0) return null;
  return (
    <div className="review-raised">
      {appeal !== null && (
        <Notice title={words.item.appeal(ago(appeal.at, now))}>
          <p dir="auto">{shown(appeal.text)}</p>
        </Notice>
      )}
      {escalated !== null && (
        <Notice severity="attention" title={words.item.escalated(escalated.by.handle, escalated.to)}>
          <p dir="auto">{shown(escalated.note)}</p>
        </Notice>
      )}
      {reports.map((report) => (
        <Notice key={`${report.by.did} ${report.at}`} title={words.item.report(report.by.handle)}>
          <p dir="auto">{shown(report.note)}</p>
        </Notice>
      ))}
    </div>
  );
}

function Context({ told }: { told: Outputs['review']['item'] }) {
  const { before, item, after } = told;
  return (
    <section>
      <h3 className="review-sub">{words.item.context}</h3>
      {before.length + after.length === 0 ? (
        <p className="soft">{words.item.noContext}</p>
      ) : (
        <ol className="review-context">
          {before.map((line) => (
            <Line key={line.id} line={line} />
          ))}
          <li>
            <Badge tone="amber">{words.item.thisOne}</Badge>{' '}
            <span className="strong">
              <Byline author={item.author.handle} sourceName={item.sourceName} />
            </span>
          </li>
          {after.map((line) => (
            <Line key={line.id} line={line} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Line({ line }: { line: Outputs['review']['item']['before'][number] }) {
  return (
    <li>
      <span className="strong">
        <Byline author={line.author.handle} sourceName={line.sourceName} />
      </span>{' '}
      <span className="soft small">
        <RelativeTime at={line.at} short past />
      </span>{' '}
      <Foreign text={line.text} />
    </li>
  );
}
