import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useImperativeHandle, useRef, useState, type KeyboardEvent } from 'react';
import { stepOf } from './listKeys.ts';
import { cellClass, tracks, type VirtualListProps } from './listTypes.ts';
import './list.css';

const inField = (target: EventTarget) =>
  target instanceof HTMLElement && target.closest('input, textarea, [contenteditable]') !== null;
const isControl = (target: EventTarget) =>
  target instanceof HTMLElement && target.closest('button, a, input') !== null;

/**
 * A list of any length of which only the visible rows exist. One row has the focus: arrows or j and k move
 * it, Page Up, Page Down, Home and End jump, Enter opens.
 */
export function VirtualList<T>(props: VirtualListProps<T>) {
  const { label, items = [], keyOf, columns, row, estimate = 32, onOpen, onActive } = props;
  const { onEnd, onStart, onRange, followEnd = false, initialIndex } = props;
  const count = props.source?.count ?? items.length;
  const at = (index: number): T | null => (props.source ? props.source.at(index) : (items[index] ?? null));
  const keyAt = (index: number): string | null => {
    const item = at(index);
    return item === null ? null : keyOf(item);
  };

  const scroller = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState<{ key: string | null; index: number }>({
    key: null,
    index: initialIndex ?? (followEnd ? Number.MAX_SAFE_INTEGER : 0),
  });
  const focusNext = useRef(props.autoFocus ?? false);
  const atEnd = useRef(followEnd);
  // oxlint-disable-next-line react/incompatible-library -- its functions are read at render and never memoised
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimate,
    overscan: 12,
    getItemKey: (index) => keyAt(index) ?? index,
    ...(initialIndex === undefined ? {} : { initialOffset: initialIndex * estimate }),
  });
  const drawn = virtual.getVirtualItems();

  const find = (key: string, near: number): number => {
    if (props.activeAt !== undefined && keyAt(props.activeAt) === key) return props.activeAt;
    if (keyAt(near) === key) return near;
    if (!props.source) return items.findIndex((item) => keyOf(item) === key);
    return drawn.find((place) => keyAt(place.index) === key)?.index ?? near;
  };
  const wanted = props.active === undefined ? held.key : props.active;
  const found = wanted === null ? held.index : find(wanted, held.index);
  const current = Math.min(count - 1, found < 0 ? 0 : found);

  const take = (index: number) => {
    const item = at(index);
    setHeld({ key: item === null ? null : keyOf(item), index });
    if (item !== null) onActive?.(item, index);
  };
  const moveTo = (index: number) => {
    focusNext.current = true;
    take(index);
    virtual.scrollToIndex(index, { align: 'auto' });
  };

  const currentRow = () => scroller.current?.querySelector<HTMLElement>(`[data-index="${current}"]`);
  useImperativeHandle(props.handle, () => ({
    focus: () => {
      const element = currentRow();
      if (element) return element.focus();
      focusNext.current = true;
      virtual.scrollToIndex(current, { align: 'auto' });
    },
  }));

  // The row to focus may only be drawn after the scroll that the focus caused.
  useEffect(() => {
    if (!focusNext.current) return;
    const element = currentRow();
    if (!element) return;
    focusNext.current = false;
    element.focus({ preventScroll: true });
  });

  // When the owner changes the current row, the view scrolls to it, and the focus follows if it was in the
  // list.
  const shown = useRef(wanted);
  useEffect(() => {
    if (props.active === undefined || wanted === shown.current) return;
    shown.current = wanted;
    if (found < 0) return;
    if (scroller.current?.contains(document.activeElement)) focusNext.current = true;
    setHeld({ key: wanted, index: found });
    virtual.scrollToIndex(found, { align: 'auto' });
  }, [props.active, wanted, found, virtual]);

  const first = drawn[0]?.index ?? 0;
  const last = drawn.at(-1)?.index ?? -1;
  const told = useRef({ onEnd, onStart, onRange });
  useEffect(() => {
    told.current = { onEnd, onStart, onRange };
  });
  useEffect(() => {
    if (last < 0) return;
    told.current.onRange?.(first, last);
    if (last >= count - 1) told.current.onEnd?.();
    if (first === 0) told.current.onStart?.();
  }, [first, last, count]);
  useEffect(() => {
    if (followEnd && atEnd.current && count > 0) virtual.scrollToIndex(count - 1, { align: 'end' });
  }, [followEnd, count, virtual]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (inField(event.target)) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / estimate) - 1);
    const next = stepOf(event, current, count, page);
    if (next !== null) {
      event.preventDefault();
      event.stopPropagation();
      moveTo(next);
      return;
    }
    const onRow = event.target instanceof HTMLElement && event.target.getAttribute('role') === 'row';
    const item = at(current);
    if (event.key === 'Enter' && onRow && item !== null && onOpen) {
      event.preventDefault();
      onOpen(item, current);
    }
  };

  const headRows = columns ? 1 : 0;
  return (
    <div
      className={`list ${onOpen ? 'list-opens' : ''} ${props.className ?? ''}`}
      role="grid"
      aria-label={label}
      aria-rowcount={(props.total ?? count) + headRows}
      aria-colcount={columns?.length ?? 1}
      aria-multiselectable={props.isSelected === undefined ? undefined : true}
      style={columns ? tracks(columns) : {}}
      onKeyDown={onKeyDown}
    >
      {columns && (
        <div role="rowgroup" className="list-head">
          <div role="row" aria-rowindex={1} className="list-cells">
            {columns.map((column) => (
              <span key={column.id} role="columnheader" className={cellClass(column)}>
                {column.label}
              </span>
            ))}
          </div>
        </div>
      )}
      <div
        ref={scroller}
        role="rowgroup"
        className="list-scroll"
        onScroll={(event) => {
          const box = event.currentTarget;
          atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < estimate * 2;
        }}
      >
        <div role="presentation" className="list-space" style={{ height: virtual.getTotalSize() }}>
          {drawn.map((place) => {
            const item = at(place.index);
            const active = place.index === current;
            return (
              <div
                key={place.key}
                ref={virtual.measureElement}
                data-index={place.index}
                role="row"
                aria-rowindex={place.index + headRows + 1}
                aria-selected={
                  props.isSelected === undefined ? active : item !== null && props.isSelected(item)
                }
                data-current={active}
                aria-busy={item === null}
                tabIndex={active ? 0 : -1}
                className={`list-row ${columns ? 'list-cells' : ''} ${item === null ? '' : (props.rowClass?.(item) ?? '')}`}
                style={{ transform: `translateY(${place.start}px)` }}
                onFocus={(event) => {
                  // From then on the row is identified by its key, and stays current when rows are added
                  // above it.
                  if (event.target === event.currentTarget && (!active || wanted === null)) take(place.index);
                }}
                onClick={(event) => {
                  if (isControl(event.target) || item === null) return;
                  take(place.index);
                  onOpen?.(item, place.index);
                }}
              >
                {columns ? (
                  columns.map((column) => (
                    <span key={column.id} role="gridcell" className={cellClass(column)}>
                      {item === null ? '…' : column.cell(item)}
                    </span>
                  ))
                ) : (
                  <div role="gridcell" className="list-free">
                    {item === null ? '…' : row?.(item, active)}
                  </div>
                )}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
