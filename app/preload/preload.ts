import { contextBridge, ipcRenderer } from 'electron';
import { handOver, type Page } from './hand-over.ts';

declare const window: Page;

handOver(window, ipcRenderer);
contextBridge.exposeInMainWorld('impulse', { shell: true, platform: process.platform });
