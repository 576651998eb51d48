import { useState } from 'react';
import { useStore } from 'zustand';
import { calls as words } from '../../messages/calls.ts';
import { Badge, Button, Dialog, Notice } from '../../ui/index.ts';
import { useCallView, type CurrentCall } from './current.ts';
import type { Secrecy } from './secrecy/secrecy.ts';

const { secrecy: text } = words;

interface SecrecyProps {
  readonly call: CurrentCall;
  readonly secrecy: Secrecy;
}

/** That the call is encrypted, with the words that participants compare. */
export function SecrecyStrip({ call, secrecy }: SecrecyProps) {
  const [isOpen, setOpen] = useState(false);
  const list = useStore(secrecy.view, (view) => view.words);
  const peers = useStore(secrecy.view, (view) => view.peers);
  const participants = useCallView(call.session, (view) => view.call?.participants);
  const namesWith = (isForged: boolean): string[] =>
    (participants ?? [])
      .filter(({ id }) => {
        const problem = peers.get(id)?.problem ?? null;
        return problem !== null && (problem.code === 'key-refused') === isForged;
      })
      .map(({ person }) => person.handle);
  const forged = namesWith(true);
  const unchecked = namesWith(false);
  // The host says who is in the call; this person's own node says who signed.
  const renamed = (participants ?? []).flatMap(({ id, person }) => {
    const known = peers.get(id)?.person?.handle ?? person.handle;
    return known === person.handle ? [] : [text.renamed(person.handle, known)];
  });
  return (
    <>
      {forged.length > 0 && (
        <Notice severity="danger" title={text.refused(forged)} live>
          {text.refusedWhy}
        </Notice>
      )}
      {unchecked.length > 0 && <Notice severity="attention" title={text.unchecked(unchecked)} live />}
      {renamed.map((sentence) => (
        <Notice key={sentence} severity="danger" title={sentence} live />
      ))}
      <div className="secrecy" role="group" aria-label={text.label}>
        <Badge tone="green">{text.mark}</Badge>
        {list === null ? (
          <span className="soft">{text.pending}</span>
        ) : (
          <>
            <span className="secrecy-words mono strong">{list.join(' ')}</span>
            <span className="soft">{text.compare}</span>
          </>
        )}
        <Button kind="quiet" onPress={() => setOpen(true)}>
          {text.more}
        </Button>
      </div>
      {isOpen && (
        <Dialog
          title={text.title}
          isOpen
          onClose={() => setOpen(false)}
          actions={
            <Button kind="main" onPress={() => setOpen(false)}>
              {text.done}
            </Button>
          }
        >
          <p className="measure">{text.how}</p>
          <p className="measure">{text.words}</p>
          <p className="measure">{text.recording}</p>
          <h3 className="calls-sub">{text.keys}</h3>
          <Checked secrecy={secrecy} />
        </Dialog>
      )}
    </>
  );
}

/** Whose keys were checked, by the names that this person's own node knows. */
function Checked({ secrecy }: Pick<SecrecyProps, 'secrecy'>) {
  const peers = useStore(secrecy.view, (view) => view.peers);
  const checked = [...peers].filter(([, { person }]) => person !== null);
  if (checked.length === 0) return <p className="soft">{text.none}</p>;
  return (
    <ul className="calls-people">
      {checked.map(([id, { person }]) => (
        <li key={id}>
          {person?.handle} <span className="mono soft cut">{person?.did.slice(-8)}</span>
        </li>
      ))}
    </ul>
  );
}
