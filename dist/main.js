// main of action.yml
import { main } from './index.js'; await main('.')
