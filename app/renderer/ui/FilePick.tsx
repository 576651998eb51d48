import { FileTrigger } from 'react-aria-components';
import { Button } from './Button.tsx';

export interface FilePickProps {
  label: string;
  accept: readonly string[];
  /** Told the text of the file that was chosen. */
  onText: (text: string) => void;
}

/** A button that lets someone choose a file of text. */
export function FilePick({ label, accept, onText }: FilePickProps) {
  return (
    <div>
      <FileTrigger
        acceptedFileTypes={accept}
        onSelect={(files) => {
          const file = files?.[0];
          if (file) void file.text().then(onText);
        }}
      >
        <Button>{label}</Button>
      </FileTrigger>
    </div>
  );
}
