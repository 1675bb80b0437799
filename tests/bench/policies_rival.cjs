// SPDX-License-Identifier: Apache-2.0
// The rules of a pack in json-rules-engine: FOLDER PACK CASES. What it lacks is left out, to its advantage: the third value
// (unknown reads as no), explanations, traces, evidence and the second reading for weak matches.
const fs = require('fs')
const path = require('path')
const [folder, packFile, casesFile] = process.argv.slice(2)
const { Engine } = require(path.join(folder, 'node_modules', 'json-rules-engine'))
const pack = JSON.parse(fs.readFileSync(packFile, 'utf8'))
const cases = fs.readFileSync(casesFile, 'utf8').trim().split('\n').map(line => JSON.parse(line))

const at = (object, pointer) => pointer.split('/').slice(1).reduce((value, key) => value?.[key], object)
const words = value => (Array.isArray(value) ? value : [value]).map(String)
const among = (list, word) => !list || list.includes(word)

function passes(filter, match) {
  return !['acronym', 'name_fuzzy'].includes(match.basis) && among(filter.category, match.category) &&
    among(filter.effect, match.effect) && among(filter.basis, match.basis) && among(filter.list, match.list) &&
    among(filter.source, match.source) && among(filter.relation, match.relation) &&
    !(filter.relation_not ?? []).includes(match.relation) &&
    (filter.current === undefined || (match.current !== false) === filter.current)
}

const wildcard = (pattern, type) => pattern === type || pattern === '*' || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)))

function translate(condition, section) {
  const one = (fact, params) => ({ fact, params, operator: 'equal', value: true })
  const [key] = Object.keys(condition)
  const value = condition[key]
  switch (key) {
    case 'all': case 'any': return { [key]: value.map(each => translate(each, section)) }
    case 'not': return { not: translate(value, section) }
    case 'yes': return translate(value, section)
    case 'unknown': return one('never')
    case 'use': return translate(section.define[value], section)
    case 'match': return one('match', value)
    case 'question':
      return { any: [one('answer', { question: value }), ...(section.questions?.[value] ? [translate(section.questions[value], section)] : [])] }
    case 'answer': return one('answer', { question: value })
    case 'type': return one('type', { types: value })
    case 'switch': return one(condition.is === 'ban' ? 'never' : 'always')
    case 'field': return one('field', condition)
    default: throw new Error(key)
  }
}

function engineOf(section) {
  const engine = new Engine([], { allowUndefinedFacts: true })
  const fact = (name, value) => engine.addFact(name, value, { cache: false })
  fact('always', () => true)
  fact('never', () => false)
  fact('match', async (filter, almanac) => (await almanac.factValue('matches')).some(match => passes(filter, match)))
  fact('answer', async ({ question }, almanac) => (await almanac.factValue('data')).questions?.[question]?.answer === 'yes')
  fact('type', async ({ types }, almanac) => { const type = await almanac.factValue('kind'); return types.some(each => wildcard(each, type)) })
  fact('field', async (asked, almanac) => {
    const value = at({ data: await almanac.factValue('data') }, asked.field)
    if (asked.present) return value !== undefined && value !== null && value !== ''
    const wanted = asked.has_any ?? [asked.is]
    return value !== undefined && words(value).some(word => wanted.map(String).some(each => word === each || word.startsWith(each + '.')))
  })
  for (const rule of section.rules) {
    if (rule.kind === 'verify') continue
    const levels = Array.isArray(rule.level) ? rule.level : [{ level: rule.level }]
    const types = rule.types ? [translate({ type: rule.types }, section)] : []
    const when = rule.when ? [translate(rule.when, section)] : []
    for (const level of levels)
      engine.addRule({
        conditions: { all: [...types, ...when, ...(level.when ? [translate(level.when, section)] : []), { fact: 'always', operator: 'equal', value: true }] },
        event: { type: rule.id, params: { level: level.level } }
      })
  }
  return engine
}

async function main() {
  const engines = Object.fromEntries(Object.entries(pack.pathways).map(([name, section]) => [name, engineOf(section)]))
  const inputs = cases.map(({ pathway, event, facts }) => ({
    pathway,
    facts: {
      data: event.data, kind: event.type.replace('org.pathwayd.', '').replace(/\.v1$/, ''),
      matches: facts.filter(each => each.fact === 'list.match').map(each => {
        const partner = event.data.partner?.[Number(each.pointer.split('/')[3])] ?? {}
        return { ...each.value, relation: partner.relation, current: partner.current }
      })
    }
  }))
  const times = []
  let fired = 0
  for (let round = 0; round < 6; round++)
    for (const { pathway, facts } of inputs) {
      const from = process.hrtime.bigint()
      const { events } = await engines[pathway].run(facts)
      fired += events.length
      if (round) times.push(Number(process.hrtime.bigint() - from) / 1000) // the first round warms up
    }
  if (!fired) throw new Error('no rule fired')
  const total = times.reduce((sum, each) => sum + each, 0)
  times.sort((a, b) => a - b)
  console.log(JSON.stringify({ median_us: times[times.length >> 1], p99_us: times[Math.floor(times.length * 0.99)], per_second: times.length / total * 1e6 }))
}
main()
