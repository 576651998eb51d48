import type { CSSProperties, ReactNode } from 'react';

export interface Column<T> {
  id: string;
  label: string;
  /** A CSS grid track: `minmax(0, 1fr)`, `90px`. */
  width: string;
  align?: 'left' | 'right';
  /** Dropped when the list is narrow. */
  wide?: boolean;
  cell: (item: T) => ReactNode;
}

/** Items by place, where not all of them are held; a place not held gives null. */
export interface ListSource<T> {
  readonly count: number;
  at(index: number): T | null;
}

export interface VirtualListProps<T> {
  /** Names the list for screen readers. */
  label: string;
  /** All items at once; or `source`, where only those around the view are held. */
  items?: readonly T[];
  source?: ListSource<T>;
  /** Told which rows are drawn, so that the owner can hold just those. */
  onRange?: (first: number, last: number) => void;
  keyOf: (item: T) => string;
  /** Cells in columns with a heading line, or `row` for one free cell. */
  columns?: readonly Column<T>[];
  row?: (item: T, active: boolean) => ReactNode;
  /** Height of a row before it is measured, in pixels; rows may grow. */
  estimate?: number;
  onOpen?: (item: T, index: number) => void;
  /** The key of the current row, when the owner wants to hold it. */
  active?: string | null;
  /** Where that row is, when the owner knows. */
  activeAt?: number;
  onActive?: (item: T, index: number) => void;
  /** Which rows are selected, where several may be; left out, the current row is the selected one. */
  isSelected?: (item: T) => boolean;
  /** The row that is current and in view at first. */
  initialIndex?: number;
  /** Called when the last rows come into view, to fetch more. */
  onEnd?: () => void;
  /** Called when the first rows come into view. */
  onStart?: () => void;
  /** Scroll along as rows are added at the end, while the end is in view. */
  followEnd?: boolean;
  /** Total known to the owner, where not all items are loaded yet. */
  total?: number | null;
  rowClass?: (item: T) => string;
  /** Takes the keyboard when it appears. */
  autoFocus?: boolean;
  className?: string;
}

/** The grid tracks of all columns, and of those that stay when the list is narrow. */
export function tracks<T>(columns: readonly Column<T>[]): CSSProperties {
  const narrow = columns.filter((column) => !column.wide);
  const variables: Record<`--${string}`, string> = {
    '--columns': columns.map((column) => column.width).join(' '),
    '--columns-narrow': narrow.map((column) => column.width).join(' '),
  };
  return variables;
}

/** The class names of a cell in this column. */
export const cellClass = <T>(column: Column<T>): string =>
  `list-cell ${column.align === 'right' ? 'right' : ''} ${column.wide ? 'list-wide' : ''}`;
