import { expect, test } from 'vitest';
import { Problem } from '../kernel/errors.ts';
import { MODEL_PARTS, type ModelPart, type ModelStatus } from './manifest.ts';
import { ModelsWatch } from './models-watch.ts';

const status = (
  part: ModelPart,
  state: ModelStatus['state'] = 'ok',
  fault: string | null = null,
): ModelStatus => ({
  part,
  title: `Title of ${part}`,
  file: `${part}.onnx`,
  sizeBytes: 7,
  licence: 'MIT',
  state,
  fault,
});

/** A watch over models of which some are not sound. */
function watching(broken: Partial<Record<ModelPart, ModelStatus['state']>> = {}) {
  const facts = { on: true, down: false, silent: false };
  const asked: string[] = [];
  let shown: {
    messageId?: string;
    severity?: string;
    action?: string;
    id?: string;
    message?: string;
  } | null = null;
  let changes = 0;
  const answer = (how: string) => async () => {
    asked.push(how);
    if (facts.silent) throw new Problem('silent', 'No answer.');
    return MODEL_PARTS.map((part) => status(part, broken[part] ?? 'ok', broken[part] ? 'It is bad.' : null));
  };
  const watch = new ModelsWatch({
    classifiers: { status: answer('status'), files: answer('files') } as never,
    notices: { put: (notice) => void (shown = notice as never), remove: () => void (shown = null) },
    on: () => facts.on,
    down: () => facts.down,
    changed: () => changes++,
  });
  return { watch, facts, asked, shown: () => shown, changes: () => changes };
}

test('[J19] sound models judge, and nothing is said about them', async () => {
  const { watch, asked, shown, changes } = watching();
  expect(watch.mode).toBe('models');
  await watch.look();
  await watch.look('files');
  expect([watch.mode, shown(), changes(), asked]).toEqual(['models', null, 2, ['status', 'files']]);
  expect(watch.models()[0]).toMatchObject({ state: 'ready', fault: null, sizeBytes: 7, licence: 'MIT' });
  expect(watch.models().every(({ task }) => task.length > 10)).toBe(true);
});

test.each([
  [{ first: 'missing' }, 'rules', 'moderation.models-missing'],
  [{ calibration: 'damaged' }, 'rules', 'moderation.models-missing'],
  [{ english: 'missing' }, 'first-stage', 'moderation.models-incomplete'],
  [{ 'others-pieces': 'missing' }, 'first-stage', 'moderation.models-incomplete'],
  [{ image: 'missing' }, 'models', 'moderation.image-model-missing'],
] as const)(
  '[J19] without %j the node judges by %s, and the sysop is told',
  async (broken, mode, messageId) => {
    const { watch, shown } = watching(broken as never);
    await watch.look();
    expect(watch.mode).toBe(mode);
    const [part] = Object.keys(broken);
    expect(shown()).toMatchObject({
      messageId,
      id: 'moderation-models',
      severity: 'attention',
      action: 'go.moderation',
    });
    expect(shown()!.message).toContain(`${part}.onnx is ${Object.values(broken)[0]}`);
    const model = watch.models().find(({ name }) => name === `Title of ${part}`)!;
    expect(model.state).toBe(Object.values(broken)[0]);
    expect(model.fault).toMatch(/^It is bad\. \w+/);
  },
);

test('[J19] models that are switched off, or do not answer, are named as such until they are back', async () => {
  const { watch, facts, shown } = watching({ image: 'missing' });
  await watch.look();
  facts.on = false;
  watch.say();
  expect([watch.mode, shown()!.messageId]).toEqual(['off', 'moderation.models-off']);
  expect(watch.models().every(({ state }) => state === 'off')).toBe(true);
  facts.on = true;
  facts.down = true;
  watch.say();
  expect([watch.mode, shown()!.messageId]).toEqual(['rules', 'moderation.models-silent']);
  facts.down = false;
  facts.silent = true;
  await watch.look();
  expect(shown()!.messageId).toBe('moderation.models-silent');
  facts.silent = false;
  await watch.look();
  expect(shown()!.messageId).toBe('moderation.image-model-missing');
});
