import { useState } from 'react';
import { useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { federation as words } from '../../messages/federation.ts';
import {
  Button,
  EmptyState,
  LiveRegion,
  Loading,
  Message,
  Panel,
  ProblemNotice,
  RelativeTime,
} from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { useCall } from '../useCall.ts';
import { listed } from '../../messages/format.ts';

/** The open invites; a change of `turn` reads them again. */
export function Invites({ turn, onInvite }: { turn: number; onInvite: () => void }) {
  const client = useClient();
  const asked = useCall(() => client.federation.invites({}), [turn]);
  const act = useAct();
  const [said, setSaid] = useState('');
  const invites = asked.data ?? [];
  const revoke = async (id: string) => {
    if (!(await act.run(() => client.federation.revokeInvite({ id })))) return;
    setSaid(words.invites.revoked);
    asked.reload();
  };
  return (
    <Panel title={words.invites.title} count={asked.data ? String(invites.length) : null} className="invites">
      {asked.loading && asked.data === null && <Loading what={words.invites.loading} />}
      {asked.problem && (
        <ProblemNotice
          problem={asked.problem}
          action={<Button onPress={asked.reload}>{words.again}</Button>}
        />
      )}
      {asked.data && invites.length === 0 && (
        <EmptyState title={words.invites.empty}>{words.invites.emptyHint}</EmptyState>
      )}
      <ul className="invite-list" aria-label={words.invites.list}>
        {invites.map((invite) => (
          <li key={invite.id}>
            <span>
              <Message
                text={words.invites.who}
                role={<span className="strong">{t.common.roles[invite.role]}</span>}
                uses={words.invites.uses(invite.usesLeft)}
              />
            </span>
            <span className="soft small invite-facts">
              <Message
                text={words.invites.facts}
                when={<RelativeTime at={invite.expiresAt} />}
                names={invite.usedBy.length === 0 ? words.invites.nobody : listed(invite.usedBy)}
              />
            </span>
            <Button
              kind="quiet"
              aria-label={words.invites.revokeOf(t.common.roles[invite.role])}
              onPress={() => void revoke(invite.id)}
              isDisabled={act.busy}
            >
              {words.invites.revoke}
            </Button>
          </li>
        ))}
      </ul>
      <Button kind="main" shortcut="i" onPress={onInvite}>
        {words.invites.make}
      </Button>
      {act.problem && <ProblemNotice problem={act.problem} />}
      <LiveRegion>{said}</LiveRegion>
    </Panel>
  );
}
