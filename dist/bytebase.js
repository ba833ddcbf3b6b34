// main of bytebase/action.yml
import { main } from './index.js'; await main('bytebase')
