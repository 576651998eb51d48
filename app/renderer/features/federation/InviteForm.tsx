import { Role, type Reach, type ReachReport } from '../../../contract/index.ts';
import { t } from '../../messages/en.ts';
import { federation as words } from '../../messages/federation.ts';
import { Badge, Choices, Select, Switch, TextField } from '../../ui/index.ts';
import { reaches } from './reach.ts';

const roles = Role.exclude(['sysop']).options;
const spans = ['24', '72', '168', '720'] as const;

/** The options of an invite, as the form holds them. */
export interface InviteWish {
  readonly reach: Reach;
  /** Whether the node should carry connections for members; asked if the invite is for the internet. */
  readonly relay: boolean;
  readonly role: (typeof roles)[number];
  readonly hours: (typeof spans)[number];
  readonly uses: string;
}

/** How many may use the invite, or null if the input is not a valid number. */
export function usesOf(wish: InviteWish): number | null {
  const number = Number(wish.uses);
  return Number.isInteger(number) && number >= 1 && number <= 100 ? number : null;
}

interface InviteFormProps {
  readonly wish: InviteWish;
  readonly reports: readonly ReachReport[];
  readonly onChange: (patch: Partial<InviteWish>) => void;
  readonly onEnter: () => void;
}

/** Who an invite is for, the role it gives, and how long it is valid. */
export function InviteForm({ wish, reports, onChange, onEnter }: InviteFormProps) {
  const report = (reach: Reach) => reports.find((one) => one.reach === reach);
  return (
    <>
      <Choices
        label={words.invite.reach}
        value={wish.reach}
        onChange={(reach) => onChange({ reach })}
        options={reaches.map((reach) => ({
          value: reach,
          title: words.reach.titles[reach],
          means: report(reach)?.finding ?? '',
          badge: report(reach)?.ready ? (
            <Badge tone="green">{words.reach.ready}</Badge>
          ) : (
            <Badge tone="amber">{words.reach.notReady}</Badge>
          ),
        }))}
      />
      {wish.reach === 'internet' && (
        <Switch label={words.invite.relay} value={wish.relay} onChange={(relay) => onChange({ relay })} />
      )}
      <div className="invite-terms">
        <Select
          label={words.invite.role}
          value={wish.role}
          onChange={(role) => onChange({ role })}
          options={roles.map((value) => ({ value, label: t.common.roles[value] }))}
        />
        <Select
          label={words.invite.hours}
          value={wish.hours}
          onChange={(hours) => onChange({ hours })}
          options={spans.map((value) => ({ value, label: words.invite.spans[value] }))}
        />
        <TextField
          label={words.invite.uses}
          hint={words.invite.usesHint}
          value={wish.uses}
          onChange={(uses) => onChange({ uses })}
          inputMode="numeric"
          error={usesOf(wish) === null ? words.invite.badUses : null}
          onEnter={onEnter}
        />
      </div>
    </>
  );
}
