import { isolated } from '../../../contract/foreign-text.ts';
import type { CommunityStatus } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { stopwatch } from '../../messages/format.ts';
import { useOnline } from '../../stores/index.ts';
import { Loading, Panel, PersonName, ProblemNotice, RelativeTime, Foreign } from '../../ui/index.ts';
import { useCall } from '../useCall.ts';

const words = t.overview.online;
const mostShown = 8;

/** Who is online, and the last callers. */
export function OnlinePanel({ status }: { status: CommunityStatus }) {
  const client = useClient();
  const online = useOnline();
  const { counts } = status;
  const callers = useCall(() => client.chat.callers({ limit: 5 }), [counts.callsToday, counts.online]);
  const present = online.value ?? [];
  return (
    <Panel title={words.title} count={words.of(counts.online, counts.members)} className="online">
      {online.state === 'loading' && <Loading what={t.common.loading} />}
      {online.state === 'failed' && online.problem !== null && <ProblemNotice problem={online.problem} />}
      {present.length > 0 && (
        <table className="table online-people">
          <thead>
            <tr>
              <th scope="col">{words.handle}</th>
              <th scope="col">{words.doing}</th>
              <th scope="col" className="table-wide">
                {words.node}
              </th>
              <th scope="col" className="right">
                {words.idle}
              </th>
            </tr>
          </thead>
          <tbody>
            {present.slice(0, mostShown).map((presence) => (
              <tr key={`${presence.person.did} ${presence.node}`}>
                <td>
                  <PersonName person={presence.person} role={presence.person.role === 'sysop'} />
                </td>
                <td title={isolated(presence.doing)}>
                  {presence.doing === '' ? '–' : <Foreign text={presence.doing} />}
                </td>
                <td className="table-wide" title={isolated(presence.node)}>
                  <Foreign text={presence.node} />
                </td>
                <td className="mono right">{stopwatch(presence.idleMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {online.value !== null && present.length === 0 && <p className="soft">{words.nobody}</p>}
      <table className="table callers">
        <thead>
          <tr>
            <th scope="col">{words.callers}</th>
            <th scope="col" className="right">
              {words.when}
            </th>
          </tr>
        </thead>
        <tbody>
          {callers.data?.map((caller) => (
            <tr key={`${caller.person.did} ${caller.at}`}>
              <td>{words.from(caller.person.handle, caller.node)}</td>
              <td className="right">
                <RelativeTime at={caller.at} short />
              </td>
            </tr>
          ))}
          {callers.data?.length === 0 && (
            <tr>
              <td colSpan={2} className="soft">
                {words.noCallers}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </Panel>
  );
}
