// What the data sources have handed to the view, and so whether something is still to come. The framework asks a chained
// source, and shows or hides a tile, some time after the rows are there, on a busy machine long after.
let view = { dataSources: {}, visualizations: {} };
let delivered = {};

export function startView(definition) {
    view = definition;
    delivered = {};
}

export function deliver(id, search, { columns, error }) {
    delivered[id] = { parts: search.parts, failed: Boolean(error), empty: !columns?.[0]?.length };
}

const same = (parts, others) => JSON.stringify(parts) === JSON.stringify(others);

// Chained sources that have no rows yet for what their parent handed over last. One with a token may never be asked: the
// framework waits until the token has a value.
const toAsk = () =>
    Object.entries(view.dataSources).filter(([id, { options }]) => {
        const parent = delivered[options.extend];
        const waits = !delivered[id] && /\$\S+\$/.test(options.query);
        return parent && !parent.failed && !waits && !same(delivered[id]?.parts.slice(0, -1), parent.parts);
    });

// Tiles that have rows and are not there, or have none and should be hidden.
const toDraw = () =>
    Object.entries(view.visualizations).filter(([id, { dataSources, hideWhenNoData }]) => {
        const rows = delivered[dataSources?.primary];
        const drawn = document.querySelector(`[data-id="${id}"]`) !== null;
        return rows && !rows.failed && hideWhenNoData && drawn === rows.empty;
    });

window.unfinished = () => [...toAsk(), ...toDraw()].map(([id]) => id);
