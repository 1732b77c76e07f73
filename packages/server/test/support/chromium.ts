import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** The Chromium of this machine; undefined where there is none. Nothing is ever downloaded. */
export function chromiumPath(): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter);
  const candidates = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) =>
    directories.map((directory) => join(directory, name)),
  );
  return candidates.find(isExecutable);
}

/** Starts it without a window and without conversations of its own, on a profile that is gone afterwards. */
export function startChromium(executablePath: string): Promise<Browser> {
  // Without its sandbox, which root and most containers cannot have: it opens pages of our own server only.
  const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
  const silent = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({ executablePath, headless: true, args: [...quiet, ...silent] });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
