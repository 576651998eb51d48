import { readFile } from 'node:fs/promises';
import type { Session, WebContents } from 'electron';
import { routeOf } from './deep-link.ts';
import type { ElectronApi } from './electron.ts';
import { mayHave } from './permissions.ts';
import { problem } from './problems.ts';
import {
  CONSOLE_ORIGIN,
  CONSOLE_SCHEME,
  externalAddress,
  fileFor,
  headersFor,
  isConsoleUrl,
} from './protocol.ts';

/**
 * Settings that must precede `ready` and every window: the sandbox for every renderer, the console's own
 * scheme, and guards on every page.
 *
 * @throws Problem `no-sandbox` if an argument turns the sandbox off, as launchers do where the system offers none.
 */
export function hardenBeforeReady({ app, protocol, shell }: ElectronApi): void {
  if (app.commandLine.hasSwitch('no-sandbox')) throw problem('no-sandbox');
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([
    { scheme: CONSOLE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
  app.on('web-contents-created', (_event, contents) => guard(contents, shell));
}

/**
 * Restricts the console's session: it loads only the built renderer, with the permissions of the table.
 *
 * @param rendererRoot absolute path of the built renderer.
 */
export function hardenSession(session: Session, rendererRoot: string): void {
  session.setPermissionRequestHandler((contents, permission, answer, details) =>
    answer(mayHave(permission, isConsoleUrl(details.requestingUrl) && isConsoleUrl(contents.getURL()))),
  );
  session.setPermissionCheckHandler((contents, permission, origin) =>
    mayHave(permission, isConsoleUrl(origin) && (contents === null || isConsoleUrl(contents.getURL()))),
  );
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayLoad(details.url) }));
  session.protocol.handle(CONSOLE_SCHEME, async (request) => {
    const file = fileFor(rendererRoot, request.method, request.url);
    if (file === null)
      return new Response('Not found.', { status: 404, headers: headersFor('not-found.txt') });
    try {
      return new Response(await readFile(file), { headers: headersFor(file) });
    } catch {
      return new Response('Not found.', { status: 404, headers: headersFor('not-found.txt') });
    }
  });
}

/** Allows the console, its in-memory URLs, and the developer tools of a checkout. */
function mayLoad(address: string): boolean {
  return isConsoleUrl(address) || /^(data|blob|devtools):/.test(address);
}

/**
 * Blocks navigation: an invite leads to the page that joins, web links open in the system's browser, and no
 * window opens inside.
 */
function guard(contents: WebContents, shell: ElectronApi['shell']): void {
  const leave = (address: string) => {
    const route = routeOf(address);
    if (route !== null) void contents.loadURL(`${CONSOLE_ORIGIN}/${route}`);
    const external = externalAddress(address);
    if (external !== null) void shell.openExternal(external);
  };
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => {
    if (event.isMainFrame && isConsoleUrl(event.url)) return;
    event.preventDefault();
    if (event.isMainFrame) leave(event.url);
  });
  contents.on('will-redirect', (event) => {
    if (!isConsoleUrl(event.url)) event.preventDefault();
  });
  contents.setWindowOpenHandler(({ url }) => {
    leave(url);
    return { action: 'deny' };
  });
}
