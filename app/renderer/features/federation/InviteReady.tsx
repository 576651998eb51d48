import type { Outputs, ReachReport } from '../../../contract/index.ts';
import { federation as words } from '../../messages/federation.ts';
import { Button, Dialog, Notice, LiveRegion } from '../../ui/index.ts';
import { useCopy } from '../useCopy.ts';
import { Qr } from './Qr.tsx';
import { shownAddress } from './reach.ts';

/** A new invite, with the state of the reach it is for. */
export interface Made extends Pick<Outputs['federation']['invite'], 'link' | 'addresses'> {
  readonly report: ReachReport;
}

/** The link and its QR code, shown once, and the addresses in it. */
export function InviteReady({ made, onClose }: { made: Made; onClose: () => void }) {
  const { link, addresses, report } = made;
  const { said, copy } = useCopy(words.invite);
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
          <code className="mono invite-text" tabIndex={0}>
            {link}
          </code>
          <p className="soft small">{words.invite.scan}</p>
          <LiveRegion>{said}</LiveRegion>
        </div>
      </div>
      <div className="small">
        <p>
          {report.finding} <span className="soft">{report.steps.join(' ')}</span>
        </p>
        <h3 className="soft invite-leads">{words.invite.leadsTo}</h3>
        <ul>
          {addresses.map((address) => (
            <li key={address}>
              <code className="mono" title={address}>
                {shownAddress(address)}
              </code>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
