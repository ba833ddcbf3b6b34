// main of octo-sts/action.yml
import { main } from './index.js'; await main('octo-sts')
