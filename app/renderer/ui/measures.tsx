import { useId } from 'react';
import { Label, Meter as AriaMeter, ProgressBar as AriaProgressBar } from 'react-aria-components';
import type { Progress } from '../../contract/index.ts';
import { common } from '../messages/common.ts';
import './measures.css';

export interface ProgressBarProps {
  label: string;
  progress: Progress;
  /** Shown instead of the figures, if there are none. */
  words?: string;
}

/** Progress of a long task: what it is, how far, how fast, and the time left. */
export function ProgressBar({ label, progress, words: told }: ProgressBarProps) {
  const id = useId();
  const words =
    told ?? common.progress(progress.done, progress.total, progress.perSecond, progress.etaSeconds);
  const known = progress.total !== null && progress.total > 0;
  const share = known ? Math.min(1, progress.done / (progress.total ?? 1)) : 0;
  return (
    <AriaProgressBar
      className="progress"
      isIndeterminate={!known}
      value={share * 100}
      valueLabel={words}
      // The library tells the value of a bar that has one; without one, the words describe it.
      {...(known ? {} : { 'aria-describedby': id })}
    >
      <span className="progress-line">
        <Label>{label}</Label>
        <span className="progress-words mono" id={id}>
          {words}
        </span>
      </span>
      <span className="bar" aria-hidden="true">
        <span
          className={`bar-fill ${known ? '' : 'bar-unknown'}`}
          style={{ width: known ? `${share * 100}%` : '100%' }}
        />
      </span>
    </AriaProgressBar>
  );
}

export interface MeterProps {
  label: string;
  /** 0 to 1. */
  share: number;
  /** The figure in words, at the right. */
  words: string;
  /** From this share on, the measure is marked as high. */
  warnFrom?: number;
  /** Shown after the figure if the measure is high. */
  warning?: string;
}

/** A measure with a limit: label, bar and figure on one line. */
export function Meter({ label, share, words, warnFrom, warning }: MeterProps) {
  const warn = warnFrom !== undefined && share >= warnFrom;
  const value = Math.min(100, Math.max(0, share * 100));
  return (
    <AriaMeter
      className={`meter ${warn ? 'meter-warn' : ''}`}
      value={value}
      valueLabel={warn && warning !== undefined ? common.remarked(words, warning) : words}
    >
      <Label className="meter-label">{label}</Label>
      <span className="bar" aria-hidden="true">
        <span className="bar-fill" style={{ width: `${value}%` }} />
      </span>
      <span className="meter-words mono">{words}</span>
    </AriaMeter>
  );
}
