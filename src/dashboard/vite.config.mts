import { join } from 'node:path'
import { defineConfig } from 'vite'

const here = import.meta.dirname

export default defineConfig({
  root: here,
  publicDir: join(here, 'public'),
  resolve: {
    // The verifier of statements is the server's own code.
    alias: {
      'node:crypto': join(here, 'verify/nodeCrypto.ts'),
      'node:stream/web': join(here, 'verify/webStreams.ts'),
    },
  },
  worker: { format: 'es' },
  build: {
    outDir: join(here, '../../lib/dashboard'),
    emptyOutDir: true,
    target: ['es2022', 'chrome109', 'firefox115', 'safari16.4'],
    // The server's CSP lets in no data: font or script, and a browser that takes modules preloads them itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Tells of a slow machine, not of a wrong build.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
})
