// main of database/google-cloud-sql/action.yml
import { googleCloudSql } from './index.js'; await googleCloudSql()
