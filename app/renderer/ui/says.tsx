import type { ReactNode } from 'react';
import type { Problem } from '../../contract/index.ts';
import './says.css';

export interface EmptyStateProps {
  /** One sentence that says which list is empty, and why. */
  title: string;
  /** How it gets its first entry. */
  children?: ReactNode;
  action?: ReactNode;
}

/** The content of a panel that has nothing to show. */
export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <div className="empty">
      <p className="strong">{title}</p>
      {children !== undefined && <div className="soft measure">{children}</div>}
      {action !== undefined && <div className="empty-action">{action}</div>}
    </div>
  );
}

/** The content of a panel while it loads. */
export function Loading({ what }: { what: string }) {
  return (
    <p className="loading" role="status">
      {what}
    </p>
  );
}

export interface NoticeProps {
  severity?: 'info' | 'attention' | 'danger' | 'good';
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** Announced by screen readers when it appears. */
  live?: boolean;
}

const marks = { info: 'i', attention: '!', danger: '×', good: '✓' };

/** An important sentence in its place on the page; never a toast. */
export function Notice({ severity = 'info', title, children, action, live }: NoticeProps) {
  return (
    <div
      className={`notice notice-${severity}`}
      {...(live ? { role: severity === 'danger' ? 'alert' : 'status' } : {})}
    >
      <span className="notice-mark mono" aria-hidden="true">
        {marks[severity]}
      </span>
      <div className="notice-text">
        <p className="strong">{title}</p>
        {children !== undefined && <div>{children}</div>}
      </div>
      {action !== undefined && <div className="notice-action">{action}</div>}
    </div>
  );
}

/** A failure: what happened and what to do next, with a retry button. */
export function ProblemNotice({ problem, action }: { problem: Problem; action?: ReactNode }) {
  return (
    <Notice severity="danger" title={problem.message} live {...(action === undefined ? {} : { action })}>
      {problem.remedy ?? null}
    </Notice>
  );
}

/** A softly drawn line that screen readers announce when it changes. */
export function LiveRegion({ children }: { children: ReactNode }) {
  return (
    <p className="said" role="status" aria-live="polite">
      {children}
    </p>
  );
}
