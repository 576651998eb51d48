import type { Attachment } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { bytes } from '../../messages/format.ts';
import { Button, ProblemNotice } from '../../ui/index.ts';
import { saveFile } from '../saveFile.ts';
import { useAct } from '../useAct.ts';
import { withUnseen } from '../../text/pieces.ts';

/** Saves a file of a post: fetched on demand, and never opened inside the console. */
export function PostFile({ file }: { file: Attachment }) {
  const client = useClient();
  const act = useAct();
  const save = () =>
    act.run(async () => {
      const { file: held } = await client.files.get({ cid: file.cid });
      saveFile(file.name, held);
    });
  return (
    <li>
      <Button kind="quiet" onPress={() => void save()} isDisabled={act.busy}>
        <span aria-hidden="true">⤓</span> <span className="hidden-visually">{words.file.get}</span>{' '}
        <bdi className="mono cut">{withUnseen(file.name)}</bdi>
        <span className="soft mono">{bytes(file.sizeBytes)}</span>
        <span className="soft small">
          {act.busy ? words.file.fetching : file.here ? words.file.here : words.file.away}
        </span>
      </Button>
      {act.problem && <ProblemNotice problem={act.problem} />}
    </li>
  );
}
