/** The Neo4j Community server as jars from Maven Central, installed once for each user of the machine. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { startChild } from './childProcess'
import { LaunchError } from './launchError'

/** The long-term support line; its server runs on Java 17 and 21. */
export const NEO4J_VERSION = '5.26.25'

const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'

/** A directory of jars to put on the class path; installs them with Maven if they are not there. */
export async function neo4jJars(log: (line: string) => void): Promise<string> {
  const cache = process.env.PROVENANCE_CACHE || path.join(homedir(), '.cache', 'provenance-graph')
  const jars = path.join(path.resolve(cache), `neo4j-${NEO4J_VERSION}`)
  if (existsSync(jars)) return jars
  log(`Neo4j ${NEO4J_VERSION}: installing from Maven Central into ${jars} (118 MB, once)`)
  mkdirSync(path.dirname(jars), { recursive: true })
  // Beside its place, so that it can be renamed into it: an installation cut short is never taken for a whole one.
  const partial = mkdtempSync(`${jars}.partial-`)
  try {
    await download(partial, log)
    renameSync(partial, jars)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(jars)) throw error // else another process installed them meanwhile
  }
  return jars
}

async function download(target: string, log: (line: string) => void): Promise<void> {
  let fetched = 0
  const windows = process.platform === 'win32'
  const mvn = await startChild({
    name: 'Maven',
    command: windows ? 'cmd.exe' : 'mvn',
    args: [
      ...(windows ? ['/c', 'mvn.cmd'] : []),
      '--batch-mode',
      '--file',
      path.join(__dirname, 'neo4j', 'pom.xml'),
      COPY_DEPENDENCIES,
      `-Dneo4j.version=${NEO4J_VERSION}`,
      '-DincludeScope=runtime',
      `-DoutputDirectory=${target}`,
    ],
    env: process.env,
    onLine: line => {
      if (line.includes('Downloaded') && ++fetched % 100 === 0) log(`Neo4j: ${fetched} files fetched`)
    },
  })
  const { code } = await mvn.exited
  if (code !== 0) {
    throw new LaunchError(
      `Maven could not install Neo4j ${NEO4J_VERSION} (code ${code})\n${mvn.tail()}`,
      'check that Maven Central is reachable (settings.xml for a proxy or mirror), or set NEO4J_URL',
    )
  }
}
