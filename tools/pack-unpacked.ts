import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'electron-builder';

/**
 * Packs the program for Linux into a folder and writes the desktop entry that the AppImage would get to
 * `<output>/computed.desktop`, without making the AppImage:
 * `node tools/pack-unpacked.ts <architecture> <folder of Electron> <output>`.
 */
const [arch, electronDist = '', output = ''] = process.argv.slice(2);
await build({
  projectDir: resolve(import.meta.dirname, '..'),
  linux: ['AppImage'],
  ...(arch === 'arm64' ? { arm64: true } : { x64: true }),
  publish: 'never',
  config: { electronDist, directories: { output } },
  // True ends the target here; by then its folder is packed and its options are known.
  effectiveOptionComputed: async ({ desktop }: { desktop: string }) => {
    writeFileSync(resolve(output, 'computed.desktop'), desktop);
    return true;
  },
});
