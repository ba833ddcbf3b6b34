// main of secret/google-secret-manager/action.yml
import { googleSecretManager } from './index.js'; await googleSecretManager()
