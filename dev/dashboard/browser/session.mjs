// Draws views in headless Chromium for the Python side, one JSON object a line over stdin and stdout.
// In: {id, call, args} and {answer, value}. Out: {id, value|error}, and {ask, question} for rows and definitions.
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import * as actions from './actions.mjs';
import { bundle } from './bundle.mjs';

const CHROMIUM = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--hide-scrollbars',
];

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const questions = new Map();
function askHost(question) {
    return new Promise((resolve) => {
        const ask = questions.size + 1;
        questions.set(ask, resolve);
        say({ ask, question });
    });
}

async function main() {
    const executablePath = process.argv[2];
    const [files, browser] = await Promise.all([bundle(), chromium.launch({ executablePath, args: CHROMIUM })]);
    const session = { files, browser, askHost };
    const lines = createInterface({ input: process.stdin });
    lines.on('line', (line) => {
        const { id, call, args, answer, value } = JSON.parse(line);
        if (answer) {
            questions.get(answer)(value);
            return;
        }
        actions[call](session, args).then(
            (result) => say({ id, value: result ?? null }),
            (error) => say({ id, error: error.message })
        );
    });
    lines.on('close', () => browser.close());
    say({ ready: true });
}

main().catch((error) => {
    say({ error: error.message });
    process.exit(1);
});
