import { useState } from 'react';
import type { Job } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { count } from '../../messages/format.ts';
import { useJobs } from '../../stores/index.ts';
import {
  Badge,
  Button,
  Loading,
  Panel,
  ProblemNotice,
  ProgressBar,
  RelativeTime,
  type Tone,
  Foreign,
} from '../../ui/index.ts';
import { useCall } from '../useCall.ts';

const words = t.settings.archive;
const tones: Record<Job['state'], Tone> = {
  running: 'cyan',
  done: 'green',
  cancelled: 'soft',
  failed: 'red',
};

/** Imports and exports, running and past, newest first. */
export function Jobs() {
  const jobs = useJobs();
  const all = (jobs.value ?? []).toSorted((a, b) => b.startedAt - a.startedAt);
  return (
    <Panel title={words.jobs} count={all.length > 0 ? count(all.length) : undefined}>
      {jobs.state === 'loading' && <Loading what={t.common.loading} />}
      {jobs.state === 'failed' && jobs.problem !== null && <ProblemNotice problem={jobs.problem} />}
      {jobs.value !== null && all.length === 0 && <p className="soft">{words.noJobs}</p>}
      <ul className="jobs">
        {all.map((job) => (
          <JobRow key={job.id} job={job} />
        ))}
      </ul>
    </Panel>
  );
}

function JobRow({ job }: { job: Job }) {
  const client = useClient();
  return (
    <li className="job">
      <div className="job-head">
        <span className="strong">
          <Foreign text={job.title} />
        </span>
        <Badge tone={tones[job.state]}>{words.states[job.state]}</Badge>
        <span className="soft small">
          <RelativeTime at={job.endedAt ?? job.startedAt} focusable />
        </span>
        {job.state === 'running' && (
          <Button
            kind="quiet"
            aria-label={words.cancelNamed(job.title)}
            onPress={() => void client.archive.cancel({ id: job.id })}
          >
            {words.cancel}
          </Button>
        )}
      </div>
      {job.state === 'running' && <ProgressBar label={words.readSoFar} progress={job.progress} />}
      {job.counts !== null && <p className="soft small mono">{words.counts(job.counts)}</p>}
      {job.exported !== null && <p className="soft small mono">{words.exported(job.exported)}</p>}
      {job.problem !== null && <ProblemNotice problem={job.problem} />}
      {job.issues > 0 && <JobIssues job={job} />}
    </li>
  );
}

/** The messages that an import left out or changed, on demand. */
function JobIssues({ job }: { job: Job }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="stack">
      <div className="buttons">
        <Button kind="quiet" aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
          {isOpen ? words.hideIssues : words.showIssues(job.issues)}
        </Button>
      </div>
      {isOpen && <IssueList job={job} />}
    </div>
  );
}

function IssueList({ job }: { job: Job }) {
  const client = useClient();
  const { data, problem } = useCall(() => client.archive.issues({ id: job.id }), [job.id, job.issues]);
  if (problem !== null) return <ProblemNotice problem={problem} />;
  if (data === null) return <Loading what={t.common.loading} />;
  const more = job.issues - data.issues.length;
  return (
    <>
      <ul className="job-issues small">
        {data.issues.map(({ message, place, reason, outcome }, at) => (
          <li key={at}>
            <span className="mono">{words.issue(message, place)}</span>{' '}
            <Badge tone={outcome === 'left-out' ? 'red' : 'amber'}>{words.outcomes[outcome]}</Badge> {reason}
          </li>
        ))}
      </ul>
      {more > 0 && <p className="soft small">{words.moreIssues(more)}</p>}
    </>
  );
}
