import type {
  ModerationLabel,
  Person,
  PurgeReceipt,
  ReviewAct,
  ReviewCounts,
  ReviewFilter,
  ReviewItem,
  SavedFilter,
} from '../../../contract/index.ts';
import { Events } from './events.ts';
import { me, people } from './people.ts';
import { accused } from './reviewWords.ts';
import { pick, seeded } from './random.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const COUNT = 96;
const CLAIM_MS = 15 * MINUTE_MS;

type Change = Pick<ReviewAct, 'act'> & Partial<ReviewAct>;

/** The review data of the sample node in memory: held items and every act on them. */
export class SampleReview {
  items: ReviewItem[];
  acts: ReviewAct[] = [];
  purges: PurgeReceipt[];
  filters: SavedFilter[] = [];
  readonly unfollowed = new Set<string>();
  readonly news = new Events<{ counts: ReviewCounts; items: string[] }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    const at = now();
    this.items = Array.from({ length: COUNT }, (_, n) => itemAt(n, at));
    for (const item of this.items.slice(80))
      this.add(item.id, {
        act: 'rule',
        ruling: 'remove',
        labels: item.verdict?.labels ?? [],
        by: moderator(0),
      });
    this.purges = samplePurges(at);
  }

  find = (id: string): ReviewItem | undefined => this.items.find((item) => item.id === id);

  actsOn = (id: string): ReviewAct[] => this.acts.filter((act) => act.item === id);

  counts(): ReviewCounts {
    const open = this.items.filter(isOpen);
    return {
      open: open.length,
      mine: open.filter((item) => item.claim?.mine).length,
      raised: open.filter(isRaised).length,
      quarantined: open.filter((item) => item.held === 'quarantined').length,
      waiting: this.items.filter((item) => item.held === 'waiting').length,
    };
  }

  filter(filter: ReviewFilter): ReviewItem[] {
    const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
    const one = <T>(list: readonly T[], value: T | null) =>
      list.length === 0 || (value !== null && list.includes(value));
    const found = this.items.filter(
      (item) =>
        (filter.state === 'all' || (filter.state === 'open' ? isOpen(item) : item.ruling !== null)) &&
        one(filter.kinds, item.kind) &&
        one(filter.held, item.held) &&
        (filter.labels.length === 0 || filter.labels.some((label) => item.verdict?.labels.includes(label))) &&
        (filter.board === null || item.board === filter.board) &&
        (filter.author === null || item.author.did === filter.author) &&
        (filter.claimed === 'any' || (filter.claimed === 'me' ? item.claim?.mine : item.claim === null)) &&
        (!filter.raised || isRaised(item)) &&
        words.every((word) => `${item.subject ?? ''} ${item.text ?? ''}`.toLowerCase().includes(word)),
    );
    if (filter.order === 'worst') return found.sort((a, b) => worst(b) - worst(a));
    return found.sort((a, b) => (filter.order === 'oldest' ? a.since - b.since : b.since - a.since));
  }

  /** Adds an act and its consequences; by default the person at the console acts. */
  add(id: string, change: Change): string {
    const act: ReviewAct = {
      id: `bafyreisample-act-${this.acts.length}`,
      at: this.#now(),
      by: me,
      item: id,
      ruling: null,
      labels: [],
      note: '',
      followed: true,
      undone: false,
      ...change,
    };
    this.acts.push(act);
    const { by, at } = act;
    if (act.act === 'claim') this.set(id, { claim: { by, until: at + CLAIM_MS, mine: by.did === me.did } });
    if (act.act === 'release') this.set(id, { claim: null });
    if (act.act === 'escalate') this.set(id, { escalated: { by, to: 'sysop', note: act.note, at } });
    if (act.act === 'appeal') this.set(id, { appeal: { text: act.note, at } });
    if (act.act === 'rule' && act.ruling !== null) {
      const held = { publish: null, quarantine: 'quarantined', remove: 'removed' } as const;
      this.set(id, {
        held: held[act.ruling],
        ruling: { ruling: act.ruling, by, at, act: act.id },
        claim: null,
        appeal: null,
      });
    }
    return act.id;
  }

  undo(id: string): void {
    const act = this.acts.find((one) => one.id === id);
    if (!act || act.undone) return;
    this.acts = this.acts.map((one) => (one.id === id ? { ...one, undone: true } : one));
    if (act.act === 'rule') this.set(act.item, { ruling: null, held: 'queued' });
    if (act.act === 'claim') this.set(act.item, { claim: null });
    if (act.act === 'escalate') this.set(act.item, { escalated: null });
  }

  set(id: string, change: Partial<ReviewItem>): void {
    this.items = this.items.map((item) => (item.id === id ? { ...item, ...change } : item));
  }

  tell(items: string[]): void {
    this.news.tell({ counts: this.counts(), items });
  }
}

const moderator = (n: number): Person => people[1 + (n % 2)] ?? me;

const isRaised = (item: ReviewItem): boolean =>
  item.appeal !== null || item.reports.length > 0 || item.escalated !== null;

const isOpen = (item: ReviewItem): boolean =>
  item.ruling === null
    ? (item.held !== null && item.held !== 'waiting') || isRaised(item)
    : item.appeal !== null;

const worst = (item: ReviewItem): number => Math.max(0, ...Object.values(item.verdict?.scores ?? {}));

function itemAt(n: number, now: number): ReviewItem {
  const random = seeded(n * 7_919 + 3);
  const said = accused[n % accused.length] ?? accused[0];
  const author = people[3 + Math.floor(random() * 9)] ?? me;
  const since = now - (n + 1) * 7 * MINUTE_MS - Math.floor(random() * 5) * MINUTE_MS;
  const score = 0.52 + random() * 0.47;
  const hidden = score > 0.9;
  const labels: ModerationLabel[] = [said.label];
  const low = () => Math.round(random() * 20) / 100;
  const waiting = n >= 76 && n < 80;
  return {
    id: n < 4 ? `bafyreisample-p-0-0-${n + 2}` : `bafyreisample-r-${n}`,
    kind: n % 9 === 4 ? 'chat' : 'post',
    board: `bafyreisample-b-${n % 4}`,
    boardName: ['Harbour talk', 'Front desk', 'Doors', 'Market'][n % 4] ?? 'Doors',
    thread: `bafyreisample-t-${n % 4}-0`,
    subject: n % 5 === 0 ? said.subject : null,
    author,
    at: since - MINUTE_MS,
    since,
    text: said.text,
    format: 'markdown',
    media:
      n % 13 === 6
        ? [
            {
              cid: `bafkreisample-m-${n}`,
              name: 'berth-photo.png',
              type: 'image/png',
              sizeBytes: 48_213,
              here: true,
              nsfw: 0.83,
            },
          ]
        : [],
    held: waiting ? 'waiting' : n % 11 === 8 ? null : hidden ? 'quarantined' : 'queued',
    verdict: waiting
      ? null
      : {
          decision: hidden ? 'quarantine' : 'queue',
          confidence: score,
          scores: {
            spam: low(),
            toxic: low(),
            severe: low() / 2,
            obscene: low(),
            threat: low() / 2,
            insult: low(),
            identity: low() / 2,
            nsfw: low() / 2,
            [said.label]: score,
          },
          labels,
          reasons: [
            { code: said.label, detail: said.why },
            ...(n % 6 === 1 ? [{ code: 'links', detail: '3 links' }] : []),
          ],
          spans: said.spans,
          language: 'en',
          stage: n % 3 === 0 ? 'first' : 'second',
        },
    claim:
      n === 2
        ? { by: moderator(0), until: now + 11 * MINUTE_MS, mine: false }
        : n === 7
          ? { by: me, until: now + 9 * MINUTE_MS, mine: true }
          : null,
    escalated:
      n === 9
        ? { by: moderator(1), to: 'sysop', note: 'I know the author; better that you decide.', at: since }
        : null,
    appeal:
      n === 3 || n === 12
        ? { text: 'I sell one modem a year. This is not an advertisement.', at: since + 2 * MINUTE_MS }
        : null,
    reports:
      n % 11 === 8 ? [{ by: pick(random, people), note: 'Rude to a newcomer, twice.', at: since }] : [],
    ruling: null,
    override: null,
  };
}

function samplePurges(now: number): PurgeReceipt[] {
  return [
    {
      id: 'bafyreisample-purge-0',
      item: 'bafyreisample-r-purged',
      at: now - 5 * HOUR_MS,
      by: me,
      reason: 'A home address, published without consent',
      here: { bytes: 18_204, files: 1, at: now - 5 * HOUR_MS },
      answers: people.slice(1, 7).map((who, n) => ({
        who,
        answer: n < 3 ? 'gone' : n === 3 ? 'refused' : 'silent',
        at: n < 4 ? now - 5 * HOUR_MS + n * MINUTE_MS : null,
      })),
    },
    {
      id: 'bafyreisample-purge-1',
      item: 'bafyreisample-r-purged-too',
      at: now - 50 * HOUR_MS,
      by: people[1] ?? me,
      reason: 'Asked for by its author',
      here: null,
      answers: [{ who: people[2] ?? me, answer: 'gone', at: now - 49 * HOUR_MS }],
    },
  ];
}
