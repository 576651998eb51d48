/** Records in a node's process when it took each step of a slot; the node itself is unaware of it. */
import { decodeCbor } from '../../app/main/kernel/canonical.ts';
import { openHeader } from '../../app/main/ledger/types/block.ts';
import type { OpenVoteJournal } from '../../app/main/node/vote-journal.ts';
import type { Community, CommunityPorts } from '../../app/main/node/community.ts';

/** One step of a node, by the clock that all processes of a machine share. */
export interface Mark {
  readonly what: string;
  /** 0 if it belongs to no slot. */
  readonly slot: number;
  readonly from: number;
  readonly to: number;
}

const now = () => performance.timeOrigin + performance.now();

let marks: Mark[] = [];
let on = false;

export function startTrace(): void {
  marks = [];
  on = true;
}

export function takeTrace(): Mark[] {
  on = false;
  return marks.splice(0);
}

function note(what: string, slot: number, from: number): void {
  if (on) marks.push({ what, slot, from, to: now() });
}

/** Wraps the ports of a node's consensus. */
export function tracedPorts(ports: CommunityPorts, box: OpenVoteJournal): CommunityPorts {
  const { transport, bls } = ports;
  const { votes } = box;
  const timed = <T>(what: string, work: () => T, slot = 0): T => {
    const from = now();
    const result = work();
    if (result instanceof Promise) {
      return result.finally(() => note(what, slot, from)) as T;
    }
    note(what, slot, from);
    return result;
  };
  return {
    ...ports,
    transport: new Proxy(transport, {
      get(target, name) {
        if (name === 'publish') {
          return (topic: string, data: Uint8Array) => {
            const { what, slot } = nameOf(topic, data);
            note(`publish ${what}`, slot, now());
            return timed(`publishing ${what}`, () => target.publish(topic, data), slot);
          };
        }
        if (name === 'subscribe') {
          return (...[topic, validate, range]: Parameters<typeof target.subscribe>) =>
            target.subscribe(
              topic,
              (data, from) => {
                const { what, slot } = nameOf(topic, data);
                note(`hear ${what}`, slot, now());
                return timed(`judge ${what}`, () => validate(data, from), slot);
              },
              range,
            );
        }
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    }),
    bls: {
      ...bls,
      verify: (check) => timed('bls verify', () => bls.verify(check)),
      verifyAggregate: (...args) => timed('bls verifyAggregate', () => bls.verifyAggregate(...args)),
      verifyMany: (checks) => timed(`bls verifyMany ${checks.length}`, () => bls.verifyMany(checks)),
      aggregate: (signatures) => timed('bls aggregate', () => bls.aggregate(signatures)),
    },
    validator: {
      ...ports.validator,
      bls: {
        ...ports.validator.bls,
        sign: (message) => timed('bls sign', () => ports.validator.bls.sign(message)),
      },
    },
    voteJournal: {
      ...box,
      votes: {
        load: (key) => votes.load(key),
        begin: (key) => votes.begin(key),
        settle: (...args) => timed('votes settle', () => votes.settle(...args)),
        put: (keep) => {
          const kinds = keep.votes.map(({ kind }) => kind).join('+') || 'certificates';
          return timed(`put ${kinds}`, () => votes.put(keep), keep.votes[0]?.slot);
        },
      },
      signState: {
        read: () => box.signState.read(),
        write: (signState) => timed('signState', () => box.signState.write(signState), signState.slot),
      },
    },
  };
}

/** Wraps the calls of consensus to the chain. */
export function traceChain({ ledger: { chain } }: Community): void {
  const { propose, execute, finalise } = chain;
  chain.propose = async (template, ...rest) => {
    const from = now();
    const result = await propose.call(chain, template, ...rest);
    note(result ? 'propose' : 'propose nothing', template.slot, from);
    return result;
  };
  chain.execute = async (block, ...rest) => {
    const from = now();
    const result = await execute.call(chain, block, ...rest);
    note('execute', block.header.slot, from);
    return result;
  };
  chain.finalise = async (run) => {
    const from = now();
    await finalise.call(chain, run);
    note('commit', run.blocks.at(-1)!.header.slot, from);
  };
}

function nameOf(topic: string, data: Uint8Array): { what: string; slot: number } {
  if (!on) return { what: '', slot: 0 };
  if (!topic.startsWith('impulse/ledger')) return { what: topic.split('/')[1]!, slot: 0 };
  const [kind, one] = decodeCbor(data) as [string, Uint8Array];
  if (kind === 'proposal') {
    const [header] = decodeCbor(one) as [Uint8Array];
    return { what: 'proposal', slot: openHeader(header).slot };
  }
  const { k, s } = decodeCbor(one) as { k: string; s: number };
  return { what: `${kind} ${k}`, slot: s };
}
