import { count } from '../../messages/format.ts';
import { validators as setWords } from '../../messages/validators.ts';
import { Notice } from '../../ui/index.ts';
import type { Directory } from './body.ts';
import type { Plan } from './change.ts';
import { nameOf } from './useDirectory.ts';

const { change } = setWords;

interface PlanProps {
  readonly plan: Plan;
  readonly directory: Directory;
  /** My own identity, to warn people who remove themselves. */
  readonly me: string | undefined;
}

/** The effect of a change on the set, the quorum and the margin, shown before anybody signs it. */
export function PlanView({ plan, directory, me }: PlanProps) {
  const { before, after, joins, leaves, renews } = plan;
  const rows = [
    [change.rows.validators, before.validators, after.validators],
    [change.rows.quorum, before.quorum, after.quorum],
    [change.rows.spare, before.validators - before.quorum, after.validators - after.quorum],
  ] as const;
  const people = [
    [change.joins, joins, 'green'],
    [change.leaves, leaves, 'red'],
    [change.renews, renews, 'blue'],
  ] as const;
  return (
    <section className="plan" aria-label={change.what}>
      {people.map(
        ([label, dids, tone]) =>
          dids.length > 0 && (
            <p key={label}>
              <span className={`strong ${tone}`}>{label}</span>{' '}
              {dids.map((did) => (
                <span key={did} className="plan-who">
                  <span className="strong">{directory.get(did) ?? change.stranger}</span>{' '}
                  <span className="mono soft record-long">{did}</span>
                </span>
              ))}
            </p>
          ),
      )}
      <table className="table plan-table">
        <thead>
          <tr>
            <th scope="col">{change.what}</th>
            <th scope="col" className="right">
              {change.before}
            </th>
            <th scope="col" className="right">
              {change.after}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, now, then]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td className="mono right">{count(now)}</td>
              <td className={`mono right ${now === then ? '' : 'strong cyan'}`}>{count(then)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{setWords.margin.quorum(after)}</p>
      <p className="soft">{change.must(before.quorum, before.validators)}</p>
      {after.validators - after.quorum < before.validators - before.quorum && (
        <Notice severity="attention" title={change.fewer} />
      )}
      {joins.length > 0 && <p className="soft">{change.absent}</p>}
      {me !== undefined && leaves.includes(me) && <Notice severity="attention" title={change.selfRemove} />}
    </section>
  );
}

/** Who has signed a change so far. */
export function Signers(props: {
  signers: readonly number[];
  validators: readonly { readonly did: string }[];
  directory: Directory;
}) {
  return (
    <ul className="strip" aria-label={change.collected}>
      {props.validators.map(({ did }, place) => {
        const signed = props.signers.includes(place);
        return (
          <li key={did} className={`strip-cell strip-${signed ? 'finalised' : 'open'}`}>
            <span className="strip-handle cut">{nameOf(did, props.directory)}</span>
            <span className="strip-state">
              <span aria-hidden="true">{signed ? '✓' : '·'}</span> {signed ? change.signed : change.notYet}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
