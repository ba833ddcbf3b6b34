// main of database/aws-dsql/action.yml
import { main } from './index.js'; await main('database/aws-dsql')
