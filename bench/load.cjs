// Lets Node run the benchmarks' TypeScript, and gives them lib/ where they import src/: what is measured is what
// users run, as tsc compiled it. (tsx names every closure as it is made, which costs in hot loops.)

const { readFileSync, existsSync } = require('node:fs')
const Module = require('node:module')
const path = require('node:path')
const ts = require('typescript')

const bench = __dirname
const src = path.join(bench, '../src') + path.sep
const lib = path.join(bench, '../lib') + path.sep
if (!existsSync(lib)) {
  console.error('lib/ is not there: the benchmarks measure the built project\n  fix: npm run build')
  process.exit(1)
}

const resolve = Module._resolveFilename
Module._resolveFilename = function (request, parent, ...rest) {
  if (/^\.\.?\//.test(request) && parent?.filename?.startsWith(bench + path.sep)) {
    const target = path.resolve(path.dirname(parent.filename), request)
    if (target.startsWith(src)) return resolve.call(this, lib + target.slice(src.length), parent, ...rest)
  }
  return resolve.call(this, request, parent, ...rest)
}

Module._extensions['.ts'] = (module, fileName) => {
  const { outputText } = ts.transpileModule(readFileSync(fileName, 'utf8'), {
    fileName,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      inlineSourceMap: true,
    },
  })
  module._compile(outputText, fileName)
}
