// main of secret/vault/action.yml
import { main } from './index.js'; await main('secret/vault')
