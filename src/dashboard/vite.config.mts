import { join } from 'node:path'
import { defineConfig } from 'vite'

const here = import.meta.dirname

export default defineConfig({
  root: here,
  publicDir: join(here, 'public'),
  build: {
    outDir: join(here, '../../lib/dashboard'),
    emptyOutDir: true,
    target: ['es2022', 'chrome109', 'firefox115', 'safari16.4'],
    // The server's CSP lets in no data: font or script, and a browser that takes modules preloads them itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
