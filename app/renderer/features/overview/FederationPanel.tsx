import type { CommunityStatus } from '../../../contract/index.ts';
import { go } from '../../actions/route.ts';
import { t } from '../../messages/en.ts';
import { milliseconds } from '../../messages/format.ts';
import { useFederation } from '../../stores/index.ts';
import { Button, Loading, Panel, ProblemNotice, ProgressBar, Foreign } from '../../ui/index.ts';

const words = t.overview.federation;

/** The connected peers and the progress of catching up. */
export function FederationPanel({ status }: { status: CommunityStatus }) {
  const federation = useFederation();
  const shown = status.sync === null ? 4 : 2;
  const peers = federation.value?.peers ?? [];
  return (
    <Panel title={words.title} count={words.peers(status.peers)} shortcut="f" className="peers">
      <div className="peers-parts">
        {status.sync !== null && (
          <ProgressBar label={t.shell.stages[status.sync.stage]} progress={status.sync} />
        )}
        {federation.state === 'loading' && <Loading what={words.loading} />}
        {federation.state === 'failed' && federation.problem !== null && (
          <ProblemNotice problem={federation.problem} />
        )}
        {federation.value !== null && peers.length === 0 && (
          <>
            <p className="soft measure">{words.noPeers}</p>
            <div>
              <Button onPress={() => go('federation', 'invite')}>{words.invite}</Button>
            </div>
          </>
        )}
        {peers.length > 0 && (
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{words.name}</th>
                <th scope="col">{words.via}</th>
                <th scope="col" className="right">
                  {words.latency}
                </th>
              </tr>
            </thead>
            <tbody>
              {peers.slice(0, shown).map((peer) => (
                <tr key={peer.peerId}>
                  <td className="strong">
                    <Foreign text={peer.name ?? words.unnamed} />
                  </td>
                  <td>{words.vias[peer.via]}</td>
                  <td className="mono right">
                    {peer.latencyMs === null ? '–' : milliseconds(peer.latencyMs)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {peers.length > 0 && (
          <p className="soft small">
            {status.sync === null && words.upToDate}
            {peers.length > shown && <> {words.more(peers.length - shown)}</>}
          </p>
        )}
      </div>
    </Panel>
  );
}
