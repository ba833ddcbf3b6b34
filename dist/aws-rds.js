// main of database/aws-rds/action.yml
import { awsRds } from './index.js'; await awsRds()
