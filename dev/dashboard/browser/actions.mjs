// What the Python side can do with a view: open it, read its tiles, choose in an input, click, check it, take a picture.
// Every action ends when the page has no search under way and has drawn what came back.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { APP_PATH, ORIGIN, serve } from './splunkWeb.mjs';
import { readTiles } from './tiles.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const POLL_MS = 50;
const QUIET_POLLS = 8;
const MOST_LOOKS = 20;
// Only a page that hangs waits so long: on a busy machine a page that is well has taken more than 20 seconds.
const PATIENCE_MS = 180000;

// Quiet is counted in looks at the page and not in time: on a busy machine time passes in which the page gets no turn.
async function settle(page) {
    await page.waitForFunction(
        (quietPolls) => {
            const busy = window.searchesUnderWay > 0 || (window.unfinished?.() ?? ['page']).length > 0;
            const text = document.getElementById('root')?.innerText;
            window.quietPolls = busy || text !== window.lastText ? 0 : window.quietPolls + 1;
            window.lastText = text;
            return document.querySelector('[data-viz-type]') && window.quietPolls >= quietPolls;
        },
        QUIET_POLLS,
        { polling: POLL_MS, timeout: PATIENCE_MS }
    );
}

async function newPage(session, { now, width, height }) {
    const page = await session.browser.newPage({ viewport: { width, height } });
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => session.complaints.push(error.message));
    await page.clock.install({ time: new Date(now) });
    await page.exposeFunction('askHost', session.askHost);
    await serve(page, session, now);
    return page;
}

// view: name of the view; tokens: values for its inputs, as a link to the view carries them; now: ms since 1970.
// The page is loaded once; it changes from view to view by itself, since loading the framework takes seconds.
export async function open(session, { view, tokens = {}, now, width = 1280, height = 900 }) {
    const url = new URL(APP_PATH + view, ORIGIN);
    Object.entries(tokens).forEach(([name, value]) => url.searchParams.set(`form.${name}`, value));
    Object.assign(session, { refused: [], complaints: [] });
    if (session.page) {
        await session.page.setViewportSize({ width, height });
        await session.page.evaluate((address) => window.showAddress(address), url.href);
    } else {
        session.page = await newPage(session, { now, width, height });
        await session.page.goto(url.href);
    }
    await settle(session.page);
}

export const tiles = ({ page }) => page.evaluate(readTiles);

// Where the page is now, the requests it was refused, and the errors it threw.
export const state = async ({ page, refused, complaints }) => ({ url: page.url(), refused, complaints });

// Choose an option of a dropdown by the input's title and the option's label.
export async function choose({ page }, { input, option }) {
    await page.locator('[data-test="input-item"]', { hasText: input }).locator('[data-test="select"]').click();
    await page.locator('[data-test="option"]', { hasText: option }).first().click();
    await settle(page);
}

// Click a cell of a table that leads to another address: the tile's id, the row and the column from 0.
export async function clickCell({ page }, { tile, row, column }) {
    const rows = page.locator(`[data-id="${tile}"] [data-test="row"]`).filter({ has: page.locator('[data-test="cell"]') });
    const before = page.url();
    await rows.nth(row).locator('[data-test="cell"]').nth(column).click();
    await page.waitForURL((url) => url.href !== before);
    await settle(page);
}

// Words that a table's cells break in their middle: [cell's text] of the given columns, counted from 0.
export function brokenWords({ page }, { tile, columns }) {
    return page.evaluate(
        ([id, wanted]) => {
            const lines = (node, from, to) => {
                const range = document.createRange();
                range.setStart(node, from);
                range.setEnd(node, to);
                return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
            };
            const broken = (node) =>
                [...node.data.matchAll(/[^\s-]+/g)].some(({ 0: word, index }) => lines(node, index, index + word.length) > 1);
            const texts = (element) => {
                const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
                return [...Array(1000)].map(() => walker.nextNode()).filter(Boolean);
            };
            const rows = [...document.querySelectorAll(`[data-id="${id}"] [data-test="row"]`)];
            const cells = rows.flatMap((row) => {
                const all = [...row.querySelectorAll('[data-test="cell"]')];
                return wanted.map((column) => all[column]).filter(Boolean);
            });
            return cells.filter((cell) => texts(cell).some(broken)).map((cell) => cell.innerText);
        },
        [tile, columns]
    );
}

// Texts that leave the cell of their table, or the tile of their number: [{tile, text}] of the whole page.
export function overflowing({ page }) {
    return page.evaluate(() => {
        const tiles = [...document.querySelectorAll('[data-viz-type]')];
        const leaves = (element, box) => {
            const range = document.createRange();
            range.selectNodeContents(element);
            return [...range.getClientRects()].some((it) => it.right > box.right + 1 || it.left < box.left - 1);
        };
        return tiles.flatMap((tile) => {
            const cells = [...tile.querySelectorAll('[data-test="cell"]')];
            const boxes = tile.dataset.vizType === 'splunk.singlevalue' ? [tile] : cells;
            return boxes
                .filter((it) => leaves(it, it.getBoundingClientRect()))
                .map((it) => ({ tile: tile.dataset.id, text: it.innerText }));
        });
    });
}

// Click the number of a tile, or a chart's drawing, that leads to another page of Splunk Web; the address it leads to.
export async function clickTile(session, { tile, part }) {
    session.left = undefined;
    await session.page.locator(`[data-id="${tile}"] ${part}`).first().click();
    for (let polls = 0; !session.left && polls < 100; polls += 1) {
        await session.page.waitForTimeout(POLL_MS);
    }
    return session.left;
}

// Click a part of a tile that changes the view itself.
export async function click({ page }, { tile, part }) {
    await page.locator(`[data-id="${tile}"] ${part}`).first().click();
    await settle(page);
}

// What axe-core finds against WCAG 2.2 A and AA: [{rule, tile, html}], tile empty outside of all tiles.
export async function accessibility({ page }) {
    await page.evaluate(AXE);
    return page.evaluate(async () => {
        const { violations } = await window.axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
            resultTypes: ['violations'],
        });
        const tile = ({ target }) => document.querySelector(target[0])?.closest('[data-viz-type]')?.dataset.id ?? '';
        return violations.flatMap(({ id, nodes }) =>
            nodes.map((node) => ({ rule: id, tile: tile(node), html: node.html, why: node.failureSummary }))
        );
    });
}

// The dashboard as a PNG file, whole or down to the end of one tile, once two looks at it are the same.
export async function screenshot({ page }, { file, until }) {
    const height = await page.evaluate((last) => {
        const tiles = [...document.querySelectorAll('[data-viz-type]')].filter(({ dataset }) => !last || dataset.id === last);
        return Math.ceil(Math.max(...tiles.map((it) => it.getBoundingClientRect().bottom))) + 8;
    }, until);
    const { width } = page.viewportSize();
    // Another width and back again: charts measure their place anew, whatever was there before them.
    for (const size of [{ width: width + 100, height }, { width, height }]) {
        await page.setViewportSize(size);
        await settle(page);
    }
    let [before, now] = [null, await page.screenshot({ animations: 'disabled' })];
    for (let looks = 0; looks < MOST_LOOKS && !before?.equals(now); looks += 1) {
        await page.waitForTimeout(POLL_MS * QUIET_POLLS);
        [before, now] = [now, await page.screenshot({ animations: 'disabled' })];
    }
    writeFileSync(file, now);
}

export async function validate(session, { definition }) {
    return session.page.evaluate((it) => window.validateDefinition(it), definition);
}

export const vocabulary = ({ page }) => page.evaluate(() => window.vocabulary());
