// The programs that the browser walk drives: the real binary, a mail server, Jupyter Notebook as a
// PBX's portal, and the connector. Each is started by us and ended by its own process id.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** freePort asks the kernel for a loopback port. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const s = createServer()
    s.on('error', reject)
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => resolve(port))
    })
  })
}

/** until polls fn until it returns something true; it fails after ms. */
export async function until(what, fn, ms = 20000) {
  const end = Date.now() + ms
  for (;;) {
    const got = await fn()
    if (got) return got
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`)
    await new Promise((r) => setTimeout(r, 100))
  }
}

/** Program runs a child and keeps its lines. */
export class Program {
  constructor(name, command, args, options = {}) {
    this.name = name
    this.lines = []
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options })
    this.exit = new Promise((resolve) => this.child.on('exit', (code, signal) => resolve({ code, signal })))
    for (const stream of [this.child.stdout, this.child.stderr])
      createInterface({ input: stream }).on('line', (l) => {
        this.lines.push(l)
        if (process.env.VERBOSE) console.log(`[${name}] ${l}`)
      })
  }

  /** line waits for a line that matches and returns the match. */
  line(pattern, ms = 30000) {
    return until(`${this.name}: ${pattern}\n${this.lines.slice(-15).join('\n')}`, () => {
      for (const l of this.lines) {
        const m = pattern.exec(l)
        if (m) return m
      }
      if (this.child.exitCode !== null) throw new Error(`${this.name} ended:\n${this.lines.slice(-30).join('\n')}`)
      return null
    }, ms)
  }

  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.exit
    this.child.kill(signal)
    const hard = setTimeout(() => this.child.kill('SIGKILL'), 20000)
    const end = await this.exit
    clearTimeout(hard)
    return end
  }
}

/** folder makes a temporary folder that is removed by the returned function. */
export async function folder(prefix) {
  const path = await mkdtemp(join(tmpdir(), prefix))
  return [path, () => rm(path, { recursive: true, force: true })]
}

/** startAppliance runs the binary on free loopback ports and returns what its banner says. */
export async function startAppliance(data, extra = []) {
  const https = await freePort()
  const http = await freePort()
  const p = new Program('switchkeep', join(root, 'bin', 'switchkeep'), [
    '--data', data, 'run', '--https', `127.0.0.1:${https}`, '--http', `127.0.0.1:${http}`, ...extra])
  const console_ = (await p.line(/Console\s+(https:\/\/\S+)/))[1]
  return { program: p, https, http, console: console_.replace(/\/$/, ''),
    setup: async () => (await p.line(/(https:\/\/\S+\/setup#t=\S+)/, 5000))[1] }
}

/** startMail runs a mail server; mails collects what it took. */
export async function startMail() {
  const port = await freePort()
  const p = new Program('smtp', '/usr/bin/python3', [join(root, 'ui', 'e2e', 'smtp.py'), String(port)])
  await p.line(/"ready": true/)
  const mails = () => p.lines.filter((l) => l.includes('"subject"')).map((l) => JSON.parse(l))
  return { program: p, port, mails,
    mailTo: (to) => until(`a mail to ${to}`, () => mails().filter((m) => m.to.includes(to)).at(-1)) }
}

/** startJupyter runs Jupyter Notebook as the portal of a PBX. */
export async function startJupyter(dir) {
  const port = await freePort()
  const p = new Program('jupyter', 'jupyter-notebook', ['--no-browser', '--allow-root', '--ip=127.0.0.1', '--port', String(port),
    '--notebook-dir', dir, '--NotebookApp.token=', '--NotebookApp.password='], { cwd: dir, env: { ...process.env, HOME: dir } })
  await p.line(/(is running at|Jupyter Notebook .* running)/)
  return { program: p, port, url: `http://127.0.0.1:${port}` }
}

/** connector runs one verb of switchkeep-connector; input is what it reads from stdin. */
export function connector(state, args, input) {
  const p = new Program('connector', join(root, 'bin', 'switchkeep-connector'), ['--state', state, ...args])
  if (input !== undefined) p.child.stdin.end(input)
  return p
}
