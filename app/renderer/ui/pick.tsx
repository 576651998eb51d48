import { Foreign } from './Foreign.tsx';
import { useState } from 'react';
import {
  Button as AriaButton,
  ComboBox,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Text,
} from 'react-aria-components';
import './fields.css';

export interface PickOption {
  readonly value: string;
  readonly label: string;
  /** Drawn under the label, to tell apart options with the same name. */
  readonly hint?: string;
}

export interface PickFieldProps {
  label: string;
  hint?: string;
  error?: string | null;
  value: string | null;
  onChange: (value: string | null) => void;
  options: readonly PickOption[];
  /** Shown if nothing matches the typed text. */
  nothing: string;
  autoFocus?: boolean;
}

/** Maximum number of shown options; another letter narrows them. */
const MOST_SHOWN = 60;

/** One of many, found by typing part of its name. */
export function PickField(props: PickFieldProps) {
  const { label, hint, error, value, onChange, options, nothing, autoFocus } = props;
  const [typed, setTyped] = useState(() => options.find((option) => option.value === value)?.label ?? '');
  const picked = options.find((option) => option.value === value);
  const part = picked?.label === typed ? '' : typed.trim().toLocaleLowerCase();
  const shown = options
    .filter((option) => option.label.toLocaleLowerCase().includes(part))
    .slice(0, MOST_SHOWN);
  return (
    <ComboBox
      items={shown}
      inputValue={typed}
      onInputChange={(text) => {
        setTyped(text);
        if (picked && picked.label !== text) onChange(null);
      }}
      selectedKey={value}
      onSelectionChange={(key) => {
        const option = options.find((one) => one.value === key);
        if (!option) return;
        setTyped(option.label);
        onChange(option.value);
      }}
      allowsEmptyCollection
      menuTrigger="focus"
      isInvalid={error !== undefined && error !== null}
      validationBehavior="aria"
      className="field"
      autoFocus={autoFocus ?? false}
    >
      <Label className="field-label">{label}</Label>
      <span className="field-line pick">
        <Input className="input" />
        <AriaButton className="pick-open">
          <span aria-hidden="true">▾</span>
        </AriaButton>
      </span>
      {hint !== undefined && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
      <Popover className="popover pick-list" offset={4}>
        <ListBox className="menu" renderEmptyState={() => <p className="menu-item soft">{nothing}</p>}>
          {(option: PickOption) => (
            <ListBoxItem id={option.value} textValue={option.label} className="menu-item">
              <Text slot="label">
                <Foreign text={option.label} />
              </Text>
              {option.hint !== undefined && (
                <Text slot="description" className="menu-hint">
                  {option.hint}
                </Text>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
