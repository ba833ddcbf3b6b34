// post of action.yml, post of octo-sts/action.yml
import { post } from './index.js'; await post()
