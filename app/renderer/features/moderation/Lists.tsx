import { useState } from 'react';
import type { ModerationList } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { useClient } from '../../bridge/index.ts';
import { count } from '../../messages/format.ts';
import { moderation } from '../../messages/moderation.ts';
import {
  Button,
  Dialog,
  EmptyState,
  Loading,
  Panel,
  ProblemNotice,
  RelativeTime,
  LiveRegion,
  Select,
  Switch,
  Foreign,
} from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { useCall } from '../useCall.ts';
import { ImportListDialog } from './ImportListDialog.tsx';

const words = moderation.lists;
const decisions = ['queue', 'quarantine'] as const;

/** The lists of words and domains that hold messages back, and the import of another. */
export function Lists() {
  const client = useClient();
  const asked = useCall(() => client.moderation.lists({}));
  const act = useAct();
  const [importing, setImporting] = useState(false);
  const [leaving, setLeaving] = useState<ModerationList | null>(null);
  const [said, setSaid] = useState('');
  useActions([
    {
      id: 'moderation.import',
      label: words.import.toLowerCase(),
      section: 'view',
      shortcut: 'i',
      line: true,
      when: () => !importing && leaving === null,
      run: () => setImporting(true),
    },
  ]);
  const run = (task: () => Promise<unknown>) => void act.run(task).then((done) => done && asked.reload());
  const lists = asked.data ?? [];
  return (
    <Panel
      title={words.title}
      level={1}
      className="moderation-page"
      tools={
        <Button kind="quiet" onPress={() => setImporting(true)}>
          {words.import}
        </Button>
      }
    >
      {asked.problem && (
        <ProblemNotice
          problem={asked.problem}
          action={<Button onPress={asked.reload}>{moderation.again}</Button>}
        />
      )}
      {asked.data === null && !asked.problem && <Loading what={words.loading} />}
      {asked.data?.length === 0 && (
        <EmptyState
          title={words.empty}
          action={<Button onPress={() => setImporting(true)}>{words.import}</Button>}
        >
          {words.emptyHint}
        </EmptyState>
      )}
      {lists.length > 0 && (
        <div className="moderation-wide">
          <table className="table moderation-lists" aria-label={words.table}>
            <thead>
              <tr>
                <th scope="col">{words.columns.name}</th>
                <th scope="col">{words.columns.kind}</th>
                <th scope="col" className="right">
                  {words.columns.entries}
                </th>
                <th scope="col">{words.columns.decision}</th>
                <th scope="col">{words.columns.added}</th>
                <th scope="col">{words.columns.on}</th>
                <th scope="col">
                  <span className="hidden-visually">{words.removeShort}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {lists.map((list) => (
                <tr key={list.id}>
                  <td className="strong">
                    <Foreign text={list.name} />
                  </td>
                  <td>{words.kinds[list.kind]}</td>
                  <td className="mono right">{count(list.entries)}</td>
                  <td>
                    <Select
                      bare
                      label={words.decisionOf(list.name)}
                      value={list.decision}
                      onChange={(decision) => run(() => client.moderation.setList({ id: list.id, decision }))}
                      options={decisions.map((value) => ({ value, label: words.decision[value] }))}
                    />
                  </td>
                  <td className="soft">
                    <RelativeTime at={list.addedAt} short past />
                  </td>
                  <td>
                    <Switch
                      bare
                      label={words.watch(list.name)}
                      value={list.on}
                      onChange={(on) => run(() => client.moderation.setList({ id: list.id, on }))}
                    />
                  </td>
                  <td>
                    <Button
                      kind="quiet"
                      aria-label={words.remove(list.name)}
                      onPress={() => setLeaving(list)}
                    >
                      {words.removeShort}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <LiveRegion>{said}</LiveRegion>
      {act.problem && <ProblemNotice problem={act.problem} />}
      {importing && (
        <ImportListDialog
          onClose={() => setImporting(false)}
          onDone={(name, skipped) => {
            setSaid(words.imported(name, skipped));
            asked.reload();
          }}
        />
      )}
      {leaving !== null && (
        <Dialog
          title={words.sureTitle(leaving.name)}
          role="alertdialog"
          isOpen
          onClose={() => setLeaving(null)}
          actions={
            <>
              <Button onPress={() => setLeaving(null)} autoFocus>
                {words.cancel}
              </Button>
              <Button
                kind="danger"
                onPress={() => {
                  setLeaving(null);
                  run(() => client.moderation.removeList({ id: leaving.id }));
                }}
              >
                {words.removeShort}
              </Button>
            </>
          }
        >
          <p className="measure">{words.sure}</p>
        </Dialog>
      )}
    </Panel>
  );
}
