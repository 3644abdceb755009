import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDataFolder, unusable } from './dataFolder'
import { SandboxError } from './sandboxError'

/** One sandbox a data folder. @returns what releases it */
export function lockFolder(folder: string): () => void {
  makeDataFolder(folder)
  const file = join(folder, 'sandbox.pid')
  if (existsSync(file)) {
    const pid = Number(readFileSync(file, 'utf8'))
    if (pid !== process.pid && isRunning(pid)) {
      throw new SandboxError(
        `another sandbox (process ${pid}) uses ${folder}`,
        'stop it, or give this one a folder of its own: npm start -- --data .data2 --port 4351',
      )
    }
  }
  try {
    writeFileSync(file, String(process.pid))
  } catch (cause) {
    throw unusable(folder, cause as NodeJS.ErrnoException)
  }
  return () => rmSync(file, { force: true })
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
