import { chainlink } from './chainlink/chainlink'
import { eas } from './eas/eas'
import { eigenlayer } from './eigenlayer/eigenlayer'
import { erc4626 } from './erc4626/erc4626'
import { erc8004 } from './erc8004/erc8004'
import { oft } from './oft/oft'
import { olas } from './olas/olas'
import type { Protocol } from './protocol'
import { reference } from './reference/reference'
import { splits } from './splits/splits'
import { story } from './story/story'
import { veGauge } from './veGauge/veGauge'
import { virtuals } from './virtuals/virtuals'

/** Every protocol that can be named in a config file. A new one is a folder beside this file and a line here. */
export const protocols: Record<string, Protocol> = {
  chainlink,
  eas,
  eigenlayer,
  erc4626,
  erc8004,
  olas,
  oft,
  reference,
  splits,
  story,
  veGauge,
  virtuals,
}
