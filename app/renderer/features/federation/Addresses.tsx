import type { OwnAddress } from '../../../contract/index.ts';
import { federation as words } from '../../messages/federation.ts';
import { Badge, Button, Panel, LiveRegion } from '../../ui/index.ts';
import type { Tone } from '../../ui/index.ts';
import { useCopy } from '../useCopy.ts';
import { shownAddress, toldForm } from './reach.ts';

const scopes = {
  internet: 'cyan',
  network: 'blue',
  machine: 'soft',
  nowhere: 'soft',
} as const satisfies Record<OwnAddress['scope'], Tone>;

/** An address that only peers observed often belongs to a router, so its failed test is no fault. */
function toneOf({ state, source }: OwnAddress): Tone {
  if (state === 'reached') return 'green';
  return state === 'unreachable' && source !== 'observed' ? 'amber' : 'soft';
}

/** Every address of its own that this node knows, and which ones it announces. */
export function Addresses({ own, told }: { own: readonly OwnAddress[]; told: readonly string[] }) {
  const { said, copy } = useCopy(words.addresses);
  const { columns } = words.addresses;
  return (
    <Panel
      title={words.addresses.title}
      count={own.length === 0 ? null : words.addresses.count(told.length)}
      className="addresses"
    >
      {own.length === 0 ? (
        <p className="soft">{words.addresses.empty}</p>
      ) : (
        <>
          <table className="table own">
            <thead>
              <tr>
                <th scope="col">{columns.address}</th>
                <th scope="col">{columns.source}</th>
                <th scope="col">{columns.scope}</th>
                <th scope="col">{columns.state}</th>
                <th scope="col">{columns.told}</th>
                <th scope="col">
                  <span className="hidden-visually">{words.addresses.short}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {own.map((one) => (
                <OwnRow key={one.address} one={one} told={toldForm(one.address, told)} onCopy={copy} />
              ))}
            </tbody>
          </table>
          <p className="soft small own-how">{words.addresses.how}</p>
        </>
      )}
      <LiveRegion>{said}</LiveRegion>
    </Panel>
  );
}

function OwnRow({
  one,
  told,
  onCopy,
}: {
  one: OwnAddress;
  told: string | null;
  onCopy: (address: string) => void;
}) {
  const full = told ?? one.address;
  return (
    <tr>
      <td>
        <code className={`mono ${told === null ? 'soft' : ''}`} title={full}>
          {shownAddress(one.address)}
        </code>
      </td>
      <td>{words.addresses.sources[one.source]}</td>
      <td>
        <Badge tone={scopes[one.scope]}>{words.addresses.scopes[one.scope]}</Badge>
      </td>
      <td>
        <Badge tone={toneOf(one)}>{words.addresses.states[one.state]}</Badge>
      </td>
      <td className={told === null ? 'soft' : 'strong'}>
        {told === null ? words.addresses.notTold : words.addresses.told}
      </td>
      <td>
        <Button
          kind="quiet"
          aria-label={words.addresses.copy(shownAddress(one.address))}
          onPress={() => onCopy(full)}
        >
          {words.addresses.short}
        </Button>
      </td>
    </tr>
  );
}
