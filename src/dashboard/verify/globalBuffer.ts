import { Buffer } from 'buffer'

/** Imported before what calls Node's Buffer by its global name. */
Object.assign(globalThis, { Buffer })
