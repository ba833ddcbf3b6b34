// main of secret/aws-secrets-manager/action.yml
import { main } from './index.js'; await main('secret/aws-secrets-manager')
