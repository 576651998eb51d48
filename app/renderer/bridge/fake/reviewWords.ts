import type { ModerationLabel } from '../../../contract/index.ts';

interface Accused {
  readonly label: ModerationLabel;
  readonly subject: string;
  readonly text: string;
  readonly why: string;
  readonly spans: [number, number][];
}

/** Offsets of the given parts of a text. */
const spansOf = (text: string, parts: readonly string[]): [number, number][] =>
  parts.map((part) => [text.indexOf(part), text.indexOf(part) + part.length]);

const say = (
  label: ModerationLabel,
  subject: string,
  text: string,
  why: string,
  ...parts: string[]
): Accused => ({ label, subject, text, why, spans: spansOf(text, parts) });

/** Texts that the sample community’s models held back, some of them wrongly. */
export const accused: readonly [Accused, ...Accused[]] = [
  say(
    'spam',
    'Exclusive berths, limited time',
    'CHEAP berth passes!! Visit www.best-berths.example now and get 80% off every mooring. Limited time offer, act today, no questions asked.',
    'Reads like an advertisement; the domain is on no list.',
    'CHEAP berth passes!!',
    'Limited time offer, act today',
  ),
  say(
    'insult',
    'Re: Fog horn schedule',
    'Only an idiot would move the fog horn without asking the north pier first. You people never learn.',
    'Speaks about a person in insulting words.',
    'Only an idiot',
  ),
  say(
    'spam',
    'Work from your boat',
    'Earn 5000 a week from your b\u200Bo\u200Ba\u200Bt. Write to me for the s3cret meth0d, I answer within minutes.',
    'Words are broken up by invisible characters; read without them it is an advertisement.',
    'Earn 5000 a week',
    's3cret meth0d',
  ),
  say(
    'toxic',
    'Courier for sale',
    'Selling one Courier, it works, it is ugly as sin and I damn well want it gone. Twenty or a good story.',
    'Swears; nobody is addressed.',
    'damn well',
  ),
  say(
    'threat',
    'Re: Quiet hours',
    'If I hear that engine once more before six I will come over and cut your lines myself.',
    'Announces harm to somebody.',
    'I will come over and cut your lines',
  ),
  say(
    'nsfw',
    'Photos from the dinner',
    'The uncut pictures of the crew dinner are in my file area, not for children and not for work.',
    'Announces pictures that are not for work.',
    'not for children and not for work',
  ),
  say(
    'identity',
    'Who takes the berths',
    'Those islanders take every berth and should go back to where they came from.',
    'Attacks people for what they are.',
    'should go back to where they came from',
  ),
];
