import type { CSSProperties, ReactNode, Ref } from 'react';

export interface Column<T> {
  id: string;
  label: string;
  /** A CSS grid track: `minmax(0, 1fr)`, `90px`. */
  width: string;
  align?: 'left' | 'right';
  /** Hidden if the list is narrow. */
  wide?: boolean;
  cell: (item: T) => ReactNode;
}

/** Items by index, if not all of them are held; null for an index that is not held. */
export interface ListSource<T> {
  readonly count: number;
  at(index: number): T | null;
}

/** Moves the focus into a list from outside. */
export interface ListHandle {
  /** Focuses the current row, scrolling to it first if necessary. */
  focus(): void;
}

export interface VirtualListProps<T> {
  readonly handle?: Ref<ListHandle> | undefined;
  /** Accessible name of the list. */
  label: string;
  /** All items at once; or `source`, if only the items around the view are held. */
  items?: readonly T[];
  source?: ListSource<T>;
  /** Called with the range of drawn rows, so that the owner can hold just those. */
  onRange?: (first: number, last: number) => void;
  keyOf: (item: T) => string;
  /** Cells in columns with a heading line, or `row` for one free cell. */
  columns?: readonly Column<T>[];
  row?: (item: T, active: boolean) => ReactNode;
  /** Height of a row before it is measured, in pixels; rows may grow. */
  estimate?: number;
  onOpen?: (item: T, index: number) => void;
  /** The key of the current row, if the owner controls it. */
  active?: string | null;
  /** The index of that row, if the owner knows it. */
  activeAt?: number;
  onActive?: (item: T, index: number) => void;
  /** The selected rows, in a multi-selection list; if omitted, the current row is the selected one. */
  isSelected?: (item: T) => boolean;
  /** The row that is current and visible at first. */
  initialIndex?: number;
  /** Called when the last rows become visible, to fetch more. */
  onEnd?: () => void;
  /** Called when the first rows become visible. */
  onStart?: () => void;
  /** Keep scrolling as rows are added at the end, while the end is visible. */
  followEnd?: boolean;
  /** The total number of rows, if not all items are loaded yet. */
  total?: number | null;
  rowClass?: (item: T) => string;
  /** Takes the focus when it appears. */
  autoFocus?: boolean;
  className?: string;
}

/** The grid tracks of all columns, and of the columns that stay in a narrow list. */
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
