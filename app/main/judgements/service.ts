import type * as contract from '../../contract/index.ts';
import { equalBytes, toHex } from '../kernel/bytes.ts';
import { publicKeyOf } from '../kernel/did.ts';
import { silentLogger, type Logger } from '../kernel/logger.ts';
import { reaches } from '../kernel/roles.ts';
import type { Members, Roster } from '../members/index.ts';
import type { Moderation } from '../moderation/index.ts';
import { Answering } from './answering.ts';
import { Asking, type AskingInit } from './asking.ts';
import { problem } from './problems.ts';
import { JUDGEMENTS_PROTOCOL } from './wire.ts';

export interface JudgementsInit extends Omit<AskingInit, 'isTrusted' | 'personOf' | 'logger'> {
  readonly logger?: Logger;
  readonly moderation: Pick<Moderation, 'judges' | 'askOthers' | 'ownJudgement' | 'onDistrusted'>;
  readonly members: Pick<Members, 'person'>;
  readonly roster: Pick<Roster, 'member' | 'members'>;
  /** The keys of the persons who run the validators in force. */
  readonly validators: () => readonly Uint8Array[];
  readonly isMe: (key: Uint8Array) => boolean;
  /** Whether validators, and moderators and above, are trusted. */
  readonly trustModerators: () => boolean;
  readonly notices: {
    put(notice: Omit<contract.Notice, 'since'>): void;
    remove(id: string): void;
  };
}

type Inputs = contract.Inputs['judgements'];
export type JudgementsOfOthers = ReturnType<typeof createJudgements>;

const noticeOf = (person: Uint8Array) => `judge-distrusted-${toHex(person)}`;

/** Takes over what other nodes judged, and tells them what this one judged. The rules are in SPEC.md. */
export function createJudgements(init: JudgementsInit) {
  const { moderation, members, roster, transport, log, authority, notices } = init;
  const { judges } = moderation;
  const personOf = (key: Uint8Array) => roster.member(key)?.key ?? key;
  const roleOf = (person: Uint8Array) => authority.roleAt(person, log.now);
  const isValidator = (person: Uint8Array) => init.validators().some((key) => equalBytes(key, person));

  /** [JX4] */
  const isTrusted = (key: Uint8Array): boolean => {
    const person = personOf(key);
    const known = judges.of(person);
    const role = roleOf(person);
    if (role === null || known?.choice === 'never' || (known?.distrustedAt ?? null) !== null) return false;
    if (known?.choice === 'always') return true;
    return init.trustModerators() && (reaches(role, 'moderator') || isValidator(person));
  };

  const asking = new Asking({ ...init, logger: init.logger ?? silentLogger, isTrusted, personOf });
  const answering = new Answering({ ...init, ownJudgement: moderation.ownJudgement });
  let stops: (() => void)[] = [];

  const list = (): contract.Judge[] => {
    const online = new Set(init.memberPeers().map(({ publicKey }) => toHex(personOf(publicKey))));
    const records = new Map(judges.list().map((record) => [toHex(record.key), record]));
    const shown = roster
      .members()
      .filter(({ key }) => !init.isMe(key))
      .filter(({ key, role }) => records.has(toHex(key)) || reaches(role, 'moderator') || isValidator(key));
    return shown.map(({ key }) => {
      const record = records.get(toHex(key));
      return {
        ...members.person(key),
        isValidator: isValidator(key),
        trusted: isTrusted(key),
        choice: record?.choice ?? null,
        online: online.has(toHex(key)),
        taken: record?.taken ?? 0,
        sampled: record?.sampled ?? 0,
        disagreed: record?.disagreed ?? 0,
        distrustedAt: record?.distrustedAt ?? null,
      };
    });
  };

  return {
    start(): void {
      if (stops.length > 0) return;
      transport.handle(JUDGEMENTS_PROTOCOL, (channel) =>
        stops.length > 0 ? answering.answer(channel) : Promise.reject(problem('line-closed')),
      );
      stops = [
        moderation.onDistrusted((person) =>
          notices.put({
            ...problem.fields('judge-distrusted', { name: members.person(person).handle }),
            id: noticeOf(person),
            severity: 'attention',
            action: 'go.moderation',
          }),
        ),
      ];
      void moderation.askOthers(asking);
    },

    stop(): void {
      for (const stop of stops.splice(0)) stop();
      asking.stop();
    },

    judges: list,

    /** Throws a Problem `person-unknown` or `bad-did`. */
    choose({ did, choice }: Inputs['choose']): contract.Judge[] {
      const member = roster.member(publicKeyOf(did));
      if (!member) throw problem('person-unknown');
      judges.choose(member.key, choice);
      notices.remove(noticeOf(member.key));
      return list();
    },
  };
}
