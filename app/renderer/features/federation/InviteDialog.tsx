import { useState } from 'react';
import { Role } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { federation as words } from '../../messages/federation.ts';
import { Button, Dialog, Notice, ProblemNotice, Said, Select, TextField } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { useCopy } from '../useCopy.ts';
import { Qr } from './Qr.tsx';

const roles = Role.exclude(['sysop']).options;
const spans = ['24', '72', '168', '720'] as const;

/** Makes an invite, then shows its link and QR code once. */
export function InviteDialog({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const client = useClient();
  const act = useAct();
  const { said, copy } = useCopy(words.invite);
  const [role, setRole] = useState<(typeof roles)[number]>('member');
  const [hours, setHours] = useState<(typeof spans)[number]>('72');
  const [uses, setUses] = useState('1');
  const [link, setLink] = useState<string | null>(null);
  const number = Number(uses);
  const usesError = Number.isInteger(number) && number >= 1 && number <= 100 ? null : words.invite.badUses;
  const make = async () => {
    if (usesError) return;
    await act.run(async () => {
      const made = await client.federation.invite({ role, hours: Number(hours), uses: number });
      setLink(made.link);
      onMade();
    });
  };
  if (link !== null) {
    return (
      <Dialog
        title={words.invite.ready}
        isOpen
        onClose={onClose}
        actions={
          <>
            <Button onPress={onClose}>{words.invite.done}</Button>
            <Button kind="main" autoFocus onPress={() => copy(link)}>
              {words.invite.copy}
            </Button>
          </>
        }
      >
        <Notice severity="attention" title={words.invite.once} />
        <div className="invite-ready">
          <Qr text={link} label={words.invite.qr} />
          <div className="invite-link">
            <span className="field-label">{words.invite.link}</span>
            <code className="mono invite-text">{link}</code>
            <p className="soft small">{words.invite.scan}</p>
            <Said>{said}</Said>
          </div>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={words.invite.title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{words.invite.cancel}</Button>
          <Button kind="main" onPress={() => void make()} isDisabled={act.busy || usesError !== null}>
            {words.invite.make}
          </Button>
        </>
      }
    >
      <Select
        label={words.invite.role}
        value={role}
        onChange={setRole}
        options={roles.map((value) => ({ value, label: t.common.roles[value] }))}
      />
      <Select
        label={words.invite.hours}
        value={hours}
        onChange={setHours}
        options={spans.map((value) => ({ value, label: words.invite.spans[value] }))}
      />
      <TextField
        label={words.invite.uses}
        hint={words.invite.usesHint}
        value={uses}
        onChange={setUses}
        inputMode="numeric"
        error={usesError}
        onEnter={() => void make()}
      />
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}
