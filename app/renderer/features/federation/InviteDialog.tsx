import { useEffect, useRef, useState } from 'react';
import type { Reach, ReachReport } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { federation as words } from '../../messages/federation.ts';
import { useSettings } from '../../stores/index.ts';
import { readAnnounced } from '../../text/addresses.ts';
import { Button, Dialog, Loading, Notice, ProblemNotice, TextField } from '../../ui/index.ts';
import { ReachSteps } from '../ReachSteps.tsx';
import { useAct } from '../useAct.ts';
import { useCall } from '../useCall.ts';
import { InviteForm, usesOf, type InviteWish } from './InviteForm.tsx';
import { InviteReady, type Made } from './InviteReady.tsx';
import { usualReach } from './reach.ts';

/**
 * Asks whom an invite is for, sets this node up for that reach if necessary, makes the invite, and shows its
 * link and QR code once. If the node cannot set itself up, shows the steps that are left.
 */
export function InviteDialog({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const client = useClient();
  const settings = useSettings();
  const asked = useCall(() => client.federation.reaches({}));
  const act = useAct();
  const [chosen, setChosen] = useState<Partial<InviteWish>>({});
  /** The result of the last set-up, if it was not enough. */
  const [short, setShort] = useState<ReachReport | null>(null);
  const [announce, setAnnounce] = useState<string | null>(null);
  const [settingUp, setSettingUp] = useState<Reach | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const isOpen = useRef(true);
  useEffect(() => {
    isOpen.current = true;
    return () => {
      isOpen.current = false;
    };
  }, []);

  const network = settings.value?.network ?? null;
  const reports = asked.data ?? [];
  const reach = chosen.reach ?? usualReach(reports);
  const report = reports.find((one) => one.reach === reach);
  const ready = report?.ready === true;
  const wish: InviteWish = {
    role: 'member',
    hours: '72',
    uses: '1',
    // A node that is already set up keeps its sysop’s choice.
    relay: ready ? (network?.relay ?? false) : true,
    ...chosen,
    reach,
  };
  const uses = usesOf(wish);
  const announced = announce ?? (network?.announce ?? []).join(', ');
  const read = readAnnounced(announced);
  const announceError = announce === null || read.ok ? null : read.why;

  const setUp = async (): Promise<ReachReport> => {
    setSettingUp(reach);
    try {
      return await client.federation.setReach({
        reach,
        ...(reach === 'internet' ? { relay: wish.relay } : {}),
        ...(announce !== null && read.ok ? { announce: read.addresses } : {}),
      });
    } finally {
      setSettingUp(null);
      asked.reload();
      void settings.refresh();
    }
  };
  const make = () =>
    act.run(async () => {
      if (uses === null || announceError !== null || report === undefined) return;
      const now = ready && short === null ? report : await setUp();
      // The link is shown once: without the dialog nobody would see it.
      if (!isOpen.current) return;
      setShort(now.ready ? null : now);
      if (!now.ready) return;
      if (now === report && reach === 'internet' && network !== null && wish.relay !== network.relay)
        await client.settings.set({ network: { relay: wish.relay } });
      const { role, hours } = wish;
      const invite = await client.federation.invite({ role, hours: Number(hours), uses, reach });
      setMade({ ...invite, report: now });
      onMade();
    });

  if (made !== null) return <InviteReady made={made} onClose={onClose} />;
  const isBlocked = uses === null || report === undefined || announceError !== null;
  const main = short !== null ? words.invite.again : ready ? words.invite.make : words.invite.setUp;
  return (
    <Dialog
      title={words.invite.title}
      isOpen
      onClose={onClose}
      actions={
        <>
          {short === null ? (
            <Button onPress={onClose}>{words.invite.cancel}</Button>
          ) : (
            <Button onPress={() => setShort(null)} isDisabled={act.busy}>
              {words.invite.back}
            </Button>
          )}
          <Button kind="main" onPress={() => void make()} isDisabled={isBlocked} waits={act.busy}>
            {main}
          </Button>
        </>
      }
    >
      {asked.data === null && asked.loading && <Loading what={words.reach.asking} />}
      {asked.problem && (
        <ProblemNotice
          problem={asked.problem}
          action={<Button onPress={asked.reload}>{words.again}</Button>}
        />
      )}
      {short !== null && (
        <>
          <ReachSteps report={short} />
          {reach === 'internet' && (
            <TextField
              label={words.announce.label}
              hint={words.announce.hint}
              value={announced}
              onChange={setAnnounce}
              onEnter={() => void make()}
              error={announceError}
              mono
              autoFocus
            />
          )}
        </>
      )}
      {short === null && asked.data !== null && (
        <InviteForm
          wish={wish}
          reports={reports}
          onChange={(patch) => setChosen((before) => ({ ...before, ...patch }))}
          onEnter={() => void make()}
        />
      )}
      {settingUp !== null && <Notice title={words.reach.working[settingUp]} live />}
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}
