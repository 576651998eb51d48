import type { Session } from 'electron';

/** Every permission that Electron names; a new one in a later Electron causes a compile error here. */
export type Permission = Parameters<NonNullable<Parameters<Session['setPermissionRequestHandler']>[0]>>[1];

interface Rule {
  readonly allow: boolean;
  readonly reason: string;
}

const allow = (reason: string): Rule => ({ allow: true, reason });
const deny = (reason: string): Rule => ({ allow: false, reason });

/** The permissions of the console. Everything not allowed here or not listed is denied. */
export const permissions: Readonly<Record<Permission, Rule>> = {
  notifications: allow('Mentions and duties reach the sysop while the window is in the background.'),
  'clipboard-sanitized-write': allow('Copying an invite, a permalink or a digest.'),
  fullscreen: allow('The console is also used on a screen of its own.'),
  media: allow('Calls use the microphone and the camera once a person turns them on.'),
  'display-capture': allow('A person shares a screen in a call, and chooses it in a dialog of the shell.'),
  'speaker-selection': allow('A person chooses where the sound of a call goes.'),
  ar: deny('Nothing is shown in augmented reality.'),
  'automatic-fullscreen': deny('Full screen is asked for by a person.'),
  'background-fetch': deny('The node fetches, the window does not.'),
  'background-sync': deny('The node syncs, the window does not.'),
  'captured-surface-control': deny('A shared window is only shown, not controlled.'),
  'clipboard-read': deny('Pasting by keyboard needs no permission; reading unasked is spying.'),
  'deprecated-sync-clipboard-read': deny(
    'Pasting by keyboard needs no permission; reading unasked is spying.',
  ),
  fileSystem: deny('Files come in and go out through the dialogs of the system.'),
  geolocation: deny('A board has no use for where its reader is.'),
  'geolocation-approximate': deny('A board has no use for where its reader is.'),
  'hand-tracking': deny('No such input is used.'),
  hid: deny('The window talks to no devices.'),
  'idle-detection': deny('Idle time is counted from input in the window itself.'),
  keyboardLock: deny('The keys of the system stay with the system.'),
  'local-fonts': deny('Fonts come with the program; the list of installed ones identifies a person.'),
  'local-network': deny('The window talks to the node alone, over its port.'),
  'local-network-access': deny('The window talks to the node alone, over its port.'),
  'loopback-network': deny('The window talks to the node alone, over its port.'),
  mediaKeySystem: deny('No protected media are played.'),
  midi: deny('The window talks to no devices.'),
  midiSysex: deny('The window talks to no devices.'),
  nfc: deny('The window talks to no devices.'),
  openExternal: deny('Links are opened by the shell after its own check.'),
  'payment-handler': deny('Nothing is paid through a browser.'),
  'periodic-background-sync': deny('The node syncs, the window does not.'),
  'persistent-storage': deny('Everything that lasts is kept by the node.'),
  pointerLock: deny('The pointer stays free.'),
  'screen-wake-lock': deny('The screen may sleep.'),
  sensors: deny('No sensors are read.'),
  serial: deny('The window talks to no devices.'),
  'smart-card': deny('The window talks to no devices.'),
  'storage-access': deny('The window embeds no other site.'),
  'system-wake-lock': deny('The machine may sleep; the node recovers when it wakes.'),
  'top-level-storage-access': deny('The window embeds no other site.'),
  usb: deny('The window talks to no devices.'),
  vr: deny('Nothing is shown in virtual reality.'),
  'web-app-installation': deny('The console is installed already.'),
  'web-printing': deny('Printing goes through the dialog of the system.'),
  'window-management': deny('The window does not look at other screens.'),
  unknown: deny('What has no name has no reason.'),
};

/**
 * Whether the console may have a permission.
 *
 * @param permission Electron's name; an unknown one is denied.
 * @param fromConsole whether a page of the console asks, see `isConsoleUrl`.
 */
export function mayHave(permission: string, fromConsole: boolean): boolean {
  return fromConsole && Object.hasOwn(permissions, permission) && permissions[permission as Permission].allow;
}
