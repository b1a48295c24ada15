// Draws one view of the app with the dashboard framework that Splunk Web itself uses.
// What Splunk Web would provide (view, rows, time presets) comes from window.askHost, which browser/session.mjs answers.
// Of the fonts that Splunk's style sheets ask for, the one that is free: texts are as wide here on every machine.
import '@fontsource/roboto/latin-400.css';
import '@fontsource/roboto/latin-500.css';
import '@fontsource/roboto/latin-700.css';
import React from 'react';
import { createRoot } from 'react-dom/client';
import { DashboardContextProvider } from '@splunk/dashboard-context';
import DashboardCore from '@splunk/dashboard-core';
import EnterpriseViewOnlyPreset from '@splunk/dashboard-presets/EnterpriseViewOnlyPreset';
import SplunkThemeProvider from '@splunk/themes/SplunkThemeProvider';
import variables from '@splunk/themes/variables';
import styled, { createGlobalStyle } from 'styled-components';
import { startView } from './delivered';
import { rowsFor } from './searchRows';
import { validate, vocabulary } from './definitions';

const preset = {
    ...EnterpriseViewOnlyPreset,
    dataSources: Object.fromEntries(
        ['ds.search', 'ds.chain', 'ds.savedSearch'].map((type) => [
            type,
            rowsFor(EnterpriseViewOnlyPreset.dataSources[type]),
        ])
    ),
};

const PageStyle = createGlobalStyle`body { margin: 0; background: ${variables.backgroundColorPage}; }`;

// Splunk Web, not the framework, draws a dashboard's title and description.
const Header = styled.header`
    padding: 12px 10px 10px;
    font: 13px ${variables.sansFontFamily};
    color: ${variables.contentColorDefault};
    h1 { margin: 0 0 4px; font-size: 22px; color: ${variables.contentColorActive}; }
`;

const View = ({ definition, theme }) => (
    <SplunkThemeProvider family="enterprise" colorScheme={theme} density="comfortable">
        <PageStyle />
        <Header>
            <h1>{definition.title}</h1>
            {definition.description}
        </Header>
        <DashboardContextProvider preset={preset} initialDefinition={definition}>
            <DashboardCore width="100%" height="100vh" />
        </DashboardContextProvider>
    </SplunkThemeProvider>
);

const root = createRoot(document.getElementById('root'));
let shown = 0;

// Draws the view that the address names; a view that was drawn before is taken down, with all its state.
async function show() {
    const name = window.location.pathname.split('/').pop();
    const { definition, theme } = await window.askHost({ view: name });
    shown += 1;
    startView(definition);
    root.render(<View key={shown} definition={definition} theme={theme} />);
}

window.showAddress = (address) => {
    window.history.pushState({}, '', address);
    root.render(null);
    return show();
};
window.validateDefinition = (definition) => validate(definition, EnterpriseViewOnlyPreset);
window.vocabulary = () => vocabulary(EnterpriseViewOnlyPreset);
show();
