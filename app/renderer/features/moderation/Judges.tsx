import type { Judge } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { count } from '../../messages/format.ts';
import { moderation } from '../../messages/moderation.ts';
import { Badge, Button, Loading, Panel, ProblemNotice, Select, type Tone, Foreign } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { useCall } from '../useCall.ts';

const words = moderation.judges;
const choices = ['default', 'always', 'never'] as const;

/** Whose judgements this node takes over, how often they were right, and the sysop's choice. */
export function Judges() {
  const client = useClient();
  const asked = useCall(() => client.judgements.judges({}));
  const act = useAct();
  const choose = (did: string, choice: (typeof choices)[number]) =>
    void act
      .run(() => client.judgements.choose({ did, choice: choice === 'default' ? null : choice }))
      .then(asked.reload);
  const problem = act.problem ?? asked.problem;
  return (
    <Panel title={words.title}>
      <p className="soft measure">{words.means}</p>
      {problem && (
        <ProblemNotice
          problem={problem}
          action={<Button onPress={asked.reload}>{moderation.again}</Button>}
        />
      )}
      {asked.data === null && !problem && <Loading what={words.loading} />}
      {asked.data?.length === 0 && <p>{words.none}</p>}
      {asked.data !== null && asked.data.length > 0 && (
        <div className="moderation-wide">
          <table className="table" aria-label={words.table}>
            <thead>
              <tr>
                <th scope="col">{words.columns.person}</th>
                <th scope="col">{words.columns.state}</th>
                <th scope="col" className="right">
                  {words.columns.taken}
                </th>
                <th scope="col">{words.columns.checked}</th>
                <th scope="col">{words.columns.trust}</th>
              </tr>
            </thead>
            <tbody>
              {asked.data.map((judge) => (
                <tr key={judge.did}>
                  <td>
                    <span className="strong">
                      <Foreign text={judge.handle} />
                    </span>{' '}
                    <span className="soft">{t.common.roleName(judge.role)}</span>
                  </td>
                  <td>
                    <State judge={judge} />
                  </td>
                  <td className="mono right">{count(judge.taken)}</td>
                  <td className="mono">{words.checked(judge.sampled, judge.disagreed)}</td>
                  <td>
                    <Select
                      bare
                      label={words.trustOf(judge.handle)}
                      value={judge.choice ?? 'default'}
                      onChange={(choice) => choose(judge.did, choice)}
                      options={choices.map((value) => ({ value, label: words.choices[value] }))}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function State({ judge }: { judge: Judge }) {
  const { distrustedAt, trusted, online } = judge;
  const [tone, text]: [Tone, string] =
    distrustedAt !== null
      ? ['red', words.states.distrusted]
      : !trusted
        ? ['soft', words.states.unused]
        : online
          ? ['green', words.states.online]
          : ['soft', words.states.offline];
  return <Badge tone={tone}>{text}</Badge>;
}
