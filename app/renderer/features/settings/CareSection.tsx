import { useState } from 'react';
import type { Problem, Verification } from '../../../contract/index.ts';
import { problemOf, useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { bytes, count } from '../../messages/format.ts';
import {
  Button,
  Dialog,
  Notice,
  Panel,
  ProblemNotice,
  ProgressBar,
  RelativeTime,
  LiveRegion,
  useNow,
} from '../../ui/index.ts';
import { useCall } from '../useCall.ts';

const words = t.settings.care;

/** Backups, and verification that what is shown matches the log. */
export function CareSection() {
  return (
    <>
      <Backups />
      <Verify />
    </>
  );
}

function Backups() {
  const client = useClient();
  const [turn, setTurn] = useState(0);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const backups = useCall(() => client.maintenance.backups({}), [turn]);
  const backUp = async () => {
    setBusy(true);
    setProblem(null);
    setSaid(words.backingUp);
    try {
      const made = await client.maintenance.backup({});
      setSaid(words.backedUp(bytes(made.sizeBytes), made.path));
      setTurn((value) => value + 1);
    } catch (error) {
      setSaid('');
      setProblem(problemOf(error));
    }
    setBusy(false);
  };
  const made = backups.data ?? [];
  return (
    <Panel title={words.backups} count={made.length > 0 ? count(made.length) : undefined}>
      <div className="stack">
        <p className="soft measure">{words.backupsWhy}</p>
        {problem !== null && <ProblemNotice problem={problem} />}
        {backups.problem !== null && <ProblemNotice problem={backups.problem} />}
        {backups.data?.length === 0 && <p>{words.none}</p>}
        {made.length > 0 && (
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{words.when}</th>
                <th scope="col">{words.file}</th>
                <th scope="col" className="right">
                  {words.size}
                </th>
              </tr>
            </thead>
            <tbody>
              {made.map((backup) => (
                <tr key={backup.path}>
                  <td>
                    <RelativeTime at={backup.at} focusable />
                  </td>
                  <td className="mono path">{backup.path}</td>
                  <td className="mono right">{bytes(backup.sizeBytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <div className="buttons">
          <Button kind="main" onPress={() => void backUp()} isDisabled={busy}>
            {words.backupNow}
          </Button>
          <LiveRegion>{said}</LiveRegion>
        </div>
      </div>
    </Panel>
  );
}

type Work = { kind: 'verify' | 'rebuild'; startedAt: number };

function Verify() {
  const client = useClient();
  const [work, setWork] = useState<Work | null>(null);
  const [result, setResult] = useState<Verification | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asking, setAsking] = useState(false);
  const run = async (kind: Work['kind'], deep: boolean) => {
    setWork({ kind, startedAt: Date.now() });
    setResult(null);
    setProblem(null);
    try {
      setResult(
        kind === 'verify' ? await client.maintenance.verify({ deep }) : await client.maintenance.rebuild({}),
      );
    } catch (error) {
      setProblem(problemOf(error));
    }
    setWork(null);
  };
  return (
    <Panel title={words.verify}>
      <div className="stack">
        <p className="soft measure">{words.verifyWhy}</p>
        <div className="buttons">
          <Button kind="main" isDisabled={work !== null} onPress={() => void run('verify', false)}>
            {words.verifyNow}
          </Button>
          <Button isDisabled={work !== null} onPress={() => void run('verify', true)}>
            {words.verifyDeep}
          </Button>
          <Button kind="danger" isDisabled={work !== null} onPress={() => setAsking(true)}>
            {words.rebuild}
          </Button>
        </div>
        {work !== null && <Working work={work} />}
        {problem !== null && <ProblemNotice problem={problem} />}
        {result !== null && <Result result={result} />}
      </div>
      <Dialog
        title={words.rebuildAsk}
        role="alertdialog"
        width="narrow"
        isOpen={asking}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onPress={() => setAsking(false)}>{t.common.cancel}</Button>
            <Button
              kind="danger"
              onPress={() => {
                setAsking(false);
                void run('rebuild', false);
              }}
            >
              {words.rebuild}
            </Button>
          </>
        }
      >
        <p>{words.rebuildAskWhy}</p>
      </Dialog>
    </Panel>
  );
}

function Working({ work }: { work: Work }) {
  const now = useNow('second');
  const seconds = Math.max(0, Math.round((now - work.startedAt) / 1000));
  return (
    <ProgressBar
      label={work.kind === 'verify' ? words.verifying : words.rebuilding}
      progress={{ done: seconds, total: null, perSecond: 0, etaSeconds: null }}
      words={words.elapsed(seconds)}
    />
  );
}

function Result({ result }: { result: Verification }) {
  const figures: readonly [string, string][] = [
    [words.events, count(result.events)],
    [words.posts, count(result.posts)],
    [words.members, count(result.members)],
    [words.logDigest, result.logDigest],
    [words.stateDigest, result.stateDigest],
  ];
  return (
    <>
      <Notice
        severity={result.ok ? 'good' : 'danger'}
        title={result.ok ? words.sound(result.events) : words.faulty(result.faults.length)}
        live
      >
        {result.ok ? null : words.faultRemedy}
      </Notice>
      {result.faults.length > 0 && (
        <ul className="faults mono small">
          {result.faults.map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      )}
      <dl className="care-figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt className="soft">{name}</dt>
            <dd className="mono">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="soft small">{words.digestMeans}</p>
    </>
  );
}
