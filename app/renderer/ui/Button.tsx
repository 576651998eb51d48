import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import type { ReactNode } from 'react';
import { Key } from './Key.tsx';
import './button.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className'> {
  /** `main`: the primary action; `plain`: other actions; `quiet`: inside rows; `danger`: cannot be undone. */
  kind?: 'main' | 'plain' | 'quiet' | 'danger';
  shortcut?: string;
  /**
   * The action is running: the button looks disabled and keeps the focus. The owner ignores presses
   * meanwhile.
   */
  waits?: boolean;
  className?: string;
  children: ReactNode;
}

/** A button; its shortcut, if any, is shown beside the label. */
export function Button({ kind = 'plain', shortcut, waits, className, children, ...rest }: ButtonProps) {
  return (
    <AriaButton
      {...rest}
      className={`button button-${kind} ${waits ? 'button-waits' : ''} ${className ?? ''}`}
    >
      {children}
      {shortcut !== undefined && <Key shortcut={shortcut} />}
    </AriaButton>
  );
}
