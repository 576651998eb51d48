import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { autostartFile, desktopEntry } from './autostart.ts';
import { Backoff, restartPolicy } from './backoff.ts';
import { linkAmong, routeOf } from './deep-link.ts';
import { menuTemplate } from './menu.ts';
import { mayHave, permissions } from './permissions.ts';
import { contentSecurityPolicy } from '../kernel/page-policy.ts';
import { externalAddress, fileFor, headersFor, isConsoleUrl } from './protocol.ts';
import { trayLine } from './tray.ts';
import { parseWindowState, placeWindow } from './window-state.ts';
import { nodeFailed, nodeRestarting } from './words.ts';

describe('permissions', () => {
  it('allows the console notifications, copying, full screen and what calls need, and nothing else', () => {
    const allowed = Object.keys(permissions).filter((permission) => mayHave(permission, true));
    expect(allowed.toSorted()).toEqual([
      'clipboard-sanitized-write',
      'display-capture',
      'fullscreen',
      'media',
      'notifications',
      'speaker-selection',
    ]);
  });

  it('denies everything to other pages, and everything not in the table', () => {
    expect(mayHave('notifications', false)).toBe(false);
    expect(mayHave('something-new', true)).toBe(false);
    expect(mayHave('constructor', true)).toBe(false);
  });

  it('gives a reason for every permission', () => {
    for (const { reason } of Object.values(permissions)) expect(reason).toMatch(/^[A-Z].+\.$/);
  });
});

describe('the console’s own protocol', () => {
  const root = '/program/dist/renderer';
  const file = (address: string, method = 'GET') => fileFor(root, method, address);

  it('serves the built files of the console', () => {
    expect(file('app://console/')).toBe(`${root}/index.html`);
    expect(file('app://console')).toBe(`${root}/index.html`);
    expect(file('app://console/assets/main-1a2b.js?v=1#x')).toBe(`${root}/assets/main-1a2b.js`);
  });

  it.each([
    'app://console/../secret',
    'app://console/%2e%2e/%2e%2e/etc/passwd',
    'app://console/..%2f..%2fetc/passwd',
    'app://console/..%5c..%5cwindows',
    'app://console/a%00.js',
    'app://console/c:/windows',
    'app://console/%E0%A4%A',
    'app://other/index.html',
    'app://user@console/index.html',
    'https://console/index.html',
    'file:///etc/passwd',
    'nonsense',
  ])('serves nothing for %s', (address) => {
    const served = file(address);
    expect(served === null || served.startsWith(`${root}/`)).toBe(true);
    if (!address.startsWith('app://console/../') && !address.includes('%2e%2e/')) expect(served).toBeNull();
  });

  it('never leaves its folder, whatever the path', () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        const served = file(`app://console/${path}`);
        expect(served === null || served.startsWith(`${root}/`)).toBe(true);
      }),
    );
  });

  it('answers only reading', () => {
    expect(file('app://console/', 'POST')).toBeNull();
    expect(file('app://console/', 'HEAD')).not.toBeNull();
  });

  it('forbids foreign sources, inline scripts and eval', () => {
    expect(contentSecurityPolicy).toContain("default-src 'none'");
    expect(contentSecurityPolicy).toContain("script-src 'self';");
    expect(contentSecurityPolicy).not.toMatch(/unsafe-eval|https?:|\*/);
    expect(headersFor('main.js')['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headersFor('index.html')['content-security-policy']).toBe(contentSecurityPolicy);
    expect(headersFor('x.unknown')['x-content-type-options']).toBe('nosniff');
  });

  it('tells its own pages from lookalikes', () => {
    expect(isConsoleUrl('app://console/#/boards')).toBe(true);
    for (const other of ['app://console.evil/', 'app://console@evil/', 'app:console', 'apps://console/']) {
      expect(isConsoleUrl(other)).toBe(false);
    }
  });

  it('lets out only plain web links', () => {
    expect(externalAddress('https://example.org/a?b#c')).toBe('https://example.org/a?b#c');
    for (const address of [
      'file:///etc/passwd',
      'javascript:alert(1)',
      'smb://host/share',
      'https://user:pass@example.org/',
      `https://example.org/${'a'.repeat(2000)}`,
      'mailto:a@b',
      '',
    ]) {
      expect(externalAddress(address)).toBeNull();
    }
  });
});

describe('deep links', () => {
  const invite = 'impulse://join/bafyabc?a=%2Fip4%2F1.2.3.4&s=x_y-z';

  it('lead to the console with the whole invite in the route', () => {
    const route = routeOf(invite) ?? '';
    expect(route.startsWith('#/join/')).toBe(true);
    expect(decodeURIComponent(route.slice('#/join/'.length))).toBe(invite);
    expect(route.slice('#/join/'.length)).not.toMatch(/[/?#]/);
  });

  it.each([
    'impulse://settings/reset',
    'impulse://join/',
    'impulse:join/abc',
    'https://join/abc',
    'impulse://join/a"b',
    'impulse://join/a b',
    'impulse://join/<script>',
    `impulse://join/${'a'.repeat(4000)}`,
    '',
  ])('are not followed when they are no invite: %s', (link) => {
    expect(routeOf(link)).toBeNull();
  });

  it('are found among the arguments of the program', () => {
    expect(linkAmong(['/opt/impulse-console', '--hidden', invite])).toBe(invite);
    expect(linkAmong(['/opt/impulse-console', '--data', '/x'])).toBeNull();
  });
});

describe('restarting a crashed node', () => {
  it('doubles the delay each time and gives up in a crash loop', () => {
    const backoff = new Backoff();
    const steps = Array.from({ length: restartPolicy.maxCrashes }, () => backoff.crashed(100));
    expect(steps.map((step) => (step.kind === 'again' ? step.delayMs : 'stop'))).toEqual([
      500,
      1000,
      2000,
      4000,
      8000,
      'stop',
    ]);
  });

  it('forgets old crashes after a healthy run', () => {
    const backoff = new Backoff();
    for (let crash = 0; crash < 4; crash += 1) backoff.crashed(100);
    expect(backoff.crashed(restartPolicy.healthyAfterMs)).toEqual({ kind: 'again', delayMs: 500 });
  });
});

describe('the window’s place', () => {
  const display = { x: 0, y: 0, width: 1920, height: 1040 };
  const right = { x: 1920, y: 0, width: 1280, height: 1000 };

  it('is restored', () => {
    const saved = { bounds: { x: 2000, y: 50, width: 1000, height: 700 }, maximised: true };
    expect(placeWindow(saved, [display, right])).toEqual(saved);
  });

  it('is on a display that is still there, no larger than it', () => {
    const saved = { bounds: { x: 2000, y: 50, width: 3000, height: 2000 }, maximised: false };
    expect(placeWindow(saved, [display]).bounds).toEqual({ x: 0, y: 0, width: 1920, height: 1040 });
  });

  it('can always be grabbed by its title', () => {
    const pixel = fc.integer({ min: -5000, max: 5000 });
    const bounds = fc.record({ x: pixel, y: pixel, width: pixel, height: pixel });
    fc.assert(
      fc.property(bounds, fc.boolean(), (saved, maximised) => {
        const placed = placeWindow({ bounds: saved, maximised }, [display]).bounds;
        expect(placed.y).toBeGreaterThanOrEqual(0);
        expect(placed.y + 40).toBeLessThanOrEqual(display.height);
        expect(placed.x + placed.width).toBeGreaterThanOrEqual(120);
        expect(placed.x).toBeLessThanOrEqual(display.width - 120);
        expect(placed.width).toBeGreaterThanOrEqual(720);
      }),
    );
  });

  it('is the default if the saved state is damaged', () => {
    expect(parseWindowState('{"bounds":{"x":"a"}}')).toBeNull();
    expect(parseWindowState('{')).toBeNull();
    expect(placeWindow(null, [display])).toEqual({
      bounds: { x: 320, y: 110, width: 1280, height: 820 },
      maximised: false,
    });
  });
});

describe('texts and menus', () => {
  it('tell what a person can do if the node does not run', () => {
    const box = nodeFailed({ code: 'data-locked', message: 'Another node runs.', remedy: 'End it.' }, '');
    expect(box.message).toBe('Another node runs.');
    expect(box.detail).toContain('End it.');
    expect(box.buttons).toEqual(['Try again', 'Open data folder', 'Quit']);
    expect(nodeRestarting(2000, 3).body).toContain('in 2 seconds');
    expect(nodeRestarting(2000, 3).body).toContain('3rd time');
  });

  it('show the state of the node in the tray', () => {
    expect(trayLine({ kind: 'status', name: 'attic', phase: 'ready', peers: 1, unread: 3 })).toBe(
      'Impulse: attic running, 1 peer, 3 unread',
    );
  });

  it('offer developer tools in a checkout only', () => {
    const actions = { about() {}, openDataFolder() {}, quit() {} };
    const roles = (packaged: boolean) =>
      JSON.stringify(menuTemplate({ platform: 'linux', name: 'Impulse Console', packaged }, actions));
    expect(roles(false)).toContain('toggleDevTools');
    expect(roles(true)).not.toMatch(/toggleDevTools|reload/);
  });

  it('write an autostart entry that survives odd paths', () => {
    expect(autostartFile({ XDG_CONFIG_HOME: '/c' }, '/home/a')).toBe('/c/autostart/impulse-console.desktop');
    expect(autostartFile({}, '/home/a')).toBe('/home/a/.config/autostart/impulse-console.desktop');
    expect(desktopEntry('/opt/a "b" 100%/x')).toContain(String.raw`Exec="/opt/a \\"b\\" 100%%/x" --hidden`);
  });
});
