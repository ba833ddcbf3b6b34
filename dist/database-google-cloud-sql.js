// main of database/google-cloud-sql/action.yml
import { main } from './index.js'; await main('database/google-cloud-sql')
