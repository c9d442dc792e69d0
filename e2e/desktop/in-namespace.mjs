#!/usr/bin/env node
// Electron on a host of the lab, for Playwright outside of it. Playwright talks to two debugging ports on 127.0.0.1, and
// every network namespace has a 127.0.0.1 of its own: each port is carried inside by a Unix socket, since files are the
// same everywhere. TUTTI_LAB_HOST names the namespace; the arguments are Electron's.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import electron from 'electron';

const [mode, ...rest] = process.argv.slice(2);
if (mode === '--relay') await relay(...rest);
else await start(process.argv.slice(2));

/** Outside: opens the ports that Playwright will use, and starts Electron with the same ports inside. */
async function start(args) {
  const folder = mkdtempSync(join(tmpdir(), 'tutti-relay-'));
  const ports = [];
  const inner = [];
  for (const arg of args) {
    const asked = /^--(inspect|remote-debugging-port)=0$/.exec(arg);
    if (asked === null) inner.push(arg);
    else {
      const port = await carry(folder);
      ports.push(String(port));
      inner.push(`--${asked[1]}=${port}`);
    }
  }
  const relaying = inside(
    process.execPath,
    [fileURLToPath(import.meta.url), '--relay', folder, ...ports],
    ['ignore', 'pipe', 'inherit'],
  );
  // Playwright comes as soon as Electron says where it listens.
  await once(relaying.stdout, 'data');
  const app = inside(electron, inner, 'inherit');
  process.on('SIGTERM', () => app.kill());
  const [code] = await once(app, 'exit');
  relaying.kill();
  rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
}

function inside(command, args, stdio) {
  return spawn('ip', ['netns', 'exec', process.env.TUTTI_LAB_HOST, command, ...args], { stdio });
}

/** A port outside whose connections go to the Unix socket of that number. */
async function carry(folder) {
  const server = createServer((socket) => joinSockets(socket, connect(join(folder, String(server.address().port)))));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server.address().port;
}

/** Inside: from each Unix socket to the port of that number. */
async function relay(folder, ...ports) {
  for (const port of ports) {
    const server = createServer((socket) => joinSockets(socket, connect(Number(port), '127.0.0.1')));
    await once(server.listen(join(folder, port)), 'listening');
  }
  console.log('ready');
}

function joinSockets(one, other) {
  one.pipe(other).pipe(one);
  one.on('error', () => other.destroy());
  other.on('error', () => one.destroy());
}
