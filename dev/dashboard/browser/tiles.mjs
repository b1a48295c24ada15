// Reads the tiles of a drawn view, in the page: {id: {type, title, text, error}}.
export function readTiles() {
    const text = (element) => element?.innerText.trim() ?? '';
    return Object.fromEntries(
        [...document.querySelectorAll('[data-viz-type]')].map((tile) => [
            tile.dataset.id,
            {
                type: tile.dataset.vizType,
                title: text(tile.querySelector('[data-test="viz-title"]')),
                text: text(tile),
                error: text(tile.querySelector('[data-test*="error"], [role="alert"]')),
            },
        ])
    );
}
