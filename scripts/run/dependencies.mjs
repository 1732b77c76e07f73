import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { oneInstallAtATime } from './install-lock.mjs';

/**
 * Installs what package-lock.json asks for, unless it is there: without the development dependencies, or with them. Writes to
 * standard error only, because standard output belongs to the program that runs next. Throws with npm's words.
 */
export async function ensureDependencies(root, development) {
  if (isInstalled(root, development)) return;
  await oneInstallAtATime(root, async (lock) => {
    if (isInstalled(root, development)) return;
    process.stderr.write('Installing dependencies ...\n');
    await install(root, development, lock);
    if (!isInstalled(root, development))
      throw new Error('The installation is incomplete. Remove node_modules and try again.');
  });
}

/**
 * Whether everything that package-lock.json asks for is installed. npm itself keeps the stamp: node_modules/.package-lock.json,
 * written when an installation is complete, says what it put there. So an `npm ci` by hand counts as well.
 */
function isInstalled(root, development) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(root, 'node_modules/.package-lock.json'));
  if (!present) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/') || entry.link || (entry.dev && !development)) return true;
    const found = present[path];
    if (!found) return !fits(entry) || !isAskedFor(path, wanted, present);
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** Whether a package that is installed, or one of ours, depends on this one: what only a left-out package needs is left out too. */
function isAskedFor(path, wanted, present) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const ours = Object.entries(wanted).flatMap(([at, entry]) => (at.includes('node_modules/') ? [] : [entry]));
  return [...ours, ...Object.values(present)].some((entry) =>
    [entry.dependencies, entry.devDependencies, entry.optionalDependencies].some((names) => names && name in names),
  );
}

/** Whether npm would install this entry here: an optional package for another system is left out. */
function fits({ optional, devOptional, os, cpu, libc }) {
  if (!optional && !devOptional) return true;
  if (libc) return false; // not worth asking: these are doubles of a package for this system
  return (
    [os ?? process.platform].flat().includes(process.platform) && [cpu ?? process.arch].flat().includes(process.arch)
  );
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * `npm ci` into an empty place. Where an installation exists, `npm install` adds to it instead: a server may be running from
 * these files, and `npm ci` would first remove them all.
 */
async function install(root, development, lock) {
  const closed = [root, join(root, 'node_modules')].find((path) => !isWritable(path));
  if (closed)
    throw new Error(`Dependencies are missing and ${closed} cannot be written to: run "npm ci" as its owner.`);
  const fresh = !existsSync(join(root, 'node_modules/.package-lock.json'));
  const verb = fresh ? ['ci'] : ['install', '--no-save'];
  const dev = development ? '--include=dev' : '--omit=dev';
  const options = [dev, '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const cache = temporaryCache();
  try {
    await npm(root, [...verb, ...options, ...(cache ? ['--cache', cache] : [])], lock);
  } finally {
    if (cache) rmSync(cache, { recursive: true, force: true });
  }
}

/** npm fails when it cannot write to its cache, as where HOME belongs to somebody else. */
function temporaryCache() {
  const usual = process.env.npm_config_cache ?? join(homedir(), '.npm');
  return isWritable(usual) ? undefined : mkdtempSync(join(tmpdir(), 'tessera-npm-'));
}

function isWritable(path) {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    return error.code === 'ENOENT' && dirname(path) !== path && isWritable(dirname(path));
  }
}

/**
 * Runs the npm that started us, else (another package manager did, or none) the one on PATH. Its output is shown only when it
 * fails. It inherits the lock (Node has no
 * public name for its descriptor): should we be killed, it goes on without us, and the next installation waits for it.
 */
function npm(root, parameters, lock) {
  const script = process.env.npm_execpath;
  const [file, first] = script?.endsWith('npm-cli.js') ? [process.execPath, [script]] : ['npm', []];
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...first, ...parameters], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe', lock?._handle?.fd ?? 'ignore'],
    });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.once('error', (error) => reject(new Error(`npm cannot be run: ${error.message}`)));
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ${parameters[0]} failed:\n${Buffer.concat(output).toString().trim()}`));
    });
  });
}
