import { useEffect, useRef } from 'react';
import type { ReviewItem } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { common } from '../../messages/common.ts';
import { bytes } from '../../messages/format.ts';
import { review as words } from '../../messages/review.ts';
import { Button } from '../../ui/index.ts';
import { useCall } from '../useCall.ts';
import { useStateFor } from '../useStateFor.ts';
import { withUnseen } from '../../text/pieces.ts';

type File = ReviewItem['media'][number];

/** Types that the browser may draw as a picture; for others, SVG included, only the name is shown. */
const drawable = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif']);

interface MediaProps {
  readonly media: ReviewItem['media'];
  /** Reveals all pictures at once, by key. */
  readonly revealed: boolean;
}

/** The files of an item: pictures are blurred until a person reveals them, one by one or by key. */
export function Media({ media, revealed }: MediaProps) {
  if (media.length === 0) return null;
  return (
    <section>
      <h3 className="review-sub">{words.item.media}</h3>
      <p className="soft small">{words.item.mediaHint}</p>
      <ul className="review-media">
        {media.map((file) => (
          <li key={file.cid}>
            <One file={file} revealed={revealed} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function One({ file, revealed }: { file: File; revealed: boolean }) {
  const [own, setOwn] = useStateFor<boolean | null>(revealed, null);
  const shown = own ?? revealed;
  const picture = file.here && drawable.has(file.type);
  return (
    <figure className="review-file">
      {picture ? (
        <Picture file={file} shown={shown} />
      ) : (
        <div className="review-picture soft small">{file.here ? words.item.unshown : words.item.away}</div>
      )}
      <figcaption>
        <bdi className="mono cut">{withUnseen(file.name)}</bdi>
        <span className="soft small mono">
          {file.nsfw === null
            ? bytes(file.sizeBytes)
            : common.remarked(bytes(file.sizeBytes), words.item.nsfw(file.nsfw))}
        </span>
        {picture && (
          <Button aria-pressed={shown} onPress={() => setOwn(!shown)}>
            {shown ? words.item.cover(file.name) : words.item.reveal(file.name)}
          </Button>
        )}
      </figcaption>
    </figure>
  );
}

function Picture({ file, shown }: { file: File; shown: boolean }) {
  const client = useClient();
  const { data } = useCall(async () => (await client.files.get({ cid: file.cid })).file, [file.cid]);
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    if (data === null || image.current === null) return;
    const url = URL.createObjectURL(new Blob([data], { type: file.type }));
    image.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [data, file.type]);
  return (
    <div className={`review-picture ${shown ? '' : 'review-blurred'}`}>
      {data !== null && <img ref={image} alt={shown ? withUnseen(file.name) : words.item.blurred} />}
      {!shown && <span className="review-veil mono">{words.item.blurred}</span>}
    </div>
  );
}
