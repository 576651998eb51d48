import { expect, test } from 'vitest';
import * as contracts from '../../contract/features.ts';
import { optionalFeatures } from '../../contract/index.ts';
import { implementContract, type Api } from '../api/index.ts';
import type { Feature } from '../feature/index.ts';
import { silentLogger } from '../kernel/logger.ts';
import { features } from './features.ts';

const noService = () => {
  throw new Error('no service here');
};

test('every feature implements exactly the procedures of its contract', () => {
  const { community: api } = implementContract({
    logger: silentLogger,
    open: () => Promise.reject(new Error()),
  });
  for (const [name, { contract }] of Object.entries(contracts)) {
    const feature = (features as readonly Feature[]).find((one) => one.name === name);
    const implemented = feature?.api?.(api[name as keyof Api] as never, noService as never) ?? {};
    const what = `procedures of “${name}”`;
    expect(Object.keys(implemented).toSorted(), what).toEqual(Object.keys(contract).toSorted());
  }
});

test('the features that a sysop may turn off are those of the contract', () => {
  const optional = (features as readonly Feature[]).filter((one) => one.optional === true);
  expect(optional.map(({ name }) => name).toSorted()).toEqual([...optionalFeatures]);
});
