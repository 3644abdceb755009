// Imports run one way: protocols -> ledger -> indexer -> Postgres -> graph -> api, statements -> cli.
// Each rule says what a folder may import; what is not named is forbidden.
const layers = {
  config: [],
  http: [],
  ledger: ['model', 'measures'],
  protocols: ['ledger/(events|ids|freeText)', 'abi'],
  postgres: ['config'],
  rpc: ['config', 'postgres'],
  indexer: ['protocols', 'ledger', 'model', 'config', 'postgres', 'rpc'],
  measures: [],
  lineage: [],
  graph: ['postgres', 'config', 'lineage'],
  royalties: ['postgres', 'lineage', 'measures'],
  exports: ['graph', 'lineage', 'postgres', 'http'],
  prices: ['postgres', 'measures', 'config'],
  // Proofs and their check ask a chain's endpoints as the indexer does; of its pools and ranges they know nothing.
  statements: [
    'http',
    'postgres',
    'lineage',
    'royalties',
    'measures',
    'config',
    'prices',
    'rpc/(endpoint|rpcFault)',
  ],
  api: [
    'http',
    'postgres',
    'graph',
    'lineage',
    'exports',
    'royalties',
    'statements',
    'measures',
    'config',
    'prices',
  ],
  replay: ['config'],
  // Only starts our processes (by their command line), its own servers, and the migrations before them.
  sandbox: ['config', 'postgres', 'replay', 'abi'],
  // What checks a statement's file, and what orders a drawing, is the same in a browser.
  dashboard: ['statements/verify/(fileSource|openText|reading|verdict)', 'lineage/layers'],
}

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'dev-packages-stay-out',
      severity: 'error',
      // The dashboard's packages are bundled when it is built.
      from: { path: '^src', pathNot: '^src/(model|dashboard)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    ...Object.entries(layers).map(([layer, allowed]) => ({
      name: `${layer}-imports`,
      comment: `src/${layer} may import ${allowed.length ? allowed.join(', ') : 'none of the other folders'}`,
      severity: 'error',
      from: { path: `^src/${layer}/` },
      to: { path: '^src/', pathNot: [`^src/${layer}/`, ...allowed.map(name => `^src/${name}`)] },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
}
