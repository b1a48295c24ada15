// Bundles page/ with the dashboard framework into one script and one style sheet, in memory.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const PAGE = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'page', 'index.jsx');

export async function bundle() {
    const { outputFiles } = await build({
        entryPoints: [PAGE],
        outdir: '/',
        bundle: true,
        write: false,
        loader: { '.woff': 'dataurl', '.woff2': 'dataurl', '.ttf': 'dataurl', '.png': 'dataurl', '.svg': 'dataurl' },
        define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
        mainFields: ['module', 'main'],
        logLevel: 'warning',
    });
    const text = (extension) => outputFiles.find((file) => file.path.endsWith(extension))?.text ?? '';
    return { script: text('.js'), style: text('.css') };
}
