// What the Python side can do with a view: open it, read its tiles, choose in an input, click a cell, take a picture.
// Every action ends when the page has no search under way and has drawn what came back.
import { APP_PATH, ORIGIN, serve } from './splunkWeb.mjs';
import { readTiles } from './tiles.mjs';

const POLL_MS = 50;
const QUIET_POLLS = 8;

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
        { polling: POLL_MS, timeout: 60000 }
    );
}

async function newPage(session, { now, width, height }) {
    const page = await session.browser.newPage({ viewport: { width, height } });
    page.setDefaultTimeout(20000);
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

// The whole dashboard, however long, as a PNG file.
export async function screenshot({ page }, { file }) {
    const height = await page.evaluate(() => {
        const bottoms = [...document.querySelectorAll('[data-viz-type]')].map((it) => it.getBoundingClientRect().bottom);
        return Math.ceil(Math.max(...bottoms)) + 8;
    });
    await page.setViewportSize({ width: page.viewportSize().width, height });
    await settle(page);
    await page.screenshot({ path: file });
}

export async function validate(session, { definition }) {
    return session.page.evaluate((it) => window.validateDefinition(it), definition);
}

export const vocabulary = ({ page }) => page.evaluate(() => window.vocabulary());
