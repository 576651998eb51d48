import { useState } from 'react';
import type { Outputs } from '../../../contract/index.ts';
import { href } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { DecisionBars } from '../../charts/DecisionBars.tsx';
import { LatencyLines } from '../../charts/LatencyLines.tsx';
import { count } from '../../messages/format.ts';
import { moderation } from '../../messages/moderation.ts';
import {
  Button,
  Loading,
  Message,
  Meter,
  Panel,
  ProblemNotice,
  RelativeTime,
  Select,
  useNow,
} from '../../ui/index.ts';
import { useCall } from '../useCall.ts';
import { Drift, Precision } from './Precision.tsx';
import { Standing } from './Standing.tsx';

const words = moderation.figures;
const MINUTE_MS = 60_000;
const spans = ['48', '168', '720'] as const;

/** The figures: decisions and speed, the age of the queue, precision, and drift. */
export function Figures() {
  const client = useClient();
  const now = useNow();
  const [hours, setHours] = useState<(typeof spans)[number]>('48');
  const minute = Math.floor(now / MINUTE_MS);
  const asked = useCall(() => client.moderation.dashboard({ hours: Number(hours) }), [hours, minute]);
  const { data } = asked;
  return (
    <div className="moderation-figures">
      <Standing />
      {data === null ? (
        <Panel title={words.chart.title}>
          {asked.problem ? (
            <ProblemNotice
              problem={asked.problem}
              action={<Button onPress={asked.reload}>{moderation.again}</Button>}
            />
          ) : (
            <Loading what={words.loading} />
          )}
        </Panel>
      ) : (
        <>
          <QueueFigures queue={data.queue} />
          <Panel title={words.chart.title} className="moderation-decisions">
            <div className="moderation-span">
              <Select
                label={words.hours.label}
                bare
                value={hours}
                onChange={setHours}
                options={spans.map((value) => ({ value, label: words.hours[value] }))}
              />
            </div>
            <DecisionBars hours={data.hours} now={now} />
          </Panel>
          <Panel title={words.latency.title}>
            <LatencyLines hours={data.hours} now={now} />
          </Panel>
          <Precision dashboard={data} />
          <Drift dashboard={data} />
        </>
      )}
    </div>
  );
}

function QueueFigures({ queue }: { queue: Outputs['moderation']['dashboard']['queue'] }) {
  const most = Math.max(1, ...queue.ages);
  return (
    <Panel title={words.queue.title}>
      <p className="moderation-says">{queue.open === 0 ? words.queue.none : words.queue.open(queue.open)}</p>
      {queue.oldestAt !== null && (
        <p className="soft">
          <Message text={words.queue.oldest} when={<RelativeTime at={queue.oldestAt} past focusable />} />
        </p>
      )}
      <div role="group" aria-label={words.queue.agesLabel} className="moderation-ages">
        {queue.ages.map((n, index) => (
          <Meter
            key={words.queue.ages[index]}
            label={words.queue.ages[index] ?? ''}
            share={n / most}
            words={count(n)}
            {...(index >= 2 && n > 0 ? { warnFrom: 0 } : {})}
          />
        ))}
      </div>
      <a className="link" href={href('review')}>
        {words.queue.go}
      </a>
    </Panel>
  );
}
