import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import type { ReactNode } from 'react';
import { Key } from './Key.tsx';
import './button.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className'> {
  /** `main`: the one thing to do here; `plain`: everything else; `quiet`: inside rows; `danger`: cannot be undone. */
  kind?: 'main' | 'plain' | 'quiet' | 'danger';
  shortcut?: string;
  /** What it leads to is being done: it looks disabled and keeps the keyboard. Its owner ignores presses meanwhile. */
  waits?: boolean;
  className?: string;
  children: ReactNode;
}

/** A button; its key is shown beside the words where it has one. */
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
