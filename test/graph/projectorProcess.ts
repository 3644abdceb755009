/** A projector as a process of its own, to be killed: `node --import tsx projectorProcess.ts POSTGRES_URL NEO4J_URL BATCH` */
import { runProjector } from '../../src/graph/projector'

const [postgresUrl, url, batch] = process.argv.slice(2)
void runProjector({ postgresUrl: postgresUrl!, neo4j: { url: url! }, batch: Number(batch), pollMs: 1 })
