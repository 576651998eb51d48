import type { FederationView } from '../../../contract/index.ts';
import { federation as words } from '../../messages/federation.ts';
import { Badge, Button, Panel, ProblemNotice, RelativeTime, LiveRegion } from '../../ui/index.ts';
import type { Tone } from '../../ui/index.ts';
import type { Act } from '../useAct.ts';

const tones = { good: 'green', bad: 'amber', unknown: 'blue', off: 'soft' } as const satisfies Record<
  string,
  Tone
>;
const good = new Set(['direct', 'relayed']);

/** Whether others reach this node, in a sentence, with the findings and remedies. */
export function Doctor({
  doctor,
  act,
  ran,
  onRun,
}: {
  doctor: FederationView['doctor'];
  act: Act;
  ran: boolean;
  onRun: () => void;
}) {
  const { verdict, testedAt } = doctor.reachability;
  return (
    <Panel
      title={words.doctor.title}
      className="doctor"
      count={
        testedAt === null ? (
          words.doctor.untested
        ) : (
          <>
            {words.doctor.tested} <RelativeTime at={testedAt} />
          </>
        )
      }
    >
      <p className={`doctor-says ${good.has(verdict) ? '' : 'amber'}`}>{doctor.summary}</p>
      <ul className="checks" aria-label={words.doctor.list}>
        {doctor.checks.map((check) => (
          <li key={check.id}>
            <span className="strong">{words.doctor.names[check.id]}</span>
            <span className="check-state">
              <Badge tone={tones[check.state]}>{words.doctor.states[check.state]}</Badge>
            </span>
            <span className="check-found">
              {check.finding}
              {check.remedy !== null && <span className="check-remedy">{check.remedy}</span>}
            </span>
          </li>
        ))}
      </ul>
      <div className="doctor-foot">
        <Button onPress={onRun} isDisabled={act.busy} shortcut="d">
          {words.doctor.run}
        </Button>
        <LiveRegion>{act.busy ? words.doctor.running : ran ? words.doctor.done : ''}</LiveRegion>
      </div>
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Panel>
  );
}
