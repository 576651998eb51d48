import { useState } from 'react';
import { Role } from '../../../contract/index.ts';
import type { Member } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { members as words } from '../../messages/members.ts';
import { t } from '../../messages/en.ts';
import { Button, Dialog, ProblemNotice, Select, TextField, useNow } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';

const DAY_MS = 24 * 3_600_000;
const spans = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS, ever: null } as const;
type Span = keyof typeof spans;

/** Changes a member’s role. */
export function RoleDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const client = useClient();
  const act = useAct();
  const [role, setRole] = useState<Role>(member.role ?? 'guest');
  const save = async () => {
    if (await act.run(() => client.members.setRole({ did: member.did, role }))) onClose();
  };
  return (
    <Dialog
      title={words.roleDialog.title(member.handle)}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{words.roleDialog.cancel}</Button>
          <Button kind="main" onPress={() => void save()} isDisabled={act.busy || role === member.role}>
            {words.roleDialog.save}
          </Button>
        </>
      }
    >
      <Select
        label={words.roleDialog.role}
        value={role}
        onChange={setRole}
        hint={words.roleDialog.means[role]}
        options={Role.options.map((value) => ({ value, label: t.common.roles[value] }))}
      />
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}

/** Bans a member, with a reason that everyone can read. */
export function BanDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const client = useClient();
  const act = useAct();
  const now = useNow();
  const [reason, setReason] = useState('');
  const [span, setSpan] = useState<Span>('week');
  const [asked, setAsked] = useState(false);
  const error = reason.trim() === '' ? words.banDialog.needsReason : null;
  const ban = async () => {
    setAsked(true);
    if (error) return;
    const lasts = spans[span];
    const until = lasts === null ? null : now + lasts;
    if (await act.run(() => client.members.ban({ did: member.did, reason: reason.trim(), until }))) onClose();
  };
  return (
    <Dialog
      title={words.banDialog.title(member.handle)}
      role="alertdialog"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{words.banDialog.cancel}</Button>
          <Button kind="danger" onPress={() => void ban()} isDisabled={act.busy}>
            {words.banDialog.confirm}
          </Button>
        </>
      }
    >
      <p className="measure">{words.banDialog.why}</p>
      <TextField
        label={words.banDialog.reason}
        value={reason}
        onChange={setReason}
        maxLength={400}
        autoFocus
        error={asked ? error : null}
      />
      <Select
        label={words.banDialog.until}
        value={span}
        onChange={setSpan}
        options={(['day', 'week', 'month', 'ever'] as const).map((value) => ({
          value,
          label: words.banDialog.spans[value],
        }))}
      />
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}
