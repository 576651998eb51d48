import type { FederationView } from '../../../contract/index.ts';
import { federation as words } from '../../messages/federation.ts';
import { bytes, count } from '../../messages/format.ts';
import { Badge, Panel } from '../../ui/index.ts';

/** Bytes sent and received, and messages refused. */
export function Traffic({ view }: { view: FederationView }) {
  return (
    <Panel title={words.traffic.title} className="traffic">
      <dl className="amounts">
        <div>
          <dt>{words.traffic.sent}</dt>
          <dd className="mono">{bytes(view.sentBytes)}</dd>
        </div>
        <div>
          <dt>{words.traffic.received}</dt>
          <dd className="mono">{bytes(view.receivedBytes)}</dd>
        </div>
      </dl>
      <h3 className="traffic-head soft small">{words.traffic.refusals}</h3>
      {view.refusals.length === 0 ? (
        <p>{words.traffic.none}</p>
      ) : (
        <ul className="refusals">
          {view.refusals.map((refusal) => (
            <li key={`${refusal.code} ${refusal.verdict}`}>
              <span>{words.traffic.reasons[refusal.code] ?? refusal.code.replaceAll('-', ' ')}</span>
              <Badge tone={refusal.verdict === 'reject' ? 'red' : 'soft'}>
                {words.traffic.verdicts[refusal.verdict]}
              </Badge>
              <span className="mono right">{count(refusal.count)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
