// SPDX-License-Identifier: Apache-2.0
//
// What independent readers make of a chat room's posts: Mattermost's own Markdown reader (that of its phones), Microsoft's
// reader of Adaptive Cards, and the Markdown reader that goes with it. Takes the folder of its packages; reads lines
// {"format", "payload"}, writes for each the list of what it found besides words.
"use strict";
const path = require("path");
const folder = path.join(process.argv[2], "node_modules");
const commonmark = require(path.join(folder, "@mattermost", "commonmark"));
const cards = require(path.join(folder, "adaptivecards", "dist", "adaptivecards.js"));
const markdown = require(path.join(folder, "markdown-it"))();

const words = new Set(["document", "paragraph", "text", "softbreak", "linebreak"]);

function mattermost(payload) {
  const found = [];
  const walker = new commonmark.Parser().parse(payload.text).walker();
  for (let step = walker.next(); step; step = walker.next())
    if (step.entering && !words.has(step.node.type))
      found.push(step.node.type + (step.node.type === "link" ? " " + step.node.destination : ""));
  return found;
}

function teams(payload) {
  const found = [];
  const content = payload.attachments[0].content;
  const card = new cards.AdaptiveCard();
  const context = new cards.SerializationContext(cards.Versions.v1_4);
  card.parse(content, context);
  for (let i = 0; i < context.eventCount; i++) found.push("parse: " + context.getEventAt(i).message);
  for (const event of card.validateProperties().validationEvents) found.push("validate: " + event.message);
  if (card.getItemCount() !== content.body.length) found.push("an element was not read");
  for (let i = 0; i < card.getItemCount(); i++) {
    const item = card.getItemAt(i);
    found.push(item.getJsonTypeName());
    const html = markdown.render(item.text).trim();
    for (const tag of html.match(/<[^>]*>/g) || []) if (tag !== "<p>" && tag !== "</p>") found.push(tag);
  }
  for (let i = 0; i < card.getActionCount(); i++) found.push(card.getActionAt(i).getJsonTypeName());
  return found;
}

const lines = require("fs").readFileSync(0, "utf8").split("\n");
for (const line of lines.filter((line) => line !== "")) {
  const { format, payload } = JSON.parse(line);
  console.log(JSON.stringify(format === "teams" ? teams(payload) : mattermost(payload)));
}
