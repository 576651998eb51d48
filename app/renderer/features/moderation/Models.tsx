import { useState } from 'react';
import { useClient } from '../../bridge/index.ts';
import { bytes } from '../../messages/format.ts';
import { moderation } from '../../messages/moderation.ts';
import { useModeration } from '../../stores/index.ts';
import { Badge, Button, Dialog, Panel, ProblemNotice, Switch } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { Judges } from './Judges.tsx';
import { Standing } from './Standing.tsx';

const words = moderation.models;
const tones = { ready: 'green', missing: 'red', broken: 'red', off: 'soft' } as const;

/**
 * The models: which are ready, which are missing or broken and what to do, and the switch for all of them.
 */
export function Models() {
  const client = useClient();
  const { value: status, refresh } = useModeration();
  const act = useAct();
  const [asking, setAsking] = useState(false);
  const turn = async (on: boolean) => {
    setAsking(false);
    if (await act.run(() => client.moderation.setModels({ on }))) await refresh();
  };
  const on = status !== null && status.mode !== 'off';
  return (
    <div className="moderation-column">
      <Standing />
      <Panel title={words.title} className="moderation-models">
        <Switch
          label={words.switch}
          value={on}
          isDisabled={status === null || act.busy}
          onChange={(next) => (next ? void turn(true) : setAsking(true))}
        />
        <p className="soft">{on ? words.onMeans : words.offMeans}</p>
        {act.problem && <ProblemNotice problem={act.problem} />}
        {status !== null && status.models.length === 0 && <p>{words.none}</p>}
        {status !== null && status.models.length > 0 && (
          <div className="moderation-wide" tabIndex={0} role="group" aria-label={words.table}>
            <table className="table" aria-label={words.table}>
              <thead>
                <tr>
                  <th scope="col">{words.columns.name}</th>
                  <th scope="col">{words.columns.task}</th>
                  <th scope="col">{words.columns.state}</th>
                  <th scope="col" className="right">
                    {words.columns.size}
                  </th>
                  <th scope="col">{words.columns.licence}</th>
                </tr>
              </thead>
              <tbody>
                {status.models.map((model) => (
                  <tr key={model.name}>
                    <td className="strong">{model.name}</td>
                    <td>{model.task}</td>
                    <td>
                      <Badge tone={tones[model.state]}>{words.states[model.state]}</Badge>
                    </td>
                    <td className="mono right">{bytes(model.sizeBytes)}</td>
                    <td className="soft">{model.licence}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
      <Judges />
      {asking && (
        <Dialog
          title={words.sureTitle}
          role="alertdialog"
          isOpen
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onPress={() => setAsking(false)} autoFocus>
                {words.cancel}
              </Button>
              <Button kind="danger" onPress={() => void turn(false)}>
                {words.sureGo}
              </Button>
            </>
          }
        >
          <p className="measure">{words.sure}</p>
        </Dialog>
      )}
    </div>
  );
}
