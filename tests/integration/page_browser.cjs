// SPDX-License-Identifier: Apache-2.0
// The reviewers' page in Chromium, without a screen: what a reader sees, with scripts and without, in the light and in the
// dark, narrow and wide; what axe-core finds; what the keyboard reaches. Prints a line of JSON for each check.
// Usage: node page_browser.cjs PLACE-OF-PACKAGES FOLDER-FOR-PICTURES < plan.json
"use strict";
const fs = require("fs");
const path = require("path");
const [, , packages, pictures] = process.argv;
const { chromium } = require(path.join(packages, "node_modules", "playwright-core"));
const axe = fs.readFileSync(path.join(packages, "node_modules", "axe-core", "axe.min.js"), "utf8");
const plan = JSON.parse(fs.readFileSync(0, "utf8"));

const check = (ok, what) => console.log(JSON.stringify({ ok: Boolean(ok), what }));
const at = (where) => new URL(where, plan.page).href;
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 320, height: 700 };

async function signIn(page, name) {
  await page.goto(at("sign-in"));
  await page.fill("#name", name);
  await page.fill("#password", plan.password);
  await page.click("main button");
  await page.waitForURL(plan.page);
}

// What axe-core has against a page, as sentences.
async function faults(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")}`);
}

async function views(browser) {
  for (const scheme of ["light", "dark"])
    for (const [size, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
      const context = await browser.newContext({ colorScheme: scheme, viewport });
      const page = await context.newPage();
      const trouble = [];
      page.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
      page.on("pageerror", (error) => trouble.push(String(error)));
      page.on("dialog", (dialog) => { trouble.push("dialog " + dialog.message()); dialog.dismiss(); });
      for (const [name, where] of [["sign-in", "sign-in"], ...plan.views]) {
        if (name === plan.views[0][0])
          await signIn(page, plan.reader);
        await page.goto(at(where));
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        check(over <= 0, `${name}, ${scheme}, ${size}: nothing is wider than the window (${over})`);
        const odd = await page.evaluate(() => [...document.querySelectorAll("*")].filter((e) =>
          ["SCRIPT", "IMG", "IFRAME", "OBJECT", "STYLE", "BASE"].includes(e.tagName) ||
          [...e.attributes].some((a) => a.name.startsWith("on") || a.name === "style")).map((e) => e.outerHTML.slice(0, 100)));
        check(odd.length === 0, `${name}: no markup but ours ${odd}`);
        const found = await faults(page);
        check(found.length === 0, `${name}, ${scheme}, ${size}: axe-core finds nothing ${found.join("; ")}`);
        await page.screenshot({ path: path.join(pictures, `${name}-${scheme}-${size}.png`), fullPage: true });
      }
      // axe-core makes elements with styles of its own, which the policy of the page refuses: that is its trouble.
      const ours = trouble.filter((t) => !/style/i.test(t) && !/status of 4\d\d/.test(t));
      check(ours.length === 0, `${scheme}, ${size}: the browser has nothing to complain of ${ours}`);
      await context.close();
    }
}

async function weigh(browser) {
  const context = await browser.newContext({ viewport: WIDE });
  const page = await context.newPage();
  await signIn(page, plan.reader);
  const client = await context.newCDPSession(page);
  await client.send("Network.enable");
  await client.send("Network.setCacheDisabled", { cacheDisabled: true });
  for (const where of ["", plan.case]) {
    let bytes = 0;
    const count = (event) => { bytes += event.encodedDataLength; };
    client.on("Network.loadingFinished", count);
    await page.goto(at(where), { waitUntil: "networkidle" });
    client.off("Network.loadingFinished", count);
    check(bytes > 1000 && bytes <= 60 * 1024, `${where || "the queue"} weighs ${bytes} bytes over the wire, 61440 at most`);
  }
  await context.close();
}

async function keyboard(browser) {
  const context = await browser.newContext({ viewport: WIDE });
  const page = await context.newPage();
  await page.goto(at("sign-in"));
  const focus = () => page.evaluate(() => (document.activeElement.innerText || document.activeElement.id || "").trim());
  const tabTo = async (fits, most = 120) => {
    for (let i = 0; i < most; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(fits))
        return true;
    }
    return false;
  };
  await page.keyboard.press("Tab");
  check((await focus()).startsWith("Skip"), "the first thing is the way past the head");
  check(await page.evaluate(() => document.activeElement.getBoundingClientRect().left >= 0), "and it is seen then");
  check(await tabTo(() => document.activeElement.id === "name"), "the name is reached");
  await page.keyboard.type(plan.reader);
  await tabTo(() => document.activeElement.id === "password");
  await page.keyboard.type(plan.password);
  await page.keyboard.press("Enter");
  await page.waitForURL(plan.page);
  check(await tabTo(() => document.activeElement.closest(".cases") !== null), "a case is reached");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  check(outline === "solid", `and what has the focus is seen (${outline})`);
  await page.goto(at(plan.keyboard));
  check(await tabTo(() => document.activeElement.name === "disposition"), "the decision is reached");
  await page.keyboard.press("Space");
  check(await tabTo(() => document.activeElement.id === "decide-reason"), "and the reason");
  await page.keyboard.type("Decided by hand.");
  check(await tabTo(() => document.activeElement.tagName === "BUTTON" && document.activeElement.innerText === "Decide"), "and the button");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[role=status]");
  check((await page.textContent(".decisions")).includes("Decided by hand."), "by the keyboard alone, a case is decided");
  await context.close();
}

async function withoutScripts(browser) {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: WIDE });
  const page = await context.newPage();
  await signIn(page, plan.reader);
  await page.goto(at(plan.scriptless));
  check((await page.locator("h1").count()) === 1, "without scripts, a case is read");
  await page.check("[name=disposition][value=proceed_with_mitigation]");
  await page.fill("#decide-reason", "It is open work.");
  await page.fill("#decide-mitigations", "No code is shared.\nNobody visits the cluster.");
  await page.click("form[action$='/decide'] button");
  await page.waitForURL(/done=/);
  const text = await page.textContent("main");
  check(text.includes("The decision is recorded.") && text.includes("Nobody visits the cluster."), "and decided");
  await page.click("summary:has-text('Comment')");
  await page.fill("#comment-text", "Seen.");
  await page.click("form[action$='/comment'] button");
  await page.waitForSelector("[role=status]");
  check((await page.textContent(".timeline")).includes("Seen."), "and commented on");
  await context.close();
}

// From a letter that is read in a browser: another site, whose links bring no cookie of ours along.
async function fromElsewhere(browser) {
  const context = await browser.newContext({ viewport: WIDE });
  const page = await context.newPage();
  await signIn(page, plan.reader);
  const cookies = (await context.cookies(plan.page)).filter((c) => c.name === "pathwayd_session");
  check(cookies.length === 1 && cookies[0].httpOnly && cookies[0].secure && cookies[0].sameSite === "Strict", "the session's cookie is kept close");
  await page.goto(plan.elsewhere);
  await page.click("#link");
  await page.waitForSelector("h1:not(:has-text('Sign in'))", { timeout: 15000 });
  check(page.url().includes(plan.case), `a link in a letter leads to the case ${page.url()}`);
  await page.goto(plan.elsewhere);
  await page.click("#forge");
  await page.waitForLoadState();
  const said = await page.textContent("body");
  check(/of another site|expired|signed out/.test(said), `a form there does nothing here ${said.slice(0, 100)}`);
  await page.goto(plan.elsewhere);
  const framed = await page.evaluate(() => { try { return document.querySelector("iframe").contentDocument !== null; } catch { return false; } });
  check(!framed, "and this page stands in nobody's frame");
  await context.close();
}

(async () => {
  const browser = await chromium.launch({ executablePath: plan.chromium, args: ["--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
  for (const part of [views, weigh, keyboard, withoutScripts, fromElsewhere])
    try {
      await part(browser);
    } catch (error) {
      check(false, `${part.name}: ${String(error).split("\n").slice(0, 4).join(" ")}`);
    }
  await browser.close();
})();
