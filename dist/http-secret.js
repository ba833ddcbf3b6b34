// main of secret/http/action.yml
import { httpSecret } from './index.js'; await httpSecret()
