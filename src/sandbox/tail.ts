import { ChainDriver } from './chainDriver'

/**
 * Empty blocks on top of a chain, a second apart by the chain's own time: what is told as of the newest block is then the
 * same on every run, as it would not be by anvil's clock.
 */
export async function mineTail(url: string, blocks: number): Promise<void> {
  const driver = await ChainDriver.connect(url, [])
  for (let mined = 0; mined < blocks; mined++) await driver.mine(1, true)
  await driver.release()
}
