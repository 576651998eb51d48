import { useState } from 'react';
import { useClient } from '../../bridge/index.ts';
import { Badge, Button, EmptyState, Loading, Panel, ProblemNotice, TextField } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { useCall } from '../useCall.ts';
import { useDoing } from '../useDoing.ts';
import { words } from './words.ts';

/** The notes, with a field for a new one. */
export function NotesView() {
  useDoing(words.doing);
  const client = useClient();
  const notes = useCall(() => client.notes.list({}));
  const act = useAct();
  const [text, setText] = useState('');
  const write = async () => {
    if (!(await act.run(() => client.notes.write({ text })))) return;
    setText('');
    notes.reload();
  };
  const pin = async (id: string) => {
    if (await act.run(() => client.notes.pin({ id }))) notes.reload();
  };
  return (
    <div className="page">
      <Panel title={words.title} level={1}>
        <div className="stack">
          <TextField label={words.field} value={text} onChange={setText} onEnter={() => void write()} />
          <div className="buttons">
            <Button kind="main" onPress={() => void write()}>
              {words.write}
            </Button>
          </div>
          {act.problem && <ProblemNotice problem={act.problem} />}
          {notes.data === null && <Loading what={words.loading} />}
          {notes.data?.length === 0 && <EmptyState title={words.none} />}
          <ul className="plain">
            {notes.data?.map((note) => (
              <li key={note.id} className="buttons">
                <span className="strong">{note.author.handle}</span>
                <span>{note.text}</span>
                {note.pinned ? (
                  <Badge tone="cyan">{words.pinned}</Badge>
                ) : (
                  <Button onPress={() => void pin(note.id)}>{words.pin}</Button>
                )}
              </li>
            ))}
          </ul>
        </div>
      </Panel>
    </div>
  );
}
