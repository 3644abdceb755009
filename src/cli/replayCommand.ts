import type { Command } from 'commander'
import { abortOnSignals, port, wholeNumber } from './options'

export function addReplay(program: Command): void {
  program
    .command('replay <file>')
    .description('serve recorded logs (JSONL) as a JSON-RPC chain')
    .option(
      '--chain-id <number>',
      'EIP-155 chain id to answer for; default: the one the recording names',
      wholeNumber(1),
    )
    .option('-p, --port <number>', 'default: a free one', port)
    .option(
      '--blocks-per-second <number>',
      'let the head advance at this pace; default: all blocks at once',
      Number,
    )
    .action(async (file, options) => {
      const { replayServer } = await import('../replay/replayServer.js')
      const signal = abortOnSignals()
      const server = await replayServer({
        files: [file],
        chainId: options.chainId,
        port: options.port,
        pacing: options.blocksPerSecond ? { blocksPerSecond: options.blocksPerSecond } : undefined,
      })
      console.log(
        `chain ${server.chainId} at ${server.url}, blocks ${server.firstBlock} to ${server.lastBlock}`,
      )
      if (!signal.aborted)
        await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
      await server.stop()
      process.exit(0)
    })
}
