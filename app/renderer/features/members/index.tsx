import { isolated } from '../../../contract/foreign-text.ts';
import { useMemo, useRef, useState } from 'react';
import type { Member } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { count, date } from '../../messages/format.ts';
import { members as words } from '../../messages/members.ts';
import { useMembers, useCommunity } from '../../stores/index.ts';
import {
  Badge,
  Button,
  Dot,
  EmptyState,
  Loading,
  Panel,
  ProblemNotice,
  RelativeTime,
  LiveRegion,
  Select,
  TextField,
  VirtualList,
  Foreign,
} from '../../ui/index.ts';
import type { Column } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { useCopy } from '../useCopy.ts';
import { BanDialog, RoleDialog } from './dialogs.tsx';
import { mayRule, membersShown } from './filter.ts';
import type { Show } from './filter.ts';
import '../record.css';
import './members.css';

const columns: readonly Column<Member>[] = [
  {
    id: 'handle',
    label: words.columns.handle,
    width: 'minmax(0, 1fr)',
    cell: (member) => (
      <span className="member-name">
        <Dot tone={member.banned ? 'red' : member.online ? 'green' : 'soft'} />
        <span className="strong cut">
          <Foreign text={member.handle} />
        </span>
        {member.isMe && <Badge tone="cyan">{words.you}</Badge>}
        {member.banned && <Badge tone="red">{words.banned}</Badge>}
      </span>
    ),
  },
  {
    id: 'role',
    label: words.columns.role,
    width: '100px',
    cell: (member) => (
      <span className={member.role === 'member' ? 'soft' : ''}>{t.common.roleName(member.role)}</span>
    ),
  },
  {
    id: 'joined',
    label: words.columns.joined,
    width: '110px',
    wide: true,
    cell: (member) => <span className="soft">{date(member.joinedAt)}</span>,
  },
  {
    id: 'by',
    label: words.columns.by,
    width: '90px',
    wide: true,
    cell: (member) => member.invitedBy ?? <span className="soft">{words.founder}</span>,
  },
  {
    id: 'posts',
    label: words.columns.posts,
    width: '60px',
    align: 'right',
    wide: true,
    cell: (member) => <span className="mono">{count(member.posts)}</span>,
  },
  {
    id: 'seen',
    label: words.columns.seen,
    width: '76px',
    align: 'right',
    cell: (member) =>
      member.online ? (
        <span className="green">{words.online}</span>
      ) : member.lastSeenAt === null ? (
        <span className="soft">{words.never}</span>
      ) : (
        <span className="mono soft">
          <RelativeTime at={member.lastSeenAt} short />
        </span>
      ),
  },
];

/** Every member of the community: profile, last visit, and actions on them. */
export function MembersView(_props: { path: readonly string[] }) {
  const members = useMembers();
  const client = useClient();
  const act = useAct();
  const role = useCommunity().value?.me?.role;
  const { said, copy } = useCopy(words);
  const [part, setPart] = useState('');
  const [show, setShow] = useState<Show>('all');
  const [picked, setPicked] = useState<string | null>(null);
  const [dialog, setDialog] = useState<'role' | 'ban' | null>(null);
  const [lifted, setLifted] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const held = members.value;
  const shown = useMemo(() => membersShown(held ?? [], part, show), [held, part, show]);
  const member = shown.find((entry) => entry.did === picked) ?? shown[0] ?? null;
  const rules = member !== null && mayRule(role, member);
  const calm = dialog === null;

  const lift = () => {
    if (member === null) return;
    void act.run(() => client.members.lift({ did: member.did })).then(setLifted);
  };
  useActions([
    {
      id: 'members.find',
      label: words.keys.find,
      section: 'view',
      shortcut: '/',
      line: true,
      when: () => calm,
      run: () => field.current?.focus(),
    },
    {
      id: 'members.role',
      label: words.keys.role,
      section: 'view',
      shortcut: 'r',
      line: true,
      when: () => calm && rules,
      run: () => setDialog('role'),
    },
    {
      id: 'members.ban',
      label: words.keys.ban,
      section: 'view',
      shortcut: 'b',
      line: true,
      when: () => calm && rules && member?.banned === null,
      run: () => setDialog('ban'),
    },
    {
      id: 'members.lift',
      label: words.keys.lift,
      section: 'view',
      shortcut: 'l',
      line: true,
      when: () => calm && rules && member?.banned !== null,
      run: lift,
    },
    {
      id: 'members.copy',
      label: words.keys.copy,
      section: 'view',
      shortcut: 'c',
      when: () => calm && member !== null,
      run: () => member && copy(member.did),
    },
  ]);

  return (
    <div className="members">
      <Panel
        level={1}
        title={words.title}
        count={held ? words.count(held.length, held.filter((entry) => entry.online).length) : null}
        className="members-list"
        flush
      >
        <div className="members-form">
          <TextField
            inputRef={field}
            label={words.filter}
            bare
            type="search"
            value={part}
            onChange={setPart}
            placeholder={words.placeholder}
          />
          <Select
            label={words.show}
            bare
            value={show}
            onChange={setShow}
            options={(['all', 'online', 'crew', 'banned'] as const).map((value) => ({
              value,
              label: words.shows[value],
            }))}
          />
        </div>
        {members.state === 'loading' && <Loading what={words.loading} />}
        {members.problem && members.state !== 'ready' && (
          <ProblemNotice
            problem={members.problem}
            action={<Button onPress={() => void members.refresh()}>{words.again}</Button>}
          />
        )}
        {held && shown.length === 0 && <EmptyState title={held.length === 0 ? words.empty : words.none} />}
        {shown.length > 0 && (
          <VirtualList
            key={`${show} ${part}`}
            label={words.list}
            items={shown}
            keyOf={(entry) => entry.did}
            columns={columns}
            autoFocus={part === ''}
            onActive={(entry) => {
              setPicked(entry.did);
              setLifted(false);
              act.clear();
            }}
            onOpen={(entry) => mayRule(role, entry) && setDialog('role')}
          />
        )}
      </Panel>
      <Panel title={isolated(member?.handle ?? words.details)} className="members-one">
        {member === null ? (
          <p className="soft">{words.pick}</p>
        ) : (
          <Details
            member={member}
            rules={rules}
            onRole={() => setDialog('role')}
            onBan={() => setDialog('ban')}
            onLift={lift}
            onCopy={() => copy(member.did)}
          />
        )}
        {act.problem && <ProblemNotice problem={act.problem} />}
        <LiveRegion>{lifted ? words.lifted : said}</LiveRegion>
      </Panel>
      {dialog === 'role' && member && <RoleDialog member={member} onClose={() => setDialog(null)} />}
      {dialog === 'ban' && member && <BanDialog member={member} onClose={() => setDialog(null)} />}
    </div>
  );
}

interface DetailsProps {
  readonly member: Member;
  readonly rules: boolean;
  readonly onRole: () => void;
  readonly onBan: () => void;
  readonly onLift: () => void;
  readonly onCopy: () => void;
}

function Details({ member, rules, onRole, onBan, onLift, onCopy }: DetailsProps) {
  const { banned } = member;
  return (
    <>
      <dl className="record">
        <dt>{words.columns.handle}</dt>
        <dd>
          <Foreign text={member.handle} />{' '}
          {member.handleBlock !== null && (
            <Badge tone="green" title={words.handleFinal.means}>
              {words.handleFinal.since(member.handleBlock)}
            </Badge>
          )}
        </dd>
        <dt>{words.columns.role}</dt>
        <dd>{t.common.roleName(member.role)}</dd>
        <dt>{words.columns.seen}</dt>
        <dd>
          {member.online ? (
            words.online
          ) : member.lastSeenAt === null ? (
            words.never
          ) : (
            <RelativeTime at={member.lastSeenAt} focusable />
          )}
        </dd>
        <dt>{words.columns.joined}</dt>
        <dd>
          <RelativeTime at={member.joinedAt} focusable />
        </dd>
        <dt>{words.columns.by}</dt>
        <dd>{member.invitedBy ?? words.founder}</dd>
        <dt>{words.columns.posts}</dt>
        <dd className="mono">{count(member.posts)}</dd>
        <dt>{words.identity}</dt>
        <dd className="mono record-long">{member.did}</dd>
      </dl>
      {banned && (
        <dl className="record record-banned">
          <dt className="red">{words.bannedSince}</dt>
          <dd>
            <RelativeTime at={banned.at} focusable /> {words.bannedBy(banned.by)}
          </dd>
          <dt>{words.until}</dt>
          <dd>{banned.until === null ? words.forever : <RelativeTime at={banned.until} focusable />}</dd>
          <dt>{words.reason}</dt>
          <dd>{banned.reason === '' ? words.noReason : <Foreign text={banned.reason} />}</dd>
        </dl>
      )}
      <div className="members-acts">
        {rules && (
          <Button onPress={onRole} shortcut="r">
            {words.changeRole}
          </Button>
        )}
        {rules && !banned && (
          <Button kind="danger" onPress={onBan} shortcut="b">
            {words.ban}
          </Button>
        )}
        {rules && banned && (
          <Button onPress={onLift} shortcut="l">
            {words.lift}
          </Button>
        )}
        <Button kind="quiet" onPress={onCopy}>
          {words.copyIdentity}
        </Button>
      </div>
    </>
  );
}
