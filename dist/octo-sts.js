// main of octo-sts/action.yml
import { octoSts } from './index.js'; await octoSts()
