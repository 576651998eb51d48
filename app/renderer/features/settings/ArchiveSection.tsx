import { isolated } from '../../../contract/foreign-text.ts';
import { useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { ArchiveFormat, type Job } from '../../../contract/index.ts';
import { problemOf, useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { bytes } from '../../messages/format.ts';
import { useBoards } from '../../stores/index.ts';
import { Button, Panel, LiveRegion, Select, Switch, TextField } from '../../ui/index.ts';
import { Jobs } from './Jobs.tsx';

const words = t.settings.archive;
/** The choice of the boards that the archive names. */
const NAMED = 'named';

/** Starts a job and reports the result. */
function useStart(): [said: string, start: (work: () => Promise<Job>) => void, say: (text: string) => void] {
  const [said, setSaid] = useState('');
  const start = (work: () => Promise<Job>) => {
    work().then(
      (job) => setSaid(words.started(job.title)),
      (error: unknown) => {
        const { message, remedy } = problemOf(error);
        setSaid(words.notStarted(t.common.problem(message, remedy)));
      },
    );
  };
  return [said, start, setSaid];
}

/** Import and export of archives, and their jobs. */
export function ArchiveSection() {
  const client = useClient();
  const [said, start] = useStart();
  return (
    <>
      <Jobs />
      <Import />
      <Export />
      <Panel title={words.demo}>
        <div className="stack">
          <p className="soft measure">{words.demoWhy}</p>
          <div className="buttons">
            <Button onPress={() => start(() => client.archive.demo({}))}>{words.demoNow}</Button>
            <LiveRegion>{said}</LiveRegion>
          </div>
        </div>
      </Panel>
    </>
  );
}

function Import() {
  const client = useClient();
  const boards = (useBoards().value ?? []).filter((board) => !board.archived);
  const [board, setBoard] = useState<string | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const [path, setPath] = useState('');
  const [format, setFormat] = useState<'auto' | ArchiveFormat>('auto');
  const [said, start, say] = useStart();
  const [keepOriginals, setKeepOriginals] = useState(true);
  const into = board ?? boards[0]?.id ?? NAMED;

  const run = (dryRun: boolean) => {
    const told = ArchiveFormat.safeParse(format);
    const source = path.trim() !== '' ? { path: path.trim() } : file !== null ? { file } : null;
    if (source === null) say(words.noSource);
    else
      start(() =>
        client.archive.import({
          ...(into === NAMED ? { create: true } : { board: into }),
          source,
          dryRun,
          keepOriginals,
          ...(told.success ? { format: told.data } : {}),
        }),
      );
  };
  return (
    <Panel title={words.import}>
      <div className="stack">
        <p className="soft measure">{words.importWhy}</p>
        <div className="form-grid">
          <Select
            label={words.board}
            value={into}
            onChange={setBoard}
            options={[
              ...boards.map(({ id, name }) => ({ value: id, label: isolated(name) })),
              { value: NAMED, label: words.namedBoards },
            ]}
          />
          <Select
            label={words.format}
            value={format}
            onChange={setFormat}
            options={(['auto', ...ArchiveFormat.options] as const).map((value) => ({
              value,
              label: words.formats[value],
            }))}
          />
          <div className="field">
            <span className="field-label" id="archive-file">
              {words.file}
            </span>
            <div className="buttons">
              <FileTrigger onSelect={(list) => setFile(list?.[0] ?? null)}>
                <Button aria-describedby="archive-file">{words.choose}</Button>
              </FileTrigger>
              <span className="mono small">{file !== null && words.chosen(file.name, bytes(file.size))}</span>
            </div>
          </div>
          <TextField label={words.orPath} hint={words.pathHint} value={path} onChange={setPath} mono />
        </div>
        <Switch label={words.keepOriginals} value={keepOriginals} onChange={setKeepOriginals} />
        <p className="soft small measure">{words.keepOriginalsMeans}</p>
        <div className="buttons">
          <Button kind="main" onPress={() => run(false)}>
            {words.importNow}
          </Button>
          <Button onPress={() => run(true)}>{words.dryRun}</Button>
          <LiveRegion>{said}</LiveRegion>
        </div>
      </div>
    </Panel>
  );
}

function Export() {
  const client = useClient();
  const boards = useBoards().value ?? [];
  const [board, setBoard] = useState('all');
  const [path, setPath] = useState('');
  const [format, setFormat] = useState<'mbox' | 'jsonl'>('mbox');
  const [said, start] = useStart();
  return (
    <Panel title={words.export}>
      <div className="stack">
        <p className="soft measure">{words.exportWhy}</p>
        <div className="form-grid">
          <Select
            label={words.from}
            value={board}
            onChange={setBoard}
            options={[
              { value: 'all', label: words.allBoards },
              ...boards.map(({ id, name }) => ({ value: id, label: isolated(name) })),
            ]}
          />
          <Select
            label={words.format}
            value={format}
            onChange={setFormat}
            options={(['mbox', 'jsonl'] as const).map((value) => ({ value, label: words.formats[value] }))}
          />
          <TextField label={words.path} value={path} onChange={setPath} mono className="form-wide" />
        </div>
        <div className="buttons">
          <Button
            kind="main"
            isDisabled={path.trim() === ''}
            onPress={() =>
              start(() =>
                client.archive.export({ path: path.trim(), format, ...(board === 'all' ? {} : { board }) }),
              )
            }
          >
            {words.exportNow}
          </Button>
          <LiveRegion>{said}</LiveRegion>
        </div>
      </div>
    </Panel>
  );
}
