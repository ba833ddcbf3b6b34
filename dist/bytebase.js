// main of bytebase/action.yml
import { bytebase } from './index.js'; await bytebase()
