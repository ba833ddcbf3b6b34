// main of secret/vault/action.yml
import { vault } from './index.js'; await vault()
