// main of database/azure/action.yml
import { main } from './index.js'; await main('database/azure')
