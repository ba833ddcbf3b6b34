// post of action.yml, octo-sts/action.yml
import { post } from './index.js'; await post()
