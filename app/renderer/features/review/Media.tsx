import { useEffect, useState } from 'react';
import type { ReviewItem } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { bytes } from '../../messages/format.ts';
import { review as words } from '../../messages/review.ts';
import { Button } from '../../ui/index.ts';
import { useCall } from '../useCall.ts';

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
  const [own, setOwn] = useState<boolean | null>(null);
  useEffect(() => setOwn(null), [revealed]);
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
        <span className="mono cut">{file.name}</span>
        <span className="soft small mono">
          {bytes(file.sizeBytes)}
          {file.nsfw === null ? '' : `, ${words.item.nsfw(file.nsfw)}`}
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
  const { data } = useCall(async () => (await client.files.get({ cid: file.cid })).file, [client, file.cid]);
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (data === null) return;
    const made = URL.createObjectURL(new Blob([data], { type: file.type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [data, file.type]);
  return (
    <div className={`review-picture ${shown ? '' : 'review-blurred'}`}>
      {url !== null && <img src={url} alt={shown ? file.name : words.item.blurred} />}
      {!shown && <span className="review-veil mono">{words.item.blurred}</span>}
    </div>
  );
}
