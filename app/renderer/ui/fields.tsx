import type { ReactNode, Ref } from 'react';
import {
  Button as AriaButton,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
  SelectValue,
  Switch as AriaSwitch,
  Text,
  TextArea as AriaTextArea,
  TextField as AriaTextField,
} from 'react-aria-components';
import './fields.css';

interface FieldBase {
  label: string;
  /** One line under the control on its effect. */
  hint?: ReactNode;
  /** Why the value is invalid, or null if it is valid. */
  error?: string | null;
  isDisabled?: boolean;
  isRequired?: boolean;
  className?: string;
  /** The label is the accessible name only and is not drawn. */
  bare?: boolean;
}

export interface TextFieldProps extends FieldBase {
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  onEnter?: () => void;
  type?: 'text' | 'search' | 'number' | 'password' | 'datetime-local';
  placeholder?: string;
  autoFocus?: boolean;
  mono?: boolean;
  maxLength?: number;
  /** A unit after the value. */
  unit?: string;
  autoComplete?: string;
  inputMode?: 'text' | 'numeric' | 'search';
  inputRef?: Ref<HTMLInputElement>;
}

function Below({ hint, error }: Pick<FieldBase, 'hint' | 'error'>) {
  return (
    <>
      {hint !== undefined && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </>
  );
}

/** One line of text. */
export function TextField(props: TextFieldProps) {
  const {
    label,
    hint,
    error,
    bare,
    className,
    placeholder,
    mono,
    onEnter,
    unit,
    autoFocus,
    inputRef,
    ...rest
  } = props;
  return (
    <AriaTextField
      {...rest}
      isInvalid={error !== undefined && error !== null}
      validationBehavior="aria"
      className={`field ${className ?? ''}`}
      autoFocus={autoFocus ?? false}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && onEnter) {
          // The key’s action may move the focus; without this the same press would also activate the newly
          // focused element.
          event.preventDefault();
          onEnter();
        }
        // Without this, the field would keep Escape from the dialog around it.
        event.continuePropagation();
      }}
    >
      <Label className={bare ? 'hidden-visually' : 'field-label'}>{label}</Label>
      <span className="field-line">
        <Input
          ref={inputRef}
          dir="auto"
          className={`input ${mono ? 'mono' : ''}`}
          placeholder={placeholder}
        />
        {unit !== undefined && <span className="field-unit">{unit}</span>}
      </span>
      <Below hint={hint} error={error} />
    </AriaTextField>
  );
}

export interface TextAreaProps extends FieldBase {
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  rows?: number;
  placeholder?: string;
  autoFocus?: boolean;
  mono?: boolean;
  inputRef?: Ref<HTMLTextAreaElement>;
  onKeyDown?: (event: {
    key: string;
    ctrlKey: boolean;
    metaKey: boolean;
    preventDefault: () => void;
  }) => void;
}

/** Several lines of text. */
export function TextArea(props: TextAreaProps) {
  const {
    label,
    hint,
    error,
    bare,
    className,
    placeholder,
    mono,
    rows = 4,
    autoFocus,
    inputRef,
    onKeyDown,
    ...rest
  } = props;
  return (
    <AriaTextField
      {...rest}
      isInvalid={error !== undefined && error !== null}
      validationBehavior="aria"
      className={`field ${className ?? ''}`}
      autoFocus={autoFocus ?? false}
    >
      <Label className={bare ? 'hidden-visually' : 'field-label'}>{label}</Label>
      <AriaTextArea
        dir="auto"
        ref={inputRef}
        className={`input input-area ${mono ? 'mono' : ''}`}
        placeholder={placeholder}
        rows={rows}
        onKeyDown={onKeyDown}
      />
      <Below hint={hint} error={error} />
    </AriaTextField>
  );
}

export interface SelectProps<T extends string> extends FieldBase {
  value: T;
  onChange: (value: T) => void;
  options: readonly { value: T; label: string; hint?: string }[];
}

/** One of a few. */
export function Select<T extends string>(props: SelectProps<T>) {
  const { label, hint, error, bare, className, value, onChange, options, ...rest } = props;
  return (
    <AriaSelect
      {...rest}
      value={value}
      onChange={(key) => {
        const picked = options.find((option) => option.value === key);
        if (picked) onChange(picked.value);
      }}
      isInvalid={error !== undefined && error !== null}
      className={`field ${className ?? ''}`}
    >
      <Label className={bare ? 'hidden-visually' : 'field-label'}>{label}</Label>
      <AriaButton className="input select">
        <SelectValue className="cut" />
        <span aria-hidden="true" className="select-mark">
          ▾
        </span>
      </AriaButton>
      <Below hint={hint} error={error} />
      <Popover className="popover" offset={4}>
        <ListBox className="menu">
          {options.map((option) => (
            <ListBoxItem key={option.value} id={option.value} textValue={option.label} className="menu-item">
              <Text slot="label">{option.label}</Text>
              {option.hint !== undefined && (
                <Text slot="description" className="menu-hint">
                  {option.hint}
                </Text>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

export interface SwitchProps {
  label: ReactNode;
  value: boolean;
  onChange: (value: boolean) => void;
  isDisabled?: boolean;
  /** Words for the two states, shown beside the switch. */
  on?: string;
  off?: string;
  bare?: boolean;
  /** Drawn instead of the label and the two words; the label stays the accessible name. */
  shown?: string;
}

/** On or off, shown by a word as well as by position. */
export function Switch(props: SwitchProps) {
  const { label, value, onChange, isDisabled, on = 'on', off = 'off', bare, shown } = props;
  return (
    <AriaSwitch isSelected={value} onChange={onChange} isDisabled={isDisabled ?? false} className="switch">
      <span className="switch-track" aria-hidden="true">
        <span className="switch-thumb" />
      </span>
      <span className={bare || shown !== undefined ? 'hidden-visually' : 'switch-label'}>{label}</span>
      <span className={shown === undefined ? 'switch-word' : 'switch-label'} aria-hidden="true">
        {shown ?? (value ? on : off)}
      </span>
    </AriaSwitch>
  );
}
