import { expect, test } from 'vitest';
import { openDatabase } from '../platform/sqlite/database.ts';
import { Handles, type HandlesInit } from './handles.ts';
import { memberMigrations } from './migrations.ts';

/** Handles on a database of their own; requests to the classifiers are recorded. */
function handles({
  db = openDatabase(':memory:', memberMigrations),
  judge = async (handle) => handle.includes('rude'),
}: Partial<HandlesInit> = {}) {
  const asked: string[] = [];
  const counted = { changes: 0 };
  const own = new Handles({
    db,
    judge: (handle) => {
      asked.push(handle);
      return judge(handle);
    },
    changed: () => (counted.changes += 1),
  });
  return { own, asked, counted, db };
}

test('[M12] a handle is hidden until it was judged, and every handle is judged once', async () => {
  const { own, asked, counted } = handles();
  expect(own.hides('mara')).toBe(true);
  await own.look(['mara', 'rude one']);
  await own.look(['mara', 'rude one']);
  expect([own.hides('mara'), own.hides('rude one')]).toEqual([false, true]);
  expect(asked).toEqual(['mara', 'rude one']);
  expect(counted.changes).toBe(2);
});

test('[M12] judgements survive a restart', async () => {
  const { own, db } = handles();
  await own.look(['mara', 'rude one']);
  const again = handles({ db });
  expect([again.own.hides('mara'), again.own.hides('rude one')]).toEqual([false, true]);
  await again.own.look(['mara', 'rude one']);
  expect(again.asked).toEqual([]);
});

test('[M12] a handle that passed the gate here is not judged again', async () => {
  const { own, asked } = handles();
  own.passed('juno');
  await own.look(['juno']);
  expect(own.hides('juno')).toBe(false);
  expect(asked).toEqual([]);
});

test('[M12] handles that arrive while others are judged are judged after them, one at a time', async () => {
  const open: (() => void)[] = [];
  const { own, asked } = handles({
    judge: async () => {
      await new Promise<void>((go) => open.push(go));
      return false;
    },
  });
  const first = own.look(['a']);
  await own.look(['b', 'a']);
  expect(asked).toEqual(['a']);
  open[0]!();
  await expect.poll(() => asked).toEqual(['a', 'b']);
  open[1]!();
  await first;
  expect([own.hides('a'), own.hides('b')]).toEqual([false, false]);
});

test('[M12] if the classifiers fail, a handle stays hidden and is judged at the next attempt', async () => {
  let broken = true;
  const { own } = handles({
    judge: async () => {
      if (broken) throw new Error('no judges');
      return false;
    },
  });
  await expect(own.look(['mara'])).rejects.toThrow('no judges');
  expect(own.hides('mara')).toBe(true);
  broken = false;
  await own.look([]);
  expect(own.hides('mara')).toBe(false);
});
