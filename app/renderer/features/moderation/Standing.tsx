import { count, milliseconds } from '../../messages/format.ts';
import { moderation } from '../../messages/moderation.ts';
import { useModeration } from '../../stores/index.ts';
import { Button, Dot, Loading, Notice, Panel, ProblemNotice } from '../../ui/index.ts';

const words = moderation.status;
const tones = { models: 'green', 'first-stage': 'amber', rules: 'amber', off: 'red' } as const;

/** The state of moderation in one sentence, with faults and the backlog. */
export function Standing() {
  const { value: status, problem, refresh } = useModeration();
  return (
    <Panel title={words.title} level={1} className="moderation-standing">
      {status === null && !problem && <Loading what={moderation.loading} />}
      {problem && (
        <ProblemNotice
          problem={status === null ? problem : { ...problem, message: moderation.stale }}
          action={<Button onPress={() => void refresh()}>{moderation.again}</Button>}
        />
      )}
      {status !== null && (
        <>
          <p className="moderation-says">
            <Dot tone={tones[status.mode]} /> {moderation.modes[status.mode]}
          </p>
          <p className="soft measure">{moderation.modeMeans[status.mode]}</p>
          {status.models
            .filter((model) => model.fault !== null)
            .map((model) => (
              <Notice
                key={model.name}
                severity="attention"
                title={moderation.models.fault(model.name, model.state)}
              >
                {model.fault}
              </Notice>
            ))}
          <dl className="moderation-facts">
            <div>
              <dt>{words.backlog}</dt>
              <dd className={`mono ${status.backlog.waiting > 0 ? 'amber' : ''}`}>
                {count(status.backlog.waiting)}
              </dd>
            </div>
            <div>
              <dt>{words.perSecond}</dt>
              <dd className="mono">{count(Math.round(status.perSecond))}</dd>
            </div>
            <div>
              <dt>{words.p50}</dt>
              <dd className="mono">
                {status.latency === null ? words.none : milliseconds(status.latency.p50Ms, true)}
              </dd>
            </div>
            <div>
              <dt>{words.p99}</dt>
              <dd className="mono">
                {status.latency === null ? words.none : milliseconds(status.latency.p99Ms, true)}
              </dd>
            </div>
          </dl>
          <p className="soft small">
            {status.backlog.waiting === 0 ? words.backlogNone : words.waiting(status.backlog.waiting)}
          </p>
        </>
      )}
    </Panel>
  );
}
