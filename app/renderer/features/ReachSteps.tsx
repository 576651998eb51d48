import type { ReactNode } from 'react';
import type { ReachReport } from '../../contract/index.ts';
import { federation as words } from '../messages/federation.ts';
import { Notice } from '../ui/index.ts';
import './reach.css';

interface ReachStepsProps {
  readonly report: ReachReport;
  /** Drawn before the finding, if the finding alone does not say what it means here. */
  readonly title?: string;
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}

/** A reach that does not work yet: the finding, and the steps left for a person. */
export function ReachSteps({ report, title, action, children }: ReachStepsProps) {
  return (
    <Notice
      severity="attention"
      title={title ?? report.finding}
      live
      {...(action === undefined ? {} : { action })}
    >
      {title !== undefined && <p>{report.finding}</p>}
      {report.steps.length > 0 && (
        <ol className="reach-steps" aria-label={words.reach.steps}>
          {report.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      {children}
    </Notice>
  );
}
