import { hostname, release, type, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@sightline/shared';
import { app, BrowserWindow, desktopCapturer, ipcMain, powerMonitor, safeStorage, session } from 'electron';
import { IPC } from '../bridge.ts';
import { serveBridge } from './bridgeHost.ts';
import { applyChromiumSwitches } from './chromiumSwitches.ts';
import { createCredentialFile } from './credentialFile.ts';
import { createDisplaySources } from './displaySources.ts';
import { createFarewell } from './farewell.ts';
import { ownPage } from './ownPage.ts';
import { guardPermissions } from './permissions.ts';
import { watchPower } from './power.ts';
import { guardContents, loadPage, windowOptions } from './window.ts';

const preloadPath = fileURLToPath(new URL('../preload/index.cjs', import.meta.url));

async function openShell(): Promise<void> {
  applyChromiumSwitches(app.commandLine);
  const page = ownPage(process.env);
  await app.whenReady();
  guardPermissions(session.defaultSession, page);

  const window = new BrowserWindow(windowOptions(preloadPath));
  guardContents(window.webContents, page);

  const sources = createDisplaySources({ capturer: desktopCapturer, page, platform: process.platform });
  session.defaultSession.setDisplayMediaRequestHandler((request, callback) =>
    sources.answer(request, callback),
  );

  const farewell = createFarewell({
    app,
    clock: systemClock,
    ask() {
      if (window.isDestroyed() || !page.includes(window.webContents.getURL())) return false;
      window.webContents.send(IPC.goodbye);
      return true;
    },
  });
  serveBridge(ipcMain, page, {
    shellInfo: { userName: userInfo().username, hostName: hostname(), os: `${type()} ${release()}` },
    listDisplaySources: () => sources.list(),
    chooseDisplaySource: (id) => sources.choose(id),
    credentials: createCredentialFile({
      path: join(app.getPath('userData'), 'credential'),
      storage: safeStorage,
      platform: process.platform,
    }),
    idleMs: () => powerMonitor.getSystemIdleTime() * 1_000,
    goodbyeSaid: () => farewell.said(),
  });
  watchPower(powerMonitor, systemClock, (event) => {
    if (window.isDestroyed() || !page.includes(window.webContents.getURL())) return;
    window.webContents.send(IPC.power, event);
  });
  window.on('close', (event) => {
    // Closing the window is leaving, and leaving is said before the page goes.
    if (farewell.done) return;
    event.preventDefault();
    app.quit();
  });
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  await loadPage(window, page, systemClock);
}

if (app.requestSingleInstanceLock()) {
  openShell().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    app.exit(1);
  });
} else {
  app.quit();
}
