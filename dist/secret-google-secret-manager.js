// main of secret/google-secret-manager/action.yml
import { main } from './index.js'; await main('secret/google-secret-manager')
