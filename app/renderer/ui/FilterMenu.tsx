import type { ReactNode } from 'react';
import { Autocomplete, Dialog, Input, Menu, Modal, ModalOverlay, TextField } from 'react-aria-components';
import './filter-menu.css';

export interface FilterMenuProps {
  title: string;
  /** The label of the field and its placeholder. */
  label: string;
  /** The label of the list of results. */
  found: string;
  query: string;
  onQuery: (query: string) => void;
  /** Called with the id of the chosen item. */
  onChoose: (id: string) => void;
  onClose: () => void;
  /** Shown instead of an empty list. */
  empty: ReactNode;
  /** The last line; announced when it changes. */
  foot: ReactNode;
  /** Sections and items of the menu. */
  children: ReactNode;
}

/** A field above a menu: letters narrow the menu, arrows select, Enter chooses, Escape closes. */
export function FilterMenu(props: FilterMenuProps) {
  const { title, label, found, query, onQuery, onChoose, onClose, empty, foot, children } = props;
  return (
    <ModalOverlay isOpen isDismissable className="veil" onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal modal-normal">
        <Dialog className="dialog palette" aria-label={title}>
          <Autocomplete inputValue={query} onInputChange={onQuery} disableAutoFocusFirst={false}>
            {/* Not a search field, because that would use the first Escape to clear itself. */}
            <TextField aria-label={label} autoFocus className="palette-field">
              <Input className="palette-input" placeholder={label} />
            </TextField>
            <div className="palette-scroll" tabIndex={0} role="group" aria-label={found}>
              <Menu
                className="menu palette-list"
                aria-label={title}
                onAction={(id) => onChoose(String(id))}
                renderEmptyState={() => <p className="palette-none soft">{empty}</p>}
              >
                {children}
              </Menu>
            </div>
          </Autocomplete>
          <p className="palette-foot soft small" role="status">
            {foot}
          </p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
