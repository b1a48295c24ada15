// What the framework itself says of a definition: its validator's errors, and the option names that its schemas know.
import { createSchemaBasedOnPresets } from '@splunk/dashboard-definition';
import { migrateToTabsLayout } from '@splunk/dashboard-utils';
import { DashboardValidator } from '@splunk/dashboard-validation';

export function validate(definition, preset) {
    const validator = new DashboardValidator();
    const broken = validator.setSchema(createSchemaBasedOnPresets(preset));
    if (broken) {
        throw broken;
    }
    const errors = validator.validate(migrateToTabsLayout({ definition }).definition) ?? [];
    return errors.map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

const optionNames = (components) =>
    Object.fromEntries(
        Object.entries(components).map(([type, component]) => [
            type,
            Object.keys(component.config?.optionsSchema ?? component.schema ?? {}),
        ])
    );

export const vocabulary = ({ visualizations, inputs, dataSources, eventHandlers }) => ({
    visualizations: optionNames(visualizations),
    inputs: optionNames(inputs),
    dataSources: optionNames(dataSources),
    eventHandlers: optionNames(eventHandlers),
});
