// main of vault/action.yml
import { main } from './index.js'; await main('vault')
