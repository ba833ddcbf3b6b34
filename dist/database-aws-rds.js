// main of database/aws-rds/action.yml
import { main } from './index.js'; await main('database/aws-rds')
