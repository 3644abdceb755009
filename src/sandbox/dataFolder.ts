import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { SandboxError } from './sandboxError'

/**
 * Makes the folder that the sandbox keeps its data in, with those above it.
 *
 * Step by step: `mkdirSync` with `recursive` never ends below /proc, where a folder is there and none can be made in it.
 *
 * @throws SandboxError that names the folder
 */
export function makeDataFolder(folder: string): void {
  const missing: string[] = []
  let at = resolve(folder)
  for (; !existsSync(at) && at !== dirname(at); at = dirname(at)) missing.unshift(at)
  try {
    if (!statSync(at).isDirectory()) throw new Error(`${at} is a file`)
    for (const step of missing) mkdirSync(step)
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw unusable(folder, cause as NodeJS.ErrnoException)
  }
}

/** For whatever else goes wrong in the folder before anything runs. */
export function unusable(folder: string, cause: NodeJS.ErrnoException): SandboxError {
  return new SandboxError(
    `--data: ${folder} cannot hold the data: ${REASONS[cause.code ?? ''] ?? cause.message}`,
    'name a folder that you may write to: npm start -- --data ~/provenance-data',
    { cause },
  )
}

const REASONS: Record<string, string> = {
  EACCES: 'it, or a folder above it, may not be written to by this user',
  EPERM: 'it, or a folder above it, may not be written to by this user',
  EROFS: 'its file system is read-only',
  ENOENT: 'no folder can be made there',
  ENOTDIR: 'a part of the path is a file',
  ENAMETOOLONG: 'the path is too long',
  ENOSPC: 'the disk is full',
}
