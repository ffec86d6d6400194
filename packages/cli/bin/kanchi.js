#!/usr/bin/env node
import { processIo } from '../dist/console-io.js';
import { endInTime } from '../dist/end-in-time.js';
import { main } from '../dist/main.js';

const io = processIo();
endInTime(await main(process.argv.slice(2), io), io);
