// SPDX-License-Identifier: Apache-2.0
// A receiver of webhooks as somebody else would write one: FOLDER (of node_modules) KEY CERT PLAN. Every request is verified by
// the `standardwebhooks` package with the secret that the plan has for its path, then answered as the plan says; what came is
// one line of JSON on standard output. What does not verify is answered 401.
//
// plan: {"/path": {"secret": "whsec_…", "answers": [[503, {"Retry-After": "5"}], [200, {}]], "body": "hang" or "flood"}}
// The last answer is repeated. A header value {"in_s": N} becomes the date N seconds from now.
const fs = require('fs')
const https = require('https')
const path = require('path')
const [folder, key, cert, planFile] = process.argv.slice(2)
const { Webhook } = require(path.join(folder, 'node_modules', 'standardwebhooks'))
const plan = JSON.parse(fs.readFileSync(planFile, 'utf8'))
const say = line => process.stdout.write(JSON.stringify(line) + '\n')
const FLOOD_BYTES = 1 << 30

function flood(request, response) {
  const piece = Buffer.alloc(1 << 20, 'x')
  let sent = 0
  let open = true
  const more = () => {
    while (open && sent < FLOOD_BYTES) {
      sent += piece.length
      if (!response.write(piece)) return
    }
    if (open) response.end()
  }
  response.on('drain', more)
  response.on('error', () => {})
  response.on('close', () => {
    open = false
    say({ path: request.url, flooded: sent })
  })
  more()
}

function verified(secret, body, headers) {
  try {
    new Webhook(secret).verify(body, headers)
    return true
  } catch (error) {
    return false
  }
}

function answer(request, response, body) {
  const entry = plan[request.url] ?? { secret: 'whsec_', answers: [[404, {}]] }
  const good = verified(entry.secret, body, request.headers)
  const turn = entry.turn ?? 0
  entry.turn = turn + 1
  say({ path: request.url, method: request.method, headers: request.headers, body, verified: good, at: Date.now() / 1000 })
  if (!good) return response.writeHead(401).end()
  if (entry.body === 'hang') return
  const [status, headers] = entry.answers[Math.min(turn, entry.answers.length - 1)]
  for (const [name, value] of Object.entries(headers))
    response.setHeader(name, value.in_s ? new Date(Date.now() + 1000 * value.in_s).toUTCString() : value)
  response.writeHead(status)
  if (entry.body === 'flood') return flood(request, response)
  response.end('thank you')
}

const server = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, (request, response) => {
  const pieces = []
  request.on('data', piece => pieces.push(piece))
  request.on('end', () => answer(request, response, Buffer.concat(pieces).toString()))
})
server.on('tlsClientError', () => say({ refused_by_client: true }))
server.listen(0, '127.0.0.1', () => say({ port: server.address().port }))
