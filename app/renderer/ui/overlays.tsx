import type { ReactNode } from 'react';
import {
  Dialog as AriaDialog,
  Heading,
  Menu as AriaMenu,
  MenuItem,
  MenuTrigger,
  Modal,
  ModalOverlay,
  Popover,
} from 'react-aria-components';
import { common } from '../messages/common.ts';
import { Button, type ButtonProps } from './Button.tsx';
import { Key } from './Key.tsx';
import './overlays.css';

export interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** `alert` for actions that cannot be undone. */
  role?: 'dialog' | 'alertdialog';
  width?: 'narrow' | 'normal' | 'wide';
  /** Buttons at the bottom, the main one last. */
  actions?: ReactNode;
  children: ReactNode;
}

/**
 * A modal with its title in the frame. Escape and a press outside close it; focus returns to its previous
 * place.
 */
export function Dialog({
  title,
  isOpen,
  onClose,
  role = 'dialog',
  width = 'normal',
  actions,
  children,
}: DialogProps) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      isDismissable={role === 'dialog'}
      className="veil"
    >
      <Modal className={`modal modal-${width}`}>
        <AriaDialog role={role} className="dialog">
          <div className="dialog-head">
            <Heading slot="title" level={2} className="dialog-title">
              {title}
            </Heading>
            {role === 'dialog' && (
              <Button kind="quiet" onPress={onClose} shortcut="escape">
                {common.close}
              </Button>
            )}
          </div>
          <div className="dialog-body">{children}</div>
          {actions !== undefined && <div className="dialog-actions">{actions}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export interface MenuEntry {
  id: string;
  label: string;
  shortcut?: string;
  danger?: boolean;
  isDisabled?: boolean;
  run: () => void;
}

export interface MenuProps {
  /** The label of the button. */
  label: ReactNode;
  /** The accessible name of the button, if the label alone is not clear. */
  name?: string;
  kind?: ButtonProps['kind'];
  entries: readonly MenuEntry[];
}

/** A button that opens a menu of actions. */
export function Menu({ label, name, kind = 'quiet', entries }: MenuProps) {
  return (
    <MenuTrigger>
      <Button kind={kind} {...(name === undefined ? {} : { 'aria-label': name })}>
        {label}
      </Button>
      <Popover className="popover" offset={4} placement="bottom end">
        <AriaMenu className="menu" onAction={(id) => entries.find((entry) => entry.id === id)?.run()}>
          {entries.map((entry) => (
            <MenuItem
              key={entry.id}
              id={entry.id}
              textValue={entry.label}
              isDisabled={entry.isDisabled ?? false}
              className={`menu-item ${entry.danger ? 'menu-danger' : ''}`}
            >
              <span className="menu-line">
                {entry.label}
                {entry.shortcut !== undefined && <Key shortcut={entry.shortcut} />}
              </span>
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
