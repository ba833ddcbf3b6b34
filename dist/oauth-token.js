// main of oauth-token/action.yml
import { main } from './index.js'; await main('oauth-token')
