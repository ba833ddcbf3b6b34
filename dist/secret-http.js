// main of secret/http/action.yml
import { main } from './index.js'; await main('secret/http')
