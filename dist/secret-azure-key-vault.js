// main of secret/azure-key-vault/action.yml
import { main } from './index.js'; await main('secret/azure-key-vault')
