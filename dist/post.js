// post of action.yml, oauth-token/action.yml, octo-sts/action.yml, vault/action.yml
import { post } from './index.js'; await post()
