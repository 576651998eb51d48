import * as z from 'zod';

const pixels = z.number().int().min(-100_000).max(100_000);

export const Bounds = z.object({ x: pixels, y: pixels, width: pixels, height: pixels });
export type Bounds = z.infer<typeof Bounds>;

/** The state of the window: its bounds when not maximised, and whether it was maximised. */
export const WindowState = z.object({ bounds: Bounds, maximised: z.boolean() });
export type WindowState = z.infer<typeof WindowState>;

export const MIN_SIZE = { width: 720, height: 480 };
const DEFAULT_SIZE = { width: 1280, height: 820 };
/** The least part of the title bar that must be visible to be grabbed, in pixels. */
const GRIP = { width: 120, height: 40 };

/**
 * The bounds of the window: the saved ones if the window can still be grabbed there, else centred on the
 * first display, never larger than its display.
 *
 * @param saved the saved state, or null.
 * @param workAreas the work areas of the displays, the primary one first; at least one.
 */
export function placeWindow(saved: WindowState | null, workAreas: readonly Bounds[]): WindowState {
  const [primary] = workAreas;
  const home = saved && workAreas.find((area) => canBeGrabbed(fitted(saved.bounds, area), area));
  if (saved && home) return { bounds: fitted(saved.bounds, home), maximised: saved.maximised };
  const size = saved?.bounds ?? DEFAULT_SIZE;
  const area = primary ?? { x: 0, y: 0, ...DEFAULT_SIZE };
  const { width, height } = fitted({ x: 0, y: 0, width: size.width, height: size.height }, area);
  const x = area.x + Math.round((area.width - width) / 2);
  const y = area.y + Math.round((area.height - height) / 2);
  return { bounds: { x, y, width, height }, maximised: saved?.maximised ?? false };
}

/** Parses a saved state; null if it is invalid. */
export function parseWindowState(text: string): WindowState | null {
  try {
    return WindowState.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function canBeGrabbed(bounds: Bounds, area: Bounds): boolean {
  const visibleWidth = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  const titleInside = bounds.y >= area.y && bounds.y + GRIP.height <= area.y + area.height;
  return visibleWidth >= GRIP.width && titleInside;
}

function fitted(bounds: Bounds, area: Bounds): Bounds {
  const within = (value: number, min: number, max: number) =>
    Math.min(Math.max(value, Math.min(min, max)), max);
  return {
    ...bounds,
    width: within(bounds.width, MIN_SIZE.width, area.width),
    height: within(bounds.height, MIN_SIZE.height, area.height),
  };
}
