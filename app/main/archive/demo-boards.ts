import type { MessageOutline } from './message.ts';

/** A board of the demo community and the pattern of its mails. */
export interface DemoBoard {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  /** Matched against List-Id, To, Cc and the subject's tag, all in lower case. */
  readonly matches: RegExp;
}

/** Matched in order; the last one accepts all other mails. */
export const DEMO_BOARDS: readonly DemoBoard[] = [
  {
    slug: 'ilug',
    name: 'Irish Linux Users',
    description: 'Distributions, drivers and dial-up: the Irish Linux Users\u2019 Group of 2002.',
    matches: /<ilug\.linux\.ie>|\bilug@linux\.ie|\[ilug\]/,
  },
  {
    slug: 'ilug-social',
    name: 'Irish Linux Users: social',
    description: 'Where to meet, and what was said there.',
    matches: /<social\.linux\.ie>|\bsocial@linux\.ie|\[ilug-social\]/,
  },
  {
    slug: 'webdev',
    name: 'Web developers',
    description: 'Servers, scripts and browsers, from the Irish Linux Users\u2019 Group.',
    matches: /<webdev\.linux\.ie>|\[webdev\]/,
  },
  {
    slug: 'fork',
    name: 'Friends of Rohit Khare',
    description: 'Essays, arguments and links: the FoRK list.',
    matches: /<fork\.|\bfork@|<irregulars\.tb\.tf>/,
  },
  {
    slug: 'exmh',
    name: 'exmh',
    description: 'Users and developers of the exmh mail reader.',
    matches: /<exmh-(?:users|workers)\.|\bexmh-(?:users|workers)@/,
  },
  {
    slug: 'rpm',
    name: 'RPM packages',
    description: 'Building and mending packages: the Freshrpms discussion list.',
    matches: /<rpm-[a-z]*list\.freshrpms|\brpm-[a-z]*list@/,
  },
  {
    slug: 'razor',
    name: 'Razor',
    description: 'Users of Vipul\u2019s Razor, a shared catalogue of spam.',
    matches: /<razor-users\.|\brazor-users@|\[razor-users\]/,
  },
  {
    slug: 'spamassassin',
    name: 'SpamAssassin',
    description: 'Rules, scores and false alarms: users of SpamAssassin.',
    matches: /<spamassassin-talk\.|\bspamassassin-talk@|\[satalk\]/,
  },
  {
    slug: 'spamassassin-dev',
    name: 'SpamAssassin development',
    description: 'How SpamAssassin was made: developers and their commits.',
    matches: /<spamassassin-(?:devel|commits)\.|\bspamassassin-(?:devel|commits)@|\[sa(?:dev|cvs)\]/,
  },
  {
    slug: 'spambayes',
    name: 'SpamBayes',
    description: 'The Pythonic Bayesian classifier takes shape.',
    matches: /<spambayes|\bspambayes@|\[spambayes\]/,
  },
  {
    slug: 'zzzzteana',
    name: 'Forteana',
    description: 'Odd news and strange phenomena, with due scepticism.',
    matches: /zzzzteana/,
  },
  {
    slug: 'security',
    name: 'Security',
    description: 'Secure programming and holes found: secprog, Bugtraq and VulnWatch.',
    matches: /<secprog\.|secprog@|bugtraq|vulnwatch|\[void\]/,
  },
  {
    slug: 'use-perl',
    name: 'use Perl',
    description: 'Headlines and stories for people who write Perl.',
    matches: /use-perl@|\[use perl\]/,
  },
  {
    slug: 'headlines',
    name: 'Headlines',
    description: 'News feeds of 2002, delivered as mail.',
    matches: /rssfeeds@|theregister|cnet-newsletters@|-zdnet@|\blockergnome/,
  },
  {
    slug: 'general',
    name: 'General',
    description: 'Everything else: announcements, newsletters and letters.',
    matches: /^/,
  },
];

/** The board of a mail, by the headers that its mailing list added. */
export function demoBoardOf({ subject, list }: Pick<MessageOutline, 'subject' | 'list'>): string {
  const subjectTag = /\[[^\]]{1,40}\]/.exec(subject)?.[0] ?? '';
  const text = `${list}\n${subjectTag.toLowerCase()}`;
  return DEMO_BOARDS.find((board) => board.matches.test(text))?.slug ?? 'general';
}
