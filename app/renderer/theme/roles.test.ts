import Color from 'colorjs.io';
import { describe, expect, test } from 'vitest';
import { themeCss } from './css.ts';
import { pairs, roles, themes } from './roles.ts';

describe('colour roles', () => {
  test.each(pairs())('$name reaches $least:1', ({ ink, ground, least }) => {
    expect(new Color(ink).contrast(new Color(ground), 'WCAG21')).toBeGreaterThanOrEqual(least);
  });

  test('every role becomes a variable in every theme', () => {
    const blocks = themeCss().split('\n');
    expect(blocks).toHaveLength(themes.length);
    for (const block of blocks) for (const name of Object.keys(roles)) expect(block).toContain(`--${name}:#`);
  });
});
