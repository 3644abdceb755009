/** What csv-parse takes of `node:stream/web`: a browser has them by the same names. */
export const { TransformStream, CountQueuingStrategy } = globalThis
