// Stands in for the three search data sources of Splunk Enterprise: same options, same chaining, rows from the host.
// A search is {parts, savedSearch?, earliest?, latest?}: its own text last, before it those that it is chained to.
import TestDataSource from '@splunk/datasources/TestDataSource';
import { deliver } from './delivered';

window.searchesUnderWay = 0;

const ask = async (search) => {
    window.searchesUnderWay += 1;
    try {
        return await window.askHost({ search });
    } finally {
        window.searchesUnderWay -= 1;
    }
};

class SearchRows extends TestDataSource {
    parent = null;

    parentChanged = false;

    answers = {};

    rows(search) {
        const key = JSON.stringify(search);
        this.answers[key] ??= ask({ ...search, id: this.context.id });
        return this.answers[key];
    }

    wholeSearch() {
        const { query, queryParameters = {}, ref, extend } = this.options;
        if (extend) {
            return this.parent && { ...this.parent, parts: [...this.parent.parts, query] };
        }
        return { parts: [query ?? ''], savedSearch: ref, ...queryParameters };
    }

    request(requestParams) {
        return (observer) => {
            const search = this.wholeSearch();
            if (!observer || !search) {
                return () => {};
            }
            let stop = () => {};
            let stopped = false;
            this.rows(search).then(({ fields, columns, error }) => {
                if (stopped) {
                    return;
                }
                deliver(this.context.id, search, { columns, error });
                if (error) {
                    observer.error({ level: 'error', message: error, meta: {} });
                    return;
                }
                this.data = { fields: fields.map((name) => ({ name })), columns };
                this.meta = { ...this.meta, wholeSearch: search };
                stop = super.request(requestParams)(observer);
            });
            return () => {
                stopped = true;
                stop();
            };
        };
    }

    getObserver() {
        return {
            next: ({ meta }) => {
                this.parentChanged = JSON.stringify(meta.wholeSearch) !== JSON.stringify(this.parent);
                this.parent = meta.wholeSearch;
            },
            error: () => {},
            complete: () => {},
        };
    }

    shouldRefreshSubscription() {
        return this.parentChanged;
    }
}

// A data source with the options and the rules of one of Splunk Enterprise's, and the host's rows.
export const rowsFor = (original) =>
    class extends SearchRows {
        static schema = original.schema;

        static config = original.config;
    };
