import { useId, type ReactNode } from 'react';
import { Key } from './Key.tsx';
import './panel.css';
import { useScrolls } from './useScrolls.ts';

export interface PanelProps {
  /** Drawn in the top border. */
  title: string;
  /** Soft text beside the title: a count or a qualifier. */
  count?: ReactNode;
  /** The shortcut of this panel’s room. */
  shortcut?: string;
  /** Controls at the right of the border. */
  tools?: ReactNode;
  level?: 1 | 2 | 3;
  className?: string;
  /** Rows reach the edge: no padding. */
  flush?: boolean;
  children: ReactNode;
}

/** A framed region with its title in the frame, like the boxes of text-mode programs. */
export function Panel({ title, count, shortcut, tools, level = 2, className, flush, children }: PanelProps) {
  const id = useId();
  const [body, scrolls] = useScrolls();
  const Heading = `h${level}` as const;
  return (
    <section className={`panel ${flush ? 'panel-flush' : ''} ${className ?? ''}`} aria-labelledby={id}>
      <div className="panel-title">
        <Heading id={id}>
          {title}
          {count !== undefined && count !== null && <span className="panel-count"> {count}</span>}
        </Heading>
        {shortcut !== undefined && <Key shortcut={shortcut} />}
      </div>
      {tools !== undefined && <div className="panel-tools">{tools}</div>}
      <div
        className="panel-body"
        ref={body}
        {...(scrolls ? { tabIndex: 0, role: 'group', 'aria-labelledby': id } : {})}
      >
        {children}
      </div>
    </section>
  );
}
