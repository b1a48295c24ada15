// Answers what the page requests from Splunk Web, from memory, and refuses everything else.
// The framework's time picker needs window.$C and three endpoints: time presets, time parser, current user.
export const ORIGIN = 'http://splunk.invalid';
export const APP_PATH = '/en-US/app/kmspolicycheck/';

const CONFIG = {
    SPLUNKD_PATH: '/en-US/splunkd/__raw',
    MRSPARKLE_ROOT_PATH: '',
    MRSPARKLE_PORT_NUMBER: 8000,
    LOCALE: 'en-US',
    USERNAME: 'analyst',
    // UTC in the form in which splunkd describes its time zone: offset, flags, name as character codes
    SERVER_ZONEINFO: '### SERIALIZED TIMEZONE FORMAT 1.0;Y0 NW 55 54 43;$',
};

const PRESETS = [
    ['Last 24 hours', '-24h@h'],
    ['Last 7 days', '-7d@h'],
    ['Last 30 days', '-30d@d'],
    ['Last 90 days', '-90d@d'],
].map(([label, earliest], order) => ({
    content: { label, earliest_time: earliest, latest_time: 'now', order, disabled: false },
}));

const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>KMS Policy Check</title><link rel="stylesheet" href="/app.css">
<style>*, *::before, *::after { transition: none !important; animation: none !important; }</style></head>
<body><div id="root"></div><script>window.$C = ${JSON.stringify(CONFIG)};</script>
<script src="/app.js"></script></body></html>`;

function answer(url, { script, style }, now) {
    if (url.pathname.includes('/app/kmspolicycheck/')) {
        return { contentType: 'text/html', body: html };
    }
    if (url.pathname === '/app.js') {
        return { contentType: 'text/javascript', body: script };
    }
    if (url.pathname === '/app.css') {
        return { contentType: 'text/css', body: style };
    }
    if (url.pathname.endsWith('/data/ui/times')) {
        return { json: { entry: PRESETS } };
    }
    if (url.pathname.endsWith('/search/timeparser')) {
        return { json: { [url.searchParams.get('time')]: new Date(now).toISOString() } };
    }
    if (url.pathname.endsWith('/authentication/current-context')) {
        return { json: { entry: [{ content: { capabilities: [] } }] } };
    }
    return null;
}

// Pages of Splunk Web that a view links to and that are not drawn here.
const ELSEWHERE = /\/app\/kmspolicycheck\/(search|report)$/;

// Routes every request of the page; addresses that nothing here answers are aborted and listed in session.refused. A link
// to another page of Splunk Web is kept in session.left, and the view stays: that is what a browser does with a 204.
export async function serve(page, session, now) {
    await page.route('**/*', (route) => {
        const url = new URL(route.request().url());
        if (ELSEWHERE.test(url.pathname)) {
            session.left = url.href;
            return route.fulfill({ status: 204 });
        }
        const found = url.origin === ORIGIN ? answer(url, session.files, now) : null;
        if (found) {
            return route.fulfill(found);
        }
        session.refused.push(url.href);
        return route.abort();
    });
}
