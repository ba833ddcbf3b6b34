// main of secret/aws-secrets-manager/action.yml
import { awsSecretsManager } from './index.js'; await awsSecretsManager()
