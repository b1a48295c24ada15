// Reads the tiles of a drawn view, in the page: {id: {type, title, status, text, value, rows}}.
// status is the icon that the framework puts on a tile in trouble: Error, Warning (no data), or empty.
export function readTiles() {
    const text = (element) => element?.innerText.trim() ?? '';
    const all = (element, test) => [...element.querySelectorAll(`[data-test="${test}"]`)];
    const read = (tile) => ({
        type: tile.dataset.vizType,
        title: text(tile.querySelector('[data-test="viz-title"]')),
        status: tile.querySelector('[data-test="simple-status-icon-container"] svg')?.getAttribute('aria-label') ?? '',
        text: text(tile),
        value: text(tile.querySelector('[data-test="majorValue"]')),
        rows: all(tile, 'row').map((row) => all(row, 'cell').map(text)).filter((cells) => cells.length),
    });
    const tiles = [...document.querySelectorAll('[data-viz-type]')];
    return Object.fromEntries(tiles.map((tile) => [tile.dataset.id, read(tile)]));
}
